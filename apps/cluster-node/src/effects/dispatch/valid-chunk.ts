import { asSchema, uiMessageChunkSchema } from 'ai';
import type { Chunk } from './dispatch-api.ts';

const chunkSchema = asSchema(uiMessageChunkSchema);

/** What an agent said, checked as the AI SDK's own reader checks it. */
export async function checkChunk(
  received: unknown,
): Promise<
  { readonly ok: true; readonly chunk: Chunk } | { readonly ok: false; readonly detail: string }
> {
  const value = withKnownReason(received);
  const checked = await chunkSchema.validate?.(value);
  if (checked?.success === true && isChunk(value)) return { ok: true, chunk: value };
  const detail = checked?.success === false ? checked.error.message : 'not a chunk';
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
