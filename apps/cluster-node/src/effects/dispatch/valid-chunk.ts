import { uiMessageChunkKind } from '@fleetlm/protocol';
import * as z from 'zod';
import type { Chunk } from './dispatch-api.ts';

/** What an agent said, checked as the AI SDK's own reader checks it; by its type first, which is what makes it cheap. */
export function checkChunk(
  received: unknown,
): { readonly ok: true; readonly chunk: Chunk } | { readonly ok: false; readonly detail: string } {
  const value = withKnownReason(received);
  if (!isChunk(value)) return wrong(value, 'it has no type');
  const kind = uiMessageChunkKind(value.type);
  if (kind === null) return wrong(value, 'nobody knows this type');
  const checked = kind.schema.safeParse(value);
  return checked.success
    ? { ok: true, chunk: value }
    : wrong(value, z.prettifyError(checked.error).replaceAll('\n', ' '));
}

function wrong(value: unknown, detail: string): { readonly ok: false; readonly detail: string } {
  return { ok: false, detail: `${JSON.stringify(value)?.slice(0, 120)}: ${detail.slice(0, 200)}` };
}

/** Version 5 of the AI SDK has a reason more. */
function withKnownReason(value: unknown): unknown {
  return isChunk(value) && value.type === 'finish' && value.finishReason === 'unknown'
    ? { ...value, finishReason: 'other' }
    : value;
}

function isChunk(value: unknown): value is Chunk {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}
