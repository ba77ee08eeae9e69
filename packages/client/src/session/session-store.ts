import { REGENERATE_KIND, TOOL_RESPONSE_KIND } from '@fleetlm/protocol/thread';
import type { JsonObject } from '@fleetlm/protocol/ui-stream';
import type { Connection } from '../connection/connection.ts';
import type { Outbox, SendResult } from '../outbox/outbox.ts';
import { type ReadableStore, Store } from '../store.ts';
import {
  type Message,
  malformed,
  readAgentStatus,
  readJoin,
  readLiveChunk,
  type WireError,
} from '../wire.ts';
import { PAUSE_MS_MIN, pauseAfter } from './answer-pace.ts';
import type { LiveAnswer } from './live-answer.ts';
import { emptyLog, lastSeqOf } from './message-log.ts';
import { callsAgent } from './open-requests.ts';
import {
  betterFirstSeq,
  committedIds,
  initialSession,
  needsRejoin,
  type SessionEvent,
  type SessionState,
  sessionAfter,
} from './session-state.ts';
import { type SessionView, sameView, viewOf } from './session-view.ts';

const REJOIN_AFTER_MS = 400;
const READ_EVERY_MS = 1_000;
/** How long an answer is taken for due without a word about it from the cluster. */
const AGENT_DUE_MS = 3_000;
const OLDER_PAGE = 50;

/** Reads the page of at most `limit` messages that ends right before `beforeSeq`, ascending. */
export type ReadBefore = (
  sessionId: string,
  beforeSeq: number,
  limit: number,
) => Promise<readonly Message[]>;

/** What a user decides about one tool call. */
export interface ApprovalDecision {
  readonly approvalId: string;
  readonly isApproved: boolean;
  /** Why; the agent reads it. */
  readonly reason?: string;
}

export interface SessionStoreOptions {
  readonly connection: Connection;
  readonly outbox: Outbox;
  readonly readBefore: ReadBefore | null;
  /** The last seq that is known from elsewhere (the inbox); the join then begins near the end at once. */
  readonly lastSeqHint: number;
}

/** One conversation, live while at least one holder has it open. */
export class SessionStore {
  readonly sessionId: string;
  readonly view: ReadableStore<SessionView>;
  /** The answer in progress; at most twenty values a second, fewer where showing it takes long. */
  readonly answer: ReadableStore<LiveAnswer | null>;
  #options: SessionStoreOptions;
  #state: SessionState;
  #view: Store<SessionView>;
  #answer = new Store<LiveAnswer | null>(null);
  #answerTimer: ReturnType<typeof setTimeout> | null = null;
  #answerPauseMs = PAUSE_MS_MIN;
  #rejoinTimer: ReturnType<typeof setTimeout> | null = null;
  #readTimer: ReturnType<typeof setTimeout> | null = null;
  #dueTimer: ReturnType<typeof setTimeout> | null = null;
  #readWanted = 0;
  #holders = 0;
  /** Grows with every join that is begun, so that the answer to an earlier one is dropped. */
  #joinRound = 0;
  #isJoining = false;
  /** Something was missed since the join under way was asked for: its answer may not hold it. */
  #isJoinStale = false;
  #loadingOlder: Promise<void> | null = null;

  constructor(sessionId: string, options: SessionStoreOptions) {
    this.sessionId = sessionId;
    this.#options = options;
    this.#state = initialSession(sessionId, Math.max(0, options.lastSeqHint - OLDER_PAGE));
    this.#view = new Store(viewOf(this.#state, null));
    this.view = this.#view;
    this.answer = this.#answer;
  }

  get isOpen(): boolean {
    return this.#holders > 0;
  }

  /** Joins and stays live until the returned function is called. */
  open(): () => void {
    this.#holders += 1;
    if (this.#holders === 1) this.rejoin();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#leave();
    };
  }

  send(content: JsonObject, kind = 'text', metadata: JsonObject = {}): SendResult {
    return this.#options.outbox.add(this.sessionId, kind, content, metadata);
  }

