import { type GroupRecord, groupRecordOf } from './group-record.ts';
import { SessionRecord } from './session-record.ts';
import type {
  AnswerCheckpoint,
  DispatchState,
  GroupState,
  Session,
  SessionStatus,
} from './state.ts';

export const SNAPSHOT_VERSION = 3;

/** A session as a snapshot has it. `tail` and `clientMessageIds` are packed records. */
export interface SessionSnapshot {
  readonly id: string;
  readonly userId: string;
  readonly agentId: string;
  readonly metadata: Uint8Array;
  readonly status: SessionStatus;
  readonly lastSeq: number;
  readonly lastReadSeq: number;
  readonly insertedAtMs: number;
  readonly updatedAtMs: number;
  readonly activity: number;
  readonly inboxVersion: number;
  readonly lastUserSeq: number;
  readonly dispatch: DispatchState;
  readonly debounceMs: number;
  readonly lastMessage: Session['lastMessage'];
  readonly flushedSeq: number;
  readonly version: number;
  readonly flushedVersion: number;
  readonly tail: Uint8Array;
  readonly clientMessageIds: Uint8Array;
  readonly checkpoint: AnswerCheckpoint | null;
  readonly voidSeqs: number;
  readonly unread: { readonly firstWord: number; readonly words: readonly number[] };
}

export interface InboxSnapshot {
  readonly userId: string;
  readonly version: number;
  /** Newest activity first. */
  readonly sessionIds: readonly string[];
}

/** The whole state of a group as plain objects, lists, strings, numbers, nulls and bytes. */
export interface GroupSnapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  /** In the order of their creation. */
  readonly sessions: readonly SessionSnapshot[];
  readonly inboxes: readonly InboxSnapshot[];
  /** Session ids that the flusher has to look at, in its order. */
  readonly flushOrder: readonly string[];
  readonly archiveMark: number;
}

/**
 * The state as it is now; later commands don't change what is returned. Message bytes are views, not copies, so
 * exporting costs little however much the group holds.
 */
export function exportState(state: GroupState): GroupSnapshot {
  const group: GroupRecord = groupRecordOf(state);
  const sessions: SessionSnapshot[] = [];
  for (const session of group.sessions.values()) sessions.push(sessionSnapshot(session));
  const inboxes: InboxSnapshot[] = [];
  for (const { userId, version, sessionIds } of group.inboxes.values())
    inboxes.push({ userId, version, sessionIds });
  const flushOrder: string[] = [];
  for (const session of group.dirty) flushOrder.push(session.id);
  return {
    version: SNAPSHOT_VERSION,
    sessions,
    inboxes,
    flushOrder,
    archiveMark: group.archiveMark,
  };
}

function sessionSnapshot(session: SessionRecord): SessionSnapshot {
  const { tail, clientMessageIds, checkpoint, voidSeqs, unread } = SessionRecord.internals(session);
  return {
    id: session.id,
    userId: session.userId,
    agentId: session.agentId,
    metadata: session.metadata,
    status: session.status,
    lastSeq: session.lastSeq,
    lastReadSeq: session.lastReadSeq,
    insertedAtMs: session.insertedAtMs,
    updatedAtMs: session.updatedAtMs,
    activity: session.activity,
    inboxVersion: session.inboxVersion,
    lastUserSeq: session.lastUserSeq,
    dispatch: session.dispatch,
    debounceMs: session.debounceMs,
    lastMessage: session.lastMessage,
    flushedSeq: session.flushedSeq,
    version: session.version,
    flushedVersion: session.flushedVersion,
    tail: tail.view(),
    clientMessageIds: clientMessageIds.view(),
    checkpoint,
    voidSeqs,
    unread: { firstWord: unread.firstWord, words: [...unread.words] },
  };
}
