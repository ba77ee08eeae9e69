import { io, type Socket } from 'socket.io-client';

/** What became of one message. */
export interface SentMessage {
  readonly text: string;
  readonly seq: number;
  readonly id: string;
}

type Ack =
  | { readonly ok: true; readonly seq: number; readonly id: string; readonly duplicate: boolean }
  | { readonly ok: false; readonly error: { readonly code: string; readonly retryable: boolean } };

const ACK_LIMIT_MS = 10_000;

export interface BenchUserOptions {
  readonly userId: string;
  readonly sessionId: string;
  readonly target: string;
  readonly token: string;
  readonly bytes: number;
}

/** One person with one conversation and one socket. */
export class BenchUser {
  readonly userId: string;
  readonly sessionId: string;
  readonly acked: SentMessage[] = [];
  readonly errors = new Map<string, number>();
  readonly #options: BenchUserOptions;
  readonly #socket: Socket;
  readonly #padding: string;
  #sent = 0;

  constructor(options: BenchUserOptions) {
    this.#options = options;
    this.userId = options.userId;
    this.sessionId = options.sessionId;
    this.#padding = 'x'.repeat(options.bytes);
    this.#socket = io(options.target, {
      transports: ['websocket'],
      auth: { token: options.token },
      forceNew: true,
      reconnection: true,
    });
  }

  /** The same person with a socket of its own to the same node and conversation. */
  anotherDevice(): BenchUser {
    return new BenchUser(this.#options);
  }

  /** `lastSeq`: what this device has already. */
  async join(lastSeq = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      if (this.#socket.connected) resolve();
      this.#socket.once('connect', resolve);
      this.#socket.once('connect_error', reject);
    });
    const answer: { ok: boolean } = await this.#socket
      .timeout(ACK_LIMIT_MS)
      .emitWithAck('session:join', { session_id: this.sessionId, last_seq: lastSeq });
    if (!answer.ok) throw new Error(`session:join was refused: ${JSON.stringify(answer)}`);
  }

  /** Sends one message; resolves with the latency in milliseconds, or null when it was refused or lost. */
  async send(): Promise<number | null> {
    const number = this.#sent++;
    const text = `${this.userId} ${number} ${this.#padding}`.slice(
      0,
      Math.max(this.#padding.length, 24),
    );
    const startedAt = performance.now();
    try {
      const ack: Ack = await this.#socket.timeout(ACK_LIMIT_MS).emitWithAck('session:send', {
        session_id: this.sessionId,
        client_message_id: `${this.userId}-${number}`,
        content: { text },
      });
      if (ack.ok) {
        this.acked.push({ text, seq: ack.seq, id: ack.id });
        return performance.now() - startedAt;
      }
      this.#count(ack.error.code);
      // Refused for overload or want of a leader: a client would not hammer either.
      await new Promise((resolve) => setTimeout(resolve, 20));
    } catch {
      this.#count('no_ack');
    }
    return null;
  }

  #count(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  close(): void {
    this.#socket.disconnect();
  }
}
