import { groupRecordOf } from './group-record.ts';
import { SessionRecord } from './session-record.ts';
import type { SpillStore } from './spilled-front.ts';
import { type GroupState, TAIL_MESSAGES_MIN } from './state.ts';

/** A tail that is smaller in memory is left alone. */
const TAIL_BYTES_MIN = 32 * 1024;
/** Moved as one: what is read back for one message. */
const SEGMENT_BYTES_MAX = 256 * 1024;
/** Sessions that are looked at in one go. */
const VISITS_MAX = 1_000;

/**
 * Moves messages that wait for Postgres out of memory, of each session all but the newest 64, at most `bytesMax` in
 * one go. The state is the same before and after, in everything that can be asked of it: this is no command, each replica
 * does it when its own memory wants it. Answers with the bytes moved.
 */
export function spillTails(state: GroupState, store: SpillStore, bytesMax: number): number {
  let moved = 0;
  let visits = 0;
  for (const session of groupRecordOf(state).dirty) {
    visits += 1;
    if (moved >= bytesMax || visits > VISITS_MAX) break;
    const { tail } = SessionRecord.internals(session);
    while (tail.bytesInMemory > TAIL_BYTES_MIN && moved < bytesMax) {
      const bytes = tail.spill(store, TAIL_MESSAGES_MIN, SEGMENT_BYTES_MAX);
      if (bytes === 0) break;
      moved += bytes;
    }
  }
  return moved;
}
