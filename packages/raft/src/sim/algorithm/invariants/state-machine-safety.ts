import type { ConfState } from '../../../core/index.ts';
import { broken } from '../../harness/broken.ts';
import { hashConfState } from '../../harness/hash.ts';

/** The state after applying an index. */
export interface AppliedState {
  readonly digest: number;
  readonly confState: ConfState;
}

/** All replicas are in the same state after the same index. */
export class StateMachineSafety {
  readonly #states: AppliedState[];

  constructor(initial: AppliedState) {
    this.#states = [initial];
  }

  get maxIndex(): number {
    return this.#states.length - 1;
  }

  at(index: number): AppliedState {
    return this.#states[index] ?? broken('state machine safety', `no replica has applied ${index}`);
  }

  applied(index: number, state: AppliedState): void {
    const known = this.#states[index];
    if (known === undefined) {
      if (index !== this.#states.length) broken('state machine safety', `gap before ${index}`);
      this.#states.push(state);
      return;
    }
    if (known.digest !== state.digest) broken('state machine safety', `states differ at ${index}`);
    if (known.confState === state.confState) return;
    if (hashConfState(known.confState) !== hashConfState(state.confState)) {
      const [a, b] = [JSON.stringify(known.confState), JSON.stringify(state.confState)];
      broken('configuration', `configurations differ at ${index}: ${a} and ${b}`);
    }
  }
}
