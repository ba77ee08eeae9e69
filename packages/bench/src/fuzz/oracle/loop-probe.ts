import { Worker } from 'node:worker_threads';
import {
  blockMs,
  LOOP_BLOCK_MS_MAX,
  type ProbedNode,
  type Sample,
  sampleSchema,
} from './loop-sample.ts';

/** Watches the event loops of all nodes from outside; `onBlock` is called for every turn that was too long. */
export class LoopProbe {
  readonly #worker: Worker;
  #worstMs = 0;
  #samples = 0;

  constructor(onBlock: (sample: Sample, milliseconds: number) => void) {
    this.#worker = new Worker(new URL('./loop-probe-worker.ts', import.meta.url));
    this.#worker.on('message', (message: unknown) => {
      const sample = sampleSchema.parse(message);
      const milliseconds = blockMs(sample);
      this.#samples += 1;
      this.#worstMs = Math.max(this.#worstMs, milliseconds);
      if (milliseconds > LOOP_BLOCK_MS_MAX) onBlock(sample, milliseconds);
    });
  }

  get worstMs(): number {
    return this.#worstMs;
  }

  get samples(): number {
    return this.#samples;
  }

  watch(nodes: readonly ProbedNode[]): void {
    this.#worker.postMessage(nodes);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
