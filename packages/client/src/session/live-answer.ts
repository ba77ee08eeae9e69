import {
  type AssembledMessage,
  assembleChunk,
  assembleChunks,
  EMPTY_MESSAGE,
  textOfParts,
  type UiChunk,
  type UiPart,
  withPartialInputs,
} from '@fleetlm/protocol/ui-stream';

/** Chunks that arrived before the ones in front of them. When full the rest is dropped: a rejoin brings the answer from its first chunk. */
export const AHEAD_CHUNKS_MAX = 1_000;

export interface IndexedChunk {
  readonly index: number;
  readonly chunk: UiChunk;
}

/** The answer in progress, put together from chunk 0 on. */
export interface LiveAnswer {
  readonly epoch: number;
  /** Grows when another node (or another try) begins the answer of the same epoch anew. */
  readonly attempt: number;
  /** Index of the next chunk that fits. */
  readonly nextIndex: number;
  readonly message: AssembledMessage;
  readonly ahead: readonly IndexedChunk[];
  /** What users had read of the attempt before, shown until this one has caught up with it. */
  readonly earlier: AssembledMessage | null;
}

export interface ChunkPosition {
  readonly epoch: number;
  readonly attempt: number;
}

/** The answer as a join gives it: all chunks so far. Never goes back behind what live chunks have already brought. */
export function mergeSnapshot(
  live: LiveAnswer | null,
  at: ChunkPosition,
  chunks: readonly UiChunk[],
  nextIndex: number = chunks.length,
): LiveAnswer {
  if (live === null || isNewer(at, live))
    return drainAhead({
      ...begin(live, at),
      nextIndex,
      message: assembleChunks(chunks),
    });
  if (isNewer(live, at) || nextIndex <= live.nextIndex) return live;
  // Chunks may be merged, so what is missing is not found by counting: the snapshot replaces what was put together.
  return drainAhead({ ...live, message: assembleChunks(chunks), nextIndex });
}

/** One live chunk, in any order, each at least once. The same answer when it brings nothing new. */
export function mergeChunk(
  live: LiveAnswer | null,
  at: ChunkPosition,
  index: number,
  chunk: UiChunk,
): LiveAnswer {
  const current = live === null || isNewer(at, live) ? begin(live, at) : live;
  if (isNewer(current, at) || index < current.nextIndex) return current;
  if (index === current.nextIndex) {
    return drainAhead({
      ...current,
      message: assembleChunk(current.message, chunk),
      nextIndex: index + 1,
    });
  }
  if (
    current.ahead.length >= AHEAD_CHUNKS_MAX ||
    current.ahead.some((other) => other.index === index)
  )
    return current;
  return { ...current, ahead: [...current.ahead, { index, chunk }] };
}

/** A chunk is missing: only a rejoin can bring it. */
export function hasChunkGap(live: LiveAnswer | null): boolean {
  return live !== null && live.ahead.length > 0;
}

/** What to show: a new attempt takes over only when it has at least as much text, so that nothing read disappears. */
export function visibleParts(live: LiveAnswer): readonly UiPart[] {
  const { earlier, message } = live;
  const isBehind =
    earlier !== null &&
    message.end === null &&
    textOfParts(message.parts).length < textOfParts(earlier.parts).length;
  return withPartialInputs(isBehind ? earlier.parts : message.parts);
}

function begin(before: LiveAnswer | null, at: ChunkPosition): LiveAnswer {
  const earlier =
    before !== null && before.epoch === at.epoch
      ? { ...before.message, parts: visibleParts(before) }
      : null;
  return {
    epoch: at.epoch,
    attempt: at.attempt,
    nextIndex: 0,
    message: EMPTY_MESSAGE,
    ahead: [],
    earlier,
  };
}

function drainAhead(live: LiveAnswer): LiveAnswer {
  if (live.ahead.length === 0) return live;
  let { message, nextIndex } = live;
  const waiting = [...live.ahead].sort((a, b) => a.index - b.index);
  const rest: IndexedChunk[] = [];
  for (const entry of waiting) {
    if (entry.index < nextIndex) continue;
    if (entry.index === nextIndex) {
      message = assembleChunk(message, entry.chunk);
      nextIndex += 1;
    } else rest.push(entry);
  }
  return { ...live, message, nextIndex, ahead: rest };
}

function isNewer(a: ChunkPosition, b: ChunkPosition): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.attempt > b.attempt);
}
