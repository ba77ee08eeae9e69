import { Worker } from 'node:worker_threads';
import type { BenchUserOptions } from '../../user.ts';
import {
  type WritersAnswer,
  type WritersRequest,
  type Written,
  writersAnswerSchema,
} from './writers-protocol.ts';

/** Users who write at a modest rate, in a thread of their own. */
export class Writers {
  readonly #worker = new Worker(new URL('./writers-worker.ts', import.meta.url));
  readonly #waiting: PromiseWithResolvers<WritersAnswer>[] = [];

  constructor() {
    this.#worker.on('message', (message: unknown) => {
      this.#waiting.shift()?.resolve(writersAnswerSchema.parse(message));
    });
    this.#worker.on('error', (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  /** Joins their conversations and begins to write. */
  async start(users: readonly BenchUserOptions[], ratePerSecond: number): Promise<void> {
    await this.#ask({ type: 'start', users: [...users], ratePerSecond });
  }

  /** Latencies count from now on. */
  async measure(): Promise<void> {
    await this.#ask({ type: 'measure' });
  }

  /** In milliseconds, of what was acknowledged since `measure`. */
  async p99(): Promise<number> {
    const answer = await this.#ask({ type: 'p99' });
    return answer.type === 'p99' ? answer.milliseconds : unexpected(answer);
  }

  /** Ends the writing; answers with what was acknowledged. */
  async stop(): Promise<readonly Written[]> {
    const answer = await this.#ask({ type: 'stop' });
    return answer.type === 'stopped' ? answer.written : unexpected(answer);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(request: WritersRequest): Promise<WritersAnswer> {
    const waiting = Promise.withResolvers<WritersAnswer>();
    this.#waiting.push(waiting);
    this.#worker.postMessage(request);
    const answer = await waiting.promise;
    if (answer.type === 'failed') throw new Error(`the writers: ${answer.detail}`);
    return answer;
  }
}

function unexpected({ type }: WritersAnswer): never {
  throw new Error(`the writers answered "${type}"`);
}
