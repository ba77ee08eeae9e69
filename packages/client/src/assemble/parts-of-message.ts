import type { Message } from '../wire.ts';
import { isObject, stringField } from './fields.ts';
import type { ToolState, UiPart } from './parts.ts';

/** The parts of a committed message: `content.parts` when it has them, else one text part from `content.text`. */
export function partsOf(message: Pick<Message, 'content'>): readonly UiPart[] {
  const { parts, text } = message.content;
  if (Array.isArray(parts)) return parts.filter(isUiPart);
  return typeof text === 'string' ? [{ type: 'text', text, state: 'done' }] : [];
}

const TOOL_STATES: readonly ToolState[] = [
  'input-streaming',
  'input-available',
  'approval-requested',
  'approval-responded',
  'output-available',
  'output-error',
  'output-denied',
];

/** Content comes from agents and people: only parts with what their type needs are shown. */
export function isUiPart(value: unknown): value is UiPart {
  if (!isObject(value)) return false;
  const type = stringField(value, 'type');
  if (type === null) return false;
  if (type === 'text' || type === 'reasoning') return typeof value.text === 'string';
  if (type === 'step-start' || type.startsWith('data-')) return true;
  if (type === 'source-url')
    return typeof value.url === 'string' && typeof value.sourceId === 'string';
  if (type === 'source-document')
    return typeof value.title === 'string' && typeof value.sourceId === 'string';
  if (type === 'file' || type === 'reasoning-file')
    return typeof value.url === 'string' && typeof value.mediaType === 'string';
  if (type !== 'dynamic-tool' && !type.startsWith('tool-')) return false;
  return typeof value.toolCallId === 'string' && TOOL_STATES.some((state) => state === value.state);
}
