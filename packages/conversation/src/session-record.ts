import { ClientMessageIds } from './client-message-ids.ts';
import type { Payload } from './commands.ts';
import type { InboxRecord } from './inbox-record.ts';
import { MessageTail } from './message-tail.ts';
import type {
  AnswerCheckpoint,
  DispatchState,
  Message,
  Session,
  SessionHead,
  SessionStatus,
} from './state.ts';
import { UnreadMarks } from './unread-marks.ts';

/** What a session keeps beside what it shows. */
export interface SessionInternals {
  readonly tail: MessageTail;
  clientMessageIds: ClientMessageIds;
  readonly unread: UnreadMarks;
  readonly inbox: InboxRecord;
  /** Invariant: null unless the dispatch is running, or waiting between two attempts. */
  checkpoint: AnswerCheckpoint | null;
  /** Numbers that may have been given before a restore: left void in front of the next message. */
  voidSeqs: number;
  /** Since when nothing of it waits for Postgres: the leader's word, not part of the state. */
  cleanSinceMs: number;
  /** Neighbours in the inbox's list; null at its ends. */
  newer: SessionRecord | null;
  older: SessionRecord | null;
}

/** A session as `apply` changes it. The internals are private: a copy of the fields is what the outside may keep. */
export class SessionRecord implements Session {
  readonly id: string;
  readonly userId: string;
  readonly agentId: string;
  metadata: Payload;
  status: SessionStatus = 'active';
  lastSeq = 0;
  lastReadSeq = 0;
  readonly insertedAtMs: number;
  updatedAtMs: number;
  activity = 0;
  inboxVersion = 0;
  unreadCount = 0;
  lastUserSeq = 0;
  dispatch: DispatchState = NEVER_CALLED;
  debounceMs = 0;
  lastMessage: Session['lastMessage'] = null;
  flushedSeq = 0;
  version = 1;
  flushedVersion = 0;
  readonly #internals: SessionInternals;

  constructor(
    origin: Pick<Session, 'id' | 'userId' | 'agentId' | 'metadata' | 'insertedAtMs'>,
    internals: SessionInternals,
  ) {
    this.id = origin.id;
    this.userId = origin.userId;
    this.agentId = origin.agentId;
    this.metadata = origin.metadata;
    this.insertedAtMs = origin.insertedAtMs;
    this.updatedAtMs = origin.insertedAtMs;
    this.#internals = internals;
  }

  static internals(record: SessionRecord): SessionInternals {
    return record.#internals;
  }

  /** Of a session that is in its inbox. */
  static setMetadata(record: SessionRecord, metadata: Payload): void {
    record.#internals.inbox.metadataChanged(record.metadata.length, metadata.length);
    record.metadata = metadata;
  }

  get tail(): readonly Message[] {
    const { tail } = this.#internals;
    return tail.read(this, tail.firstSeq, this.lastSeq);
  }

  /** Something that Postgres keeps is not there yet. */
  get isDirty(): boolean {
    return this.lastSeq > this.flushedSeq || this.version > this.flushedVersion;
  }
}

const NEVER_CALLED: DispatchState = { status: 'idle', epoch: 0 };

export function newInternals(inbox: InboxRecord): SessionInternals {
  return {
    tail: MessageTail.empty(),
    clientMessageIds: ClientMessageIds.empty(),
    unread: UnreadMarks.none(),
    inbox,
    checkpoint: null,
    voidSeqs: 0,
    cleanSinceMs: 0,
    newer: null,
    older: null,
  };
}

export function headOf(session: SessionHead): SessionHead {
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
    unreadCount: session.unreadCount,
    lastUserSeq: session.lastUserSeq,
    dispatch: session.dispatch,
    debounceMs: session.debounceMs,
    lastMessage: session.lastMessage,
    flushedSeq: session.flushedSeq,
    version: session.version,
    flushedVersion: session.flushedVersion,
  };
}
