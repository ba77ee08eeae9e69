import { canLeave, enter } from '../commands/apply-eviction.ts';
import { groupRecordOf } from '../group-record.ts';
import { FormatError } from '../snapshot/plain-fields.ts';
import { sessionFromSnapshot } from '../snapshot/session-from-snapshot.ts';
import { type SessionSnapshot, sessionSnapshot } from '../snapshot/session-snapshot.ts';
import type { GroupState } from '../state.ts';
import { NO_HANDLE } from './cold-sessions.ts';
import { SessionRecord } from './session-record.ts';

/** Messages of a session that leave memory with it and come back with it; older ones are in Postgres alone. */
export const EVICTED_TAIL_BYTES_MAX = 256 * 1024;
/** Sessions that are looked at in one go: those with work stay in the way. */
const VISITS_MAX = 2_000;

/** Which sessions may leave memory: clean since before a time, as many as that. */
export interface EvictionQuery {
  readonly sessionsMax: number;
  /** No more than make so much memory free, and so many sessions; left out: as many as may leave. */
  readonly surplus?: { readonly sessions: number; readonly bytes: number };
  /** Of messages and client message ids together; the session that reaches it is still in. */
  readonly bytesMax: number;
  readonly cleanBeforeMs: number;
  /** These stay. */
  readonly except?: ReadonlySet<string>;
}

/** States to be archived before their sessions are evicted, those first that have been clean longest. */
export function evictionCandidates(
  state: GroupState,
  { sessionsMax, surplus, bytesMax, cleanBeforeMs, except }: EvictionQuery,
): readonly SessionSnapshot[] {
  const candidates: SessionSnapshot[] = [];
  let bytes = 0;
  let freed = 0;
  let visits = 0;
  for (const session of groupRecordOf(state).clean) {
    if (except?.has(session.id) === true) continue;
    visits += 1;
    if (surplus !== undefined && candidates.length >= surplus.sessions && freed >= surplus.bytes)
      break;
    if (candidates.length >= sessionsMax || bytes >= bytesMax || visits > VISITS_MAX) break;
    if (SessionRecord.internals(session).cleanSinceMs > cleanBeforeMs || !canLeave(session))
      continue;
    const snapshot = sessionSnapshot(session, EVICTED_TAIL_BYTES_MAX);
    freed += SessionRecord.internals(session).tail.bytesInMemory + snapshot.clientMessageIds.length;
    bytes += snapshot.tail.length + snapshot.clientMessageIds.length;
    candidates.push(snapshot);
  }
  return candidates;
}

/** Sessions that have left memory, and what is kept of all of them together. */
export function coldStats(state: GroupState): {
  readonly sessions: number;
  readonly bytes: number;
} {
  const { cold } = groupRecordOf(state);
  return { sessions: cold.size, bytes: cold.bytesInMemory };
}

/**
 * Takes a session over as an archive has it, whatever the state had of it before. Not a command: it is done to files, when
 * a cluster is restored. Throws a FormatError when the session contradicts itself.
 */
export function adoptSession(state: GroupState, snapshot: SessionSnapshot): void {
  const group = groupRecordOf(state);
  const present = group.sessions.get(snapshot.id);
  if (present !== undefined) throw new FormatError('session', 'is in memory');
  const inbox = group.inboxOf(snapshot.userId);
  inbox.version = Math.max(inbox.version, snapshot.inboxVersion);
  const session = sessionFromSnapshot(group, inbox, snapshot, 'session');
  const handle = group.cold.find(snapshot.id);
  if (handle !== NO_HANDLE) {
    inbox.removeCold(handle);
    group.cold.remove(snapshot.id);
  }
  enter(group, session);
}
