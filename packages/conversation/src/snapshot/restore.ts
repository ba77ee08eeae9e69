import { groupRecordOf } from '../group-record.ts';
import { SessionRecord } from '../session/session-record.ts';
import type { GroupState } from '../state.ts';

/** How far a restored state keeps away from what may have been given out, and lost, after its newest part. */
export interface RestoreGaps {
  /** Of every session, left void in front of its next message; at most VOID_SEQS_MAX. */
  readonly voidSeqs: number;
  /** Added to the epoch of every session's work, and to every version. */
  readonly counters: number;
  /** The version of a session's row where it was archived; a lower one would be taken for older. */
  readonly rowVersions: ReadonlyMap<string, number>;
}

/**
 * Makes a state that was put together from an archive one to go on from: no seq, no epoch and no version that may have
 * been acknowledged is given a second time. Not a command: it is done to files, before a cluster starts.
 */
export function leaveGaps(state: GroupState, gaps: RestoreGaps): void {
  const group = groupRecordOf(state);
  // Of another cluster and its marks: this one has flushed nothing yet.
  group.archiveMark = 0;
  for (const inbox of group.inboxes.values()) inbox.version += gaps.counters;
  for (const session of group.sessions.values()) {
    SessionRecord.internals(session).voidSeqs = gaps.voidSeqs;
    session.dispatch = { ...session.dispatch, epoch: session.dispatch.epoch + gaps.counters };
    session.activity += gaps.counters;
    session.inboxVersion += gaps.counters;
    const archived = gaps.rowVersions.get(session.id) ?? 0;
    session.version = Math.max(session.version, archived) + gaps.counters;
    group.indexDirty(session);
  }
  for (const handle of [...group.cold.handles()]) {
    const { head, gaps: former } = group.cold.read(handle);
    const inbox = group.inboxOf(head.userId);
    inbox.removeCold(handle);
    group.cold.remove(head.id);
    const raised = {
      ...head,
      activity: head.activity + gaps.counters,
      inboxVersion: head.inboxVersion + gaps.counters,
      version: head.version + gaps.counters,
      dispatch: { ...head.dispatch, epoch: head.dispatch.epoch + gaps.counters },
    };
    const counters = former.counters + gaps.counters;
    inbox.insertCold(group.cold.add(raised, { counters, voidSeqs: gaps.voidSeqs }));
  }
}
