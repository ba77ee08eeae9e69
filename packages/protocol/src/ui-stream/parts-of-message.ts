import { isObject, type JsonObject, stringField } from './fields.ts';
import { TOOL_STATES, type UiPart } from './parts.ts';

/** The parts of a committed message: `content.parts` when it has them, else one text part from `content.text`. */
export function partsOf(message: { readonly content: JsonObject }): readonly UiPart[] {
  const { parts, text } = message.content;
  if (Array.isArray(parts)) return parts.filter(isUiPart);
  return typeof text === 'string' ? [{ type: 'text', text, state: 'done' }] : [];
}

/** Content comes from agents and users: only parts with what their type needs are shown. */
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
  if (type === 'custom') return typeof value.kind === 'string';
  if (type === 'steering-message') return typeof value.id === 'string';
  if (type !== 'dynamic-tool' && !type.startsWith('tool-')) return false;
  return typeof value.toolCallId === 'string' && TOOL_STATES.some((state) => state === value.state);
}
