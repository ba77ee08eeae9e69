import { broken } from '../../harness/broken.ts';
import { EMPTY_HASH } from '../../harness/hash.ts';
import type { HashChain } from '../hash-chain.ts';

/** What is committed stays, the same everywhere, and every later leader has it. */
export class Committed {
  readonly #hashes: number[] = [EMPTY_HASH];
  /** Highest index committed by the leader of each term, in order of terms. */
  readonly #byTerm: { readonly term: number; index: number }[] = [];

  get maxIndex(): number {
    return this.#hashes.length - 1;
  }

  hashAt(index: number): number {
    return this.#hashes[index] ?? broken('committed', `no replica has committed ${index}`);
  }

  /** A replica in `term` holds entries (from, to] to be committed. */
  observe(chain: HashChain, from: number, to: number, term: number): void {
    for (let index = Math.max(from + 1, chain.baseIndex); index <= to; index += 1) {
      const hash = chain.at(index);
      if (hash === null) broken('committed', `entry ${index} is committed and missing`);
      const known = this.#hashes[index];
      if (known === undefined) this.#hashes[index] = hash;
      else if (known !== hash) broken('committed is immutable', `entry ${index} differs`);
    }
    if (to < this.maxIndex) return;
    const newest = this.#byTerm.at(-1);
    if (newest?.term === term) newest.index = Math.max(newest.index, to);
    else if (newest === undefined || (newest.term < term && newest.index < to)) {
      this.#byTerm.push({ term, index: to });
    }
  }

  /** A leader of `term` starts out with this log: everything committed in earlier terms is in it. */
  checkLeader(chain: HashChain, term: number): void {
    const earlier = this.#byTerm.findLast((commit) => commit.term < term);
    if (earlier === undefined) return;
    const { index } = earlier;
    if (chain.baseIndex > index) return;
    if (chain.at(index) !== this.hashAt(index)) {
      broken('leader completeness', `the leader of term ${term} lacks committed entry ${index}`);
    }
  }
}
