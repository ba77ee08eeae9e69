import type { ByteMeter } from './session/byte-log.ts';
import type { ClientMessageIds } from './session/client-message-ids.ts';
import { ColdSessions, NO_HANDLE } from './session/cold-sessions.ts';
import { InboxRecord } from './session/inbox-record.ts';
import { SessionRecord } from './session/session-record.ts';
import { type GroupState, TAIL_MESSAGES_MIN } from './state.ts';

/** A group as `apply` changes it, with the indexes that keep polls away from idle sessions. */
export class GroupRecord implements GroupState {
  readonly sessions = new Map<string, SessionRecord>();
  readonly inboxes = new Map<string, InboxRecord>();
  /** Sessions that have left memory: known, flushed, without work. Invariant: none of them is in `sessions`. */
  readonly cold = new ColdSessions();
  flushBacklog = 0;
  readonly #memory: ByteMeter = { bytes: 0 };
  archiveMark = 0;
  /** Invariant: exactly the sessions whose dispatch has this status. Order means nothing: readers sort. */
  readonly waiting = new Set<SessionRecord>();
  readonly running = new Set<SessionRecord>();
  /** Invariant: exactly the dirty sessions, in the order in which they became so or were last written in part. */
  readonly dirty = new Set<SessionRecord>();
  /** Invariant: exactly the other ones, those first that have been clean longest. The order is the replica's own. */
  readonly clean = new Set<SessionRecord>();
  /** One string for an agent however many sessions it has. */
  readonly #agentIds = new Map<string, string>();

  /** A session in memory that was not erased. */
  living(sessionId: string): SessionRecord | undefined {
    const session = this.sessions.get(sessionId);
    return session?.status === 'erased' ? undefined : session;
  }

  inboxOf(userId: string): InboxRecord {
    let inbox = this.inboxes.get(userId);
    if (inbox === undefined) {
      inbox = new InboxRecord(userId, this.cold);
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
    if (session.isDirty) {
      this.dirty.add(session);
      this.clean.delete(session);
    } else {
      this.dirty.delete(session);
      this.clean.add(session);
    }
  }

  get memoryBytes(): number {
    return this.#memory.bytes;
  }

  /** A session comes into memory. It is in no other index yet. */
  hold(session: SessionRecord): void {
    this.sessions.set(session.id, session);
    const { tail, clientMessageIds } = SessionRecord.internals(session);
    tail.countIn(this.#memory);
    clientMessageIds.countIn(this.#memory);
  }

  /** The session's client message ids are these from now on. */
  setClientMessageIds(session: SessionRecord, ids: ClientMessageIds): void {
    const internals = SessionRecord.internals(session);
    internals.clientMessageIds.countIn(null);
    internals.clientMessageIds = ids;
    ids.countIn(this.#memory);
  }

  isCold(sessionId: string): boolean {
    return this.cold.find(sessionId) !== NO_HANDLE;
  }

  /** Takes a session that nothing refers to any more out of every index. */
  forget(session: SessionRecord): void {
    this.sessions.delete(session.id);
    this.clean.delete(session);
    this.dirty.delete(session);
    this.waiting.delete(session);
    this.running.delete(session);
    const { inbox, tail, clientMessageIds } = SessionRecord.internals(session);
    inbox.remove(session);
    tail.countIn(null);
    clientMessageIds.countIn(null);
  }
}

/** Where a session's tail begins at the earliest: at what is not in Postgres, or the newest TAIL_MESSAGES_MIN. */
export function firstTailSeqOf(session: {
  readonly lastSeq: number;
  readonly flushedSeq: number;
}): number {
  return Math.min(session.flushedSeq, Math.max(session.lastSeq - TAIL_MESSAGES_MIN, 0)) + 1;
}

/** The state of a group without any session: where the log of a group begins. */
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
