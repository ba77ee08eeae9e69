import type { ReadState } from '../../../core/index.ts';
import { broken } from '../../harness/broken.ts';

interface Asked {
  /** Highest index acknowledged anywhere when the read was asked. */
  readonly acknowledged: number;
  readonly time: number;
}

/** Linearizable reads of one incarnation of a replica: each has one answer, which is not stale. */
export class Reads {
  readonly #asked = new Map<number, Asked>();

  asked(requestId: number, acknowledged: number, time: number): void {
    this.#asked.set(requestId, { acknowledged, time });
  }

  answered(state: ReadState): void {
    const asked = this.#asked.get(state.requestId);
    if (asked === undefined) {
      broken('reads', `second answer to ${state.requestId}`);
      return;
    }
    this.#asked.delete(state.requestId);
    if (state.status === 'ok' && state.index < asked.acknowledged) {
      broken('reads', `read at ${state.index} after ${asked.acknowledged} was acknowledged`);
    }
  }

  /** Every read asked before `time` has its answer. */
  checkAllAnswered(time: number): void {
    for (const [id, asked] of this.#asked) {
      if (asked.time < time) broken('reads', `read ${id} of ${asked.time} has no answer`);
    }
  }
}
