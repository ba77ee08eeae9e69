import type * as z from 'zod';
import type { FieldError } from '../errors/error-codes.ts';
import { TOOL_REQUESTS_MAX } from '../limits.ts';
import { openRequestsOf, TOOL_RESPONSE_KIND } from '../thread/index.ts';
import { partsOf } from '../ui-stream/index.ts';

/** The kind of what users write, and of a message that names none. */
export const TEXT_KIND = 'text';

/** A part of a message, of whatever version of the AI SDK. */
export interface MessagePart {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Whether a value has the one field that every part has. */
export function isMessagePart(value: unknown): value is MessagePart {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

/**
 * What an agent is asked has to be there: content of the kind `text` has a text or parts. Null: it has; other kinds
 * are their sender's own.
 */
export function textContentFault(
  kind: string,
  content: Readonly<Record<string, unknown>>,
): FieldError | null {
  if (kind !== TEXT_KIND) return null;
  const { text, parts } = content;
  if (text !== undefined && typeof text !== 'string')
    return { path: 'content.text', message: 'must be a string' };
  if (parts !== undefined && !Array.isArray(parts))
    return { path: 'content.parts', message: 'must be an array' };
  const wrong = parts?.findIndex((part) => !isMessagePart(part)) ?? -1;
  if (wrong >= 0)
    return { path: `content.parts.${wrong}`, message: 'must be an object with a `type`' };
  if ((parts?.length ?? 0) > 0 || (text ?? '') !== '') return null;
  return parts !== undefined && text === undefined
    ? { path: 'content.parts', message: 'must not be empty' }
    : {
        path: 'content.text',
        message: 'must be a text that is not empty, or content.parts be given',
      };
}

/** What waits for a user, and what a user decides at once, is bounded. Null: it is within. */
export function toolContentFault(
  kind: string,
  content: Readonly<Record<string, unknown>>,
): FieldError | null {
  if (kind === TOOL_RESPONSE_KIND) {
    const count = (list: unknown): number => (Array.isArray(list) ? list.length : 0);
    const isTooMuch = count(content.approvals) + count(content.outputs) > TOOL_REQUESTS_MAX;
    const path = Array.isArray(content.approvals) ? 'content.approvals' : 'content.outputs';
    return isTooMuch
      ? {
          path,
          message: `must have at most ${TOOL_REQUESTS_MAX} entries, content.outputs included`,
        }
      : null;
  }
  if (!Array.isArray(content.parts)) return null;
  const { approvals, outputs } = openRequestsOf(partsOf({ content }));
  return approvals.length + outputs.length > TOOL_REQUESTS_MAX
    ? { path: 'content.parts', message: `must ask for at most ${TOOL_REQUESTS_MAX} decisions` }
    : null;
}

/** Of a schema with `kind` and `content`. */
export function checkContent(
  context: z.core.ParsePayload<{
    readonly kind: string;
    readonly content: Readonly<Record<string, unknown>>;
  }>,
): void {
  const { kind, content } = context.value;
  const fault = textContentFault(kind, content) ?? toolContentFault(kind, content);
  if (fault !== null)
    context.issues.push({
      code: 'custom',
      message: fault.message,
      path: fault.path.split('.'),
      input: content,
    });
}
