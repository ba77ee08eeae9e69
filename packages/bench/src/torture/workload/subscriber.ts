import { io, type Socket } from 'socket.io-client';
import { Column } from '../history/column.ts';
import { messageDigest, sequenceDigest } from '../history/digest.ts';
import type { History } from '../history/history.ts';
import { joinAckShape, messageShape, type ReadMessage, sendAckShape } from './answers.ts';
import type { CallEnd } from './rest-client.ts';

const JOIN_LIMIT_MS = 6_000;
const JOIN_PAUSE_MS = 200;
const REFUSED_PAUSE_MS = 300;
/** Messages of one join: JOIN_MESSAGES_MAX of the gateway. */
const JOIN_PAGE = 200;

export interface SubscriberOptions {
  readonly session: number;
  readonly sessionId: string;
  readonly node: string;
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly history: History;
}

/**
 * One device on one node: follows a session over all its connections as a careful client does, and writes down
 * what it was given. A live message that leaves one out is a fault: within a connection they come in order.
 */
export class Subscriber {
  readonly session: number;
  readonly node: string;
  readonly digests = new Column();
  repeated = 0;
  agentStatus = '';
  readonly #options: SubscriberOptions;
  readonly #socket: Socket;
  /** Live, and served everything up to here; else a join is under way. */
  #live = false;
  #joining = false;
  /** A resync came while a join was under way: what was missed may not be in its answer. */
  #joinIsStale = false;
  /** The newest message that came while a join was under way and could not be taken yet. */
  #skippedSeq = 0;
  #closed = false;

  constructor(options: SubscriberOptions) {
    this.session = options.session;
    this.node = options.node;
    this.#options = options;
    this.#socket = io(options.url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 1_000,
      timeout: 3_000,
      auth: (callback) => {
        options.token().then(
          (token) => callback({ token }),
          () => callback({}),
        );
      },
    });
    this.#socket.on('connect', () => this.#rejoin());
    this.#socket.on('disconnect', () => {
      this.#live = false;
      this.#reconnectIfRefused();
    });
    this.#socket.on('connect_error', () => this.#reconnectIfRefused());
    this.#socket.on('resync', () => this.#rejoin());
    this.#socket.on('session:message', (message: unknown) => {
      this.#received(messageShape.parse(message));
    });
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  get isLive(): boolean {
    return this.#live;
  }

  get headSeq(): number {
    return this.digests.length;
  }

  async send(content: object, clientMessageId: string, limitMs: number): Promise<CallEnd<number>> {
    try {
      const answer: unknown = await this.#socket.timeout(limitMs).emitWithAck('session:send', {
        session_id: this.#options.sessionId,
        client_message_id: clientMessageId,
        content,
      });
      const ack = sendAckShape.parse(answer);
      if (ack.ok) return { type: 'answer', value: ack.seq };
      const { code, retryable, message = '' } = ack.error;
      return { type: 'refused', code, retryable, detail: message };
    } catch (error) {
      return { type: 'lost', detail: String(error) };
    }
  }

  /** Asks for what the session's agent is doing; '' when there was no answer. */
  async askAgentStatus(): Promise<string> {
    this.agentStatus = '';
    await this.#join();
    return this.agentStatus;
  }

  close(): void {
    this.#closed = true;
    this.#socket.disconnect();
  }

  /** Socket.IO does not come back by itself when the server refused or closed. */
  #reconnectIfRefused(): void {
    if (this.#closed || this.#socket.active) return;
    setTimeout(() => {
      if (!this.#closed) this.#socket.connect();
    }, REFUSED_PAUSE_MS);
  }

  #rejoin(): void {
    this.#live = false;
    this.#joinIsStale = true;
    if (this.#joining) return;
    this.#joining = true;
    this.#follow().then(
      () => {
        this.#joining = false;
      },
      (error: unknown) => {
        this.#joining = false;
        this.#fault('gap', `the join broke: ${String(error)}`);
      },
    );
  }

  /** Joins until everything up to the live messages is there. */
  async #follow(): Promise<void> {
    while (!this.#live && !this.#closed && this.#socket.connected) {
      this.#skippedSeq = 0;
      this.#joinIsStale = false;
      const isComplete = await this.#join();
      // A message that was left aside while the answer was on its way may not be in it.
      if (isComplete && !this.#joinIsStale && this.#skippedSeq <= this.headSeq)
        this.#live = this.#socket.connected;
      else if (!isComplete) await new Promise((resolve) => setTimeout(resolve, JOIN_PAUSE_MS));
    }
  }

  /** One page; true when it reached the session's newest message. */
  async #join(): Promise<boolean> {
    const { history, session, sessionId } = this.#options;
    const afterSeq = this.headSeq;
    const callMs = performance.now();
    const answer: unknown = await this.#socket
      .timeout(JOIN_LIMIT_MS)
      .emitWithAck('session:join', { session_id: sessionId, last_seq: afterSeq })
      .catch(() => null);
    if (answer === null) return false;
    const ack = joinAckShape.parse(answer);
    if (!ack.ok) {
      if (!ack.error.retryable)
        this.#fault(
          'forgotten',
          `the join after ${afterSeq}: ${ack.error.code} ${ack.error.message}`,
        );
      return false;
    }
    const digests = ack.messages.map(messageDigest);
    history.addRead({
      session,
      callMs,
      returnMs: performance.now(),
      afterSeq,
      limit: JOIN_PAGE,
      count: digests.length,
      headSeq: ack.last_seq,
      digest: sequenceDigest(digests),
    });
    this.agentStatus = ack.agent.status;
    for (const message of ack.messages) this.#take(message, messageDigest(message));
    return !ack.has_more;
  }

  #received(message: ReadMessage): void {
    const digest = messageDigest(message);
    if (this.#take(message, digest)) return;
    if (this.#live) {
      this.#fault('gap', `a live message ${message.seq} after ${this.headSeq} on ${this.node}`);
      this.#rejoin();
    } else this.#skippedSeq = Math.max(this.#skippedSeq, message.seq);
  }

  /** False: messages before it are missing. */
  #take(message: ReadMessage, digest: number): boolean {
    const { seq } = message;
    if (seq > this.headSeq + 1) return false;
    if (seq === this.headSeq + 1) {
      this.digests.push(digest);
      return true;
    }
    this.repeated += 1;
    if (this.digests.at(seq - 1) !== digest)
      this.#fault('changed', `message ${seq} came again on ${this.node}, and differs`);
    return true;
  }

  #fault(kind: 'gap' | 'changed' | 'forgotten', detail: string): void {
    const { history, session } = this.#options;
    history.addStreamFault({ kind, session, atMs: performance.now(), detail });
  }
}