  /** Asks for another answer in the place of one; the log keeps both. */
  regenerate(answerId: string): SendResult {
    return this.send({ supersedes: answerId }, REGENERATE_KIND);
  }

  /** Says something else in the place of one's own message; the log keeps both. */
  edit(messageId: string, content: JsonObject): SendResult {
    return this.send(content, 'text', { supersedes: messageId });
  }

  /** Answers a tool call that waits for a user. */
  approve(messageId: string, approvalId: string, isApproved: boolean): SendResult {
    return this.decide(messageId, [{ approvalId, isApproved }]);
  }

  /** Answers several tool calls of one message at once; a reason goes to the agent with its decision. */
  decide(messageId: string, decisions: readonly ApprovalDecision[]): SendResult {
    const approvals = decisions.map(({ approvalId, isApproved, reason }) => ({
      approval_id: approvalId,
      approved: isApproved,
      ...(reason === undefined ? {} : { reason }),
    }));
    return this.send({ message_id: messageId, approvals }, TOOL_RESPONSE_KIND);
  }

  /** Asks the agent to stop; the answer ends with a committed message. Null: accepted. */
  stop(): Promise<WireError | null> {
    return this.#command('session:stop');
  }

  /** Has the agent try a failed answer again. Null: accepted. */
  retry(): Promise<WireError | null> {
    return this.#command('session:retry');
  }

