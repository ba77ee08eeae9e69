import type { StreamItem } from '../call/answer-stream.ts';
import type { Chunk } from '../dispatch-api.ts';
import { deltaText, mergedDelta } from './compact-chunks.ts';
import { isChunk } from './valid-chunk.ts';

/** Chunks of one read of the connection that are each shown as they are. No model says so many words between two reads. */
export const BATCH_ITEMS_MAX = 64;

/** Text of neighbours that are shown as one, in UTF-16 code units: only many small ones cost more than what they say. */
const MERGED_LENGTH_MAX = 512;

/**
 * What an agent sent at once; when that is very much, neighbours that continue one text are one chunk. Each chunk that
 * is shown costs every node that holds the conversation and every reader, so many tiny ones would cost most of their time.
 */
export function mergedBatch(items: readonly StreamItem[]): readonly StreamItem[] {
  if (items.length <= BATCH_ITEMS_MAX) return items;
  const merged: StreamItem[] = [];
  let last: Chunk | null = null;
  for (const item of items) {
    // Not checked any further: two that are no valid chunks are none together either.
    const chunk: Chunk | null = item.type === 'value' && isChunk(item.value) ? item.value : null;
    const both: Chunk | null =
      last === null || chunk === null ? null : smallDelta(mergedDelta(last, chunk));
    if (both === null) merged.push(item);
    else merged[merged.length - 1] = { type: 'value', value: both };
    last = both ?? chunk;
  }
  return merged;
}

function smallDelta(chunk: Chunk | null): Chunk | null {
  const text = chunk === null ? null : deltaText(chunk);
  return text !== null && text.length <= MERGED_LENGTH_MAX ? chunk : null;
}
