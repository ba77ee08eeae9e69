import { groupRecordOf } from '../group-record.ts';
import type { GroupState } from '../state.ts';
import { SessionRecord } from './session-record.ts';
import type { SpillStore } from './spilled-front.ts';
import { TAIL_KEPT } from './trim-tail.ts';

/**
 * What stays in memory of each session: `usual`, what stays there when all of it is in Postgres; `least`, when memory is
 * short, the newest message. A tail that has less in memory than `bytesMin` is left alone.
 */
const KEPT = {
  usual: { ...TAIL_KEPT, bytesMin: 32 * 1024 },
  least: { messages: 1, bytes: 0, bytesMin: 4 * 1024 },
} as const;
/** Moved as one: what is read back for one message. */
const SEGMENT_BYTES_MAX = 256 * 1024;
/** Sessions that are looked at in one go. */
const VISITS_MAX = 1_000;

/**
 * Moves messages of sessions that wait for Postgres out of memory, all but what is kept, at most `bytesMax` in one go. The state is the same before and after, in everything that can be asked of it: this is no command, each replica
 * does it when its own memory wants it. Answers with the bytes moved.
 */
export function spillTails(
  state: GroupState,
  store: SpillStore,
  bytesMax: number,
  kept: keyof typeof KEPT = 'usual',
): number {
  const { bytesMin, ...keep } = KEPT[kept];
  let moved = 0;
  let visits = 0;
  for (const session of groupRecordOf(state).dirty) {
    visits += 1;
    if (moved >= bytesMax || visits > VISITS_MAX) break;
    const { tail } = SessionRecord.internals(session);
    while (tail.bytesInMemory > bytesMin && moved < bytesMax) {
      const bytes = tail.spill(store, keep, SEGMENT_BYTES_MAX);
      if (bytes === 0) break;
      moved += bytes;
    }
  }
  return moved;
}