  /** Everything up to `seq` was seen. Sent at most once a second; never goes back. */
  markRead(seq: number): void {
    this.#apply({ type: 'read', lastReadSeq: seq });
    this.#readWanted = Math.max(this.#readWanted, seq);
    if (this.#readTimer === null) void this.#sendRead();
  }

  /** Puts the page of at most `limit` messages before the first held one in front. Rejects when it can't be read now. */
  loadOlder(limit: number = OLDER_PAGE): Promise<void> {
    const { readBefore } = this.#options;
    if (readBefore === null || this.#state.log.afterSeq === 0) return Promise.resolve();
    this.#loadingOlder ??= this.#readOlder(readBefore, limit);
    return this.#loadingOlder;
  }

  /** The connection is gone: what is shown may be behind from now on. */
  detached(): void {
    this.#joinRound += 1;
    this.#isJoining = false;
    this.#apply({ type: 'detached' });
  }

  /** Joins (again) from the last seq held; brings whatever was missed. */
  rejoin(): void {
    if (this.#holders === 0 || this.#options.connection.view.status !== 'online') return;
    if (this.#isJoining) {
      this.#isJoinStale = true;
      return;
    }
    this.#joinRound += 1;
    this.#isJoining = true;
    void this.#join(this.#joinRound);
  }

  /** A message of ours is on a quorum of disks: an answer is due. */
  messageCommitted(message: Message): void {
    this.receiveMessages([message]);
    if (!callsAgent(this.#state.log.messages, message)) return;
    this.#apply({ type: 'sent' });
    if (this.#dueTimer !== null) clearTimeout(this.#dueTimer);
    this.#dueTimer = setTimeout(() => this.#apply({ type: 'due_expired' }), AGENT_DUE_MS);
  }

  receiveMessages(messages: readonly Message[]): void {
    this.#apply({ type: 'messages', messages });
    this.#options.outbox.committed(committedIds(messages));
    this.#rejoinOnGap();
  }

  receiveChunk(payload: unknown): void {
    const live = readLiveChunk(payload);
    if (live === null) return;
    this.#apply({ type: 'chunk', at: live, index: live.index, chunk: live.chunk });
    this.#rejoinOnGap();
  }

  receiveStatus(payload: unknown): void {
    const agent = readAgentStatus(payload);
    if (agent !== null) this.#apply({ type: 'status', agent });
  }

  receiveRead(lastReadSeq: number): void {
    this.#apply({ type: 'read', lastReadSeq });
  }

  async #readOlder(readBefore: ReadBefore, limit: number): Promise<void> {
    try {
      const messages = await readBefore(this.sessionId, this.#state.log.afterSeq + 1, limit);
      // A subscriber to these may ask for the next page at once.
      this.#loadingOlder = null;
      this.#apply({ type: 'older', messages });
    } catch (error) {
      this.#loadingOlder = null;
      throw error;
    }
  }

  #leave(): void {
    this.#joinRound += 1;
    this.#isJoining = false;
    if (this.#rejoinTimer !== null) clearTimeout(this.#rejoinTimer);
    this.#rejoinTimer = null;
    this.#apply({ type: 'detached' });
    void this.#options.connection.request('session:leave', { session_id: this.sessionId });
  }

  async #join(round: number): Promise<void> {
    for (;;) {
      const lastSeq = lastSeqOf(this.#state.log);
      this.#isJoinStale = false;
      const ack = await this.#options.connection.request('session:join', {
        session_id: this.sessionId,
        last_seq: lastSeq,
      });
      if (round !== this.#joinRound) return;
      const answer = ack.ok ? readJoin(ack.body) : null;
      if (answer === null)
        return this.#joinFailed(ack.ok ? malformed('a conversation') : ack.error);
      const firstSeq = betterFirstSeq(this.#state, answer);
      if (firstSeq === null) {
        this.#apply({ type: 'joined', answer });
        this.#options.outbox.committed(committedIds(answer.messages));
      } else this.#state = { ...this.#state, log: emptyLog(firstSeq) };
      // A page that brings nothing new can't be followed by another: the rest is a gap, asked for again later.
      const isProgress = firstSeq !== null || lastSeqOf(this.#state.log) > lastSeq;
      if (firstSeq === null && !(answer.has_more && isProgress) && !this.#isJoinStale) break;
    }
    this.#isJoining = false;
    this.#rejoinOnGap();
  }

  #joinFailed(error: WireError): void {
    this.#isJoining = false;
    this.#apply({ type: 'refused', error });
    if (error.retryable) this.#rejoinLater();
  }

  #rejoinOnGap(): void {
    if (!this.#isJoining && this.isOpen && needsRejoin(this.#state)) this.#rejoinLater();
  }

  #rejoinLater(): void {
    this.#rejoinTimer ??= setTimeout(() => {
      this.#rejoinTimer = null;
      this.rejoin();
    }, REJOIN_AFTER_MS * Math.random());
  }

  async #command(event: 'session:stop' | 'session:retry'): Promise<WireError | null> {
    const ack = await this.#options.connection.request(event, { session_id: this.sessionId });
    return ack.ok ? null : ack.error;
  }

  async #sendRead(): Promise<void> {
    this.#readTimer = setTimeout(() => {
      this.#readTimer = null;
      if (this.#readWanted > 0) void this.#sendRead();
    }, READ_EVERY_MS);
    const seq = this.#readWanted;
    this.#readWanted = 0;
    const ack = await this.#options.connection.request('session:read', {
      session_id: this.sessionId,
      last_seq: seq,
    });
    if (!ack.ok && ack.error.retryable) this.#readWanted = Math.max(this.#readWanted, seq);
  }

  #apply(event: SessionEvent): void {
    const before = this.#state;
    const after = sessionAfter(before, event);
    if (after === before) return;
    this.#state = after;
    const answerEnded =
      after.answer === null || before.answer === null || after.answer.epoch !== before.answer.epoch;
    if (after.answer !== before.answer) {
      if (answerEnded) this.#showAnswer();
      else this.#answerTimer ??= setTimeout(() => this.#showAnswer(), this.#answerPauseMs);
    }
    const view = viewOf(after, this.#view.get());
    if (!sameView(view, this.#view.get())) this.#view.set(view);
  }

  #showAnswer(): void {
    if (this.#answerTimer !== null) clearTimeout(this.#answerTimer);
    this.#answerTimer = null;
    const startedAtMs = performance.now();
    this.#answer.set(this.#state.answer);
    // It has been rendered when the next task runs.
    setTimeout(() => {
      this.#answerPauseMs = pauseAfter(performance.now() - startedAtMs);
    });
  }
}
