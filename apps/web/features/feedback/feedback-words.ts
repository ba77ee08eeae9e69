import type { FeedbackRating, FeedbackReason } from '@fleetlm/protocol';

/** Reasons as people read them. */
export const REASON_LABELS: Readonly<Record<FeedbackReason, string>> = {
  helpful: 'Helpful',
  accurate: 'Accurate',
  incorrect: 'Incorrect',
  incomplete: 'Incomplete',
  irrelevant: 'Off topic',
  instructions_ignored: 'Ignored instructions',
  tone: 'Tone',
  unsafe: 'Unsafe',
  slow: 'Too slow',
  other: 'Something else',
};

/** Those that are offered with a rating. */
export const REASONS_OFFERED: Readonly<Record<FeedbackRating, readonly FeedbackReason[]>> = {
  up: ['helpful', 'accurate', 'other'],
  down: [
    'incorrect',
    'incomplete',
    'irrelevant',
    'instructions_ignored',
    'tone',
    'unsafe',
    'slow',
    'other',
  ],
};
