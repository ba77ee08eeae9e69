import type { Payload } from '../commands/commands.ts';
import type {
  AnswerCheckpoint,
  DispatchState,
  Message,
  OpenRequests,
  Session,
  SessionStatus,
} from '../state.ts';
import { ClientMessageIds } from './client-message-ids.ts';
import type { InboxRecord } from './inbox-record.ts';
import { MessageTail } from './message-tail.ts';
import type { SessionHead } from './session-head.ts';
import { isDecided } from './tool-requests.ts';
import { UnreadMarks } from './unread-marks.ts';

/** What a session keeps beside what it shows. */
export interface SessionInternals {
  readonly tail: MessageTail;
  clientMessageIds: ClientMessageIds;
  readonly unread: UnreadMarks;
  readonly inbox: InboxRecord;
  /** Invariant: null unless the dispatch is running, or waiting between two attempts. */
  checkpoint: AnswerCheckpoint | null;
  /** Invariant: when they are decided, work is under way or has failed. */
  requests: OpenRequests | null;
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
  status: SessionStatus;
  lastSeq: number;
  lastReadSeq: number;
  readonly insertedAtMs: number;
  updatedAtMs: number;
  activity: number;
  inboxVersion: number;
  unreadCount: number;
  lastUserSeq: number;
  dispatch: DispatchState;
  debounceMs: number;
  lastMessage: Session['lastMessage'];
  flushedSeq: number;
  version: number;
  flushedVersion: number;
  readonly #internals: SessionInternals;

  /** No field has an initial value here: one that is not taken from `head` does not compile. */
  constructor(head: SessionHead, internals: SessionInternals) {
    this.id = head.id;
    this.userId = head.userId;
    this.agentId = head.agentId;
    this.metadata = head.metadata;
    this.status = head.status;
    this.lastSeq = head.lastSeq;
    this.lastReadSeq = head.lastReadSeq;
    this.insertedAtMs = head.insertedAtMs;
    this.updatedAtMs = head.updatedAtMs;
    this.activity = head.activity;
    this.inboxVersion = head.inboxVersion;
    this.unreadCount = head.unreadCount;
    this.lastUserSeq = head.lastUserSeq;
    this.dispatch = head.dispatch;
    this.debounceMs = head.debounceMs;
    this.lastMessage = head.lastMessage;
    this.flushedSeq = head.flushedSeq;
    this.version = head.version;
    this.flushedVersion = head.flushedVersion;
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

  /** Follows from the requests, which are kept with the session. */
  get awaitsUser(): boolean {
    const { requests } = this.#internals;
    return requests !== null && !isDecided(requests);
  }

  /** Something that Postgres keeps is not there yet. */
  get isDirty(): boolean {
    return this.lastSeq > this.flushedSeq || this.version > this.flushedVersion;
  }
}

const NEVER_CALLED: DispatchState = { status: 'idle', epoch: 0 };

/** The head of a session that was created a moment ago, in no inbox yet. */
export function newHead(
  origin: Pick<Session, 'id' | 'userId' | 'agentId' | 'metadata' | 'insertedAtMs'>,
): SessionHead {
  return {
    ...origin,
    status: 'active',
    lastSeq: 0,
    lastReadSeq: 0,
    updatedAtMs: origin.insertedAtMs,
    activity: 0,
    inboxVersion: 0,
    unreadCount: 0,
    awaitsUser: false,
    lastUserSeq: 0,
    dispatch: NEVER_CALLED,
    debounceMs: 0,
    lastMessage: null,
    flushedSeq: 0,
    version: 1,
    flushedVersion: 0,
  };
}

export function newInternals(inbox: InboxRecord): SessionInternals {
  return {
    tail: MessageTail.empty(),
    clientMessageIds: ClientMessageIds.empty(),
    unread: UnreadMarks.none(),
    inbox,
    checkpoint: null,
    requests: null,
    voidSeqs: 0,
    cleanSinceMs: 0,
    newer: null,
    older: null,
  };
}
