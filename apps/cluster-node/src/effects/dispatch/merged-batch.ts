import { isObject } from '@fleetlm/protocol/ui-stream';
import type { StreamItem } from './answer-stream.ts';
import { mergedDelta } from './compact-chunks.ts';
import type { Chunk } from './dispatch-api.ts';

/** Chunks of one read of the connection that are each shown as they are. No model says so many words between two reads. */
export const BATCH_ITEMS_MAX = 64;

/**
 * What an agent sent at once; when that is very much, neighbours that continue one text are one chunk. Each chunk that
 * is shown costs every node that holds the conversation and every reader, so many tiny ones would cost most of their time.
 */
export function mergedBatch(items: readonly StreamItem[]): readonly StreamItem[] {
  if (items.length <= BATCH_ITEMS_MAX) return items;
  const merged: StreamItem[] = [];
  let last: Chunk | null = null;
  for (const item of items) {
    const chunk = chunkOf(item);
    const both: Chunk | null = last === null || chunk === null ? null : mergedDelta(last, chunk);
    if (both === null) merged.push(item);
    else merged[merged.length - 1] = { type: 'value', value: both };
    last = both ?? chunk;
  }
  return merged;
}

/** Not checked any further: two that are no valid chunks are none together either. */
function chunkOf(item: StreamItem): Chunk | null {
  if (item.type !== 'value' || !isObject(item.value)) return null;
  const { type } = item.value;
  return typeof type === 'string' ? { ...item.value, type } : null;
}
