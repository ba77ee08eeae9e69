import type { Message, Runtime, SessionEvent } from '../../../runtime/runtime-api.ts';

export const SESSION_ID = '00-01J8ZZZZZZZZZZZZZZZZZZZZZZ';

export function messageOf(seq: number, text = `message ${seq}`): Message {
  return {
    id: `01900000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    sessionId: SESSION_ID,
    seq,
    sender: { type: 'user', id: 'alice' },
    kind: 'text',
    payload: Buffer.from(JSON.stringify({ content: { text }, metadata: {} })),
    insertedAtMs: 1_000 + seq,
  };
}

/** A runtime with one session of alice's in it. */
export class FakeSession {
  readonly log: Message[];
  readonly sinks = new Set<(event: SessionEvent) => void>();
  /** Is called when the messages behind this seq are about to be read. */
  reading: (afterSeq: number) => void = () => undefined;
  live: Awaited<ReturnType<Runtime['liveAnswer']>> = { ok: true, value: null };
  readonly runtime: Partial<Runtime>;

  constructor(messages: number) {
    this.log = Array.from({ length: messages }, (_, at) => messageOf(at + 1));
    this.runtime = {
      getSession: async () => ({ ok: true, value: this.#head() as never }),
      readMessages: async (range) => {
        const afterSeq = 'afterSeq' in range ? range.afterSeq : 0;
        this.reading(afterSeq);
        const messages = this.log.slice(afterSeq, afterSeq + range.limit);
        const hasMore = afterSeq + messages.length < this.log.length;
        return { ok: true, value: { messages, lastSeq: this.log.length, hasMore } };
      },
      liveAnswer: async () => this.live,
      subscribeSession: (_id, sink) => {
        this.sinks.add(sink);
        return { ready: Promise.resolve(true), close: () => this.sinks.delete(sink) };
      },
    };
  }

  publish(event: SessionEvent): void {
    for (const sink of this.sinks) sink(event);
  }

  /** Appends the next message and publishes it. */
  say(text?: string): void {
    const message = messageOf(this.log.length + 1, text);
    this.log.push(message);
    this.publish({ type: 'message', message });
  }

  #head() {
    return {
      id: SESSION_ID,
      userId: 'alice',
      agentId: 'bot',
      status: 'active',
      metadata: Buffer.from('{}'),
      lastSeq: this.log.length,
      lastReadSeq: 0,
      insertedAtMs: 1,
      updatedAtMs: 1,
      dispatch: { status: 'running', epoch: 1, attempt: 1, throughSeq: this.log.length },
    };
  }
}
