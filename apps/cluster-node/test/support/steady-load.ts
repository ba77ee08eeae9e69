import type { Socket } from 'socket.io-client';
import { expect } from 'vitest';
import { emit, type messagesOf } from './answers.ts';
import type { TestCluster } from './cluster.ts';

interface Writer {
  readonly sessionId: string;
  readonly acked: { readonly text: string; readonly seq: number }[];
}

/** People who send one message after the other, each until it has a definite answer, whatever happens to the cluster. */
export class SteadyLoad {
  readonly #cluster: TestCluster;
  readonly #writers: Writer[] = [];
  readonly #work: Promise<void>[] = [];
  #running = true;
  /** The nodes that people are connected to: who loses one goes to the next. */
  through: readonly string[];

  constructor(cluster: TestCluster, through: readonly string[]) {
    this.#cluster = cluster;
    this.through = through;
  }

  async begin(users: readonly string[]): Promise<void> {
    for (const user of users) {
      const writer: Writer = { sessionId: await this.#cluster.createSession(user), acked: [] };
      this.#writers.push(writer);
      this.#work.push(this.#write(user, writer));
    }
  }

  get count(): number {
    return this.#writers.reduce((sum, { acked }) => sum + acked.length, 0);
  }

  /** Waits until each has sent so many more. */
  async more(messages: number): Promise<void> {
    const before = this.#writers.map(({ acked }) => acked.length);
    await expect
      .poll(() =>
        this.#writers.every(({ acked }, at) => acked.length >= (before[at] ?? 0) + messages),
      )
      .toBe(true);
  }

  /** Ends it, and checks: nothing acknowledged is lost, doubled or out of order. */
  async endAndCheck(through: string): Promise<void> {
    this.#running = false;
    await Promise.all(this.#work);
    for (const { sessionId, acked } of this.#writers) {
      const messages = await allMessages(this.#cluster, sessionId, through);
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, at) => at + 1));
      const texts = messages.map(({ content }) => content.text);
      expect(new Set(texts).size).toBe(texts.length);
      for (const { text, seq } of acked) expect(texts[seq - 1]).toBe(text);
    }
  }

  async #write(user: string, { sessionId, acked }: Writer): Promise<void> {
    let socket: Socket | null = null;
    let turn = 0;
    for (let number = 0; this.#running; number += 1) {
      const text = `m${number}`;
      for (;;) {
        if (socket?.connected !== true) {
          turn += 1;
          const node = this.through[turn % this.through.length] ?? '';
          socket = await this.#cluster.socket(node, user).catch(() => null);
        }
        const ack =
          socket === null
            ? null
            : await emit(socket, 'session:send', {
                session_id: sessionId,
                client_message_id: text,
                content: { text },
              }).catch(() => null);
        if (ack?.ok === true) {
          acked.push({ text, seq: ack.seq ?? 0 });
          break;
        }
        if (ack?.error?.retryable === false) throw new Error(JSON.stringify(ack));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      // Steady, not as fast as it goes: the machine has other things to do.
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    socket?.disconnect();
  }
}

async function allMessages(cluster: TestCluster, sessionId: string, through: string) {
  const all: Awaited<ReturnType<typeof messagesOf>>[number][] = [];
  for (;;) {
    const path = `/api/sessions/${sessionId}/messages?after_seq=${all.length}&limit=500`;
    const { status, body } = await cluster.call(through, 'GET', path);
    if (status !== 200) throw new Error(`no messages: ${status} ${JSON.stringify(body)}`);
    const page = body as unknown as { messages: typeof all; has_more: boolean };
    all.push(...page.messages);
    if (!page.has_more) return all;
  }
}
