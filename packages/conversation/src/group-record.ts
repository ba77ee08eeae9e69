import { InboxRecord } from './inbox-record.ts';
import type { SessionRecord } from './session-record.ts';
import { type GroupState, TAIL_MESSAGES_MIN } from './state.ts';

/** A group as `apply` changes it, with the indexes that keep polls away from idle sessions. */
export class GroupRecord implements GroupState {
  readonly sessions = new Map<string, SessionRecord>();
  readonly inboxes = new Map<string, InboxRecord>();
  flushBacklog = 0;
  archiveMark = 0;
  /** Invariant: exactly the sessions whose dispatch has this status. Order means nothing: readers sort. */
  readonly waiting = new Set<SessionRecord>();
  readonly running = new Set<SessionRecord>();
  /** Invariant: exactly the dirty sessions, in the order in which they became so or were last written in part. */
  readonly dirty = new Set<SessionRecord>();
  /** One string for an agent however many sessions it has. */
  readonly #agentIds = new Map<string, string>();

  inboxOf(userId: string): InboxRecord {
    let inbox = this.inboxes.get(userId);
    if (inbox === undefined) {
      inbox = new InboxRecord(userId);
      this.inboxes.set(userId, inbox);
    }
    return inbox;
  }

  sharedAgentId(agentId: string): string {
    const shared = this.#agentIds.get(agentId);
    if (shared !== undefined) return shared;
    this.#agentIds.set(agentId, agentId);
    return agentId;
  }

  /** Brings the indexes in step with the session after a change of its dispatch. */
  indexDispatch(session: SessionRecord): void {
    const { status } = session.dispatch;
    if (status === 'waiting') this.waiting.add(session);
    else this.waiting.delete(session);
    if (status === 'running') this.running.add(session);
    else this.running.delete(session);
  }

  /** Brings the flusher's index in step with the session after a change of its rows or watermarks. */
  indexDirty(session: SessionRecord): void {
    if (session.isDirty) this.dirty.add(session);
    else this.dirty.delete(session);
  }
}

/** Where a session's tail begins: exactly what is not in Postgres, and the newest TAIL_MESSAGES_MIN. */
export function firstTailSeqOf(session: {
  readonly lastSeq: number;
  readonly flushedSeq: number;
}): number {
  return Math.min(session.flushedSeq, Math.max(session.lastSeq - TAIL_MESSAGES_MIN, 0)) + 1;
}

/** The state of a group without any session. */
export function createGroupState(): GroupState {
  return new GroupRecord();
}

/** Throws a TypeError for anything that this package did not make: a copy has lost the indexes. */
export function groupRecordOf(state: GroupState): GroupRecord {
  if (state instanceof GroupRecord) return state;
  throw new TypeError(
    'a group state comes from createGroupState or importState, never from a copy',
  );
}
