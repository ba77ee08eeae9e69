export { REASON_LABELS, REASONS_OFFERED } from './feedback-words.ts';
