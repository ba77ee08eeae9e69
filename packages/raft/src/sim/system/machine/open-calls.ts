import { broken } from '../../harness/broken.ts';
import type { SimProcess } from './sim-process.ts';

interface OpenCall {
  readonly process: SimProcess;
  readonly askedMs: number;
  readonly what: string;
}

/** Longer than any time limit of a call, on the slowest clock. */
const ANSWERED_WITHIN_MS = 20_000;

/** Calls of hosts that have not been answered yet: each is answered once, as long as its process lives. */
export class OpenCalls {
  readonly #open = new Set<OpenCall>();

  /** To be called with the answer. */
  ask(process: SimProcess, askedMs: number, what: string): () => void {
    const call: OpenCall = { process, askedMs, what };
    this.#open.add(call);
    return () => {
      if (!this.#open.delete(call)) broken('answers', `a second answer to ${what}`);
    };
  }

  /** While nothing is paused or broken. */
  check(nowMs: number): void {
    for (const call of this.#open) {
      if (!call.process.isAlive) this.#open.delete(call);
      else if (nowMs - call.askedMs > ANSWERED_WITHIN_MS)
        broken('answers', `${call.what} of ${call.askedMs} has none`);
    }
  }
}
