import type { Entry } from '../../core/index.ts';
import { EMPTY_HASH, mixEntry } from '../harness/hash.ts';

/** The hash of every prefix of one log, beside the log itself. */
export class HashChain {
  #baseIndex = 0;
  #baseHash = EMPTY_HASH;
  #hashes: number[] = [];
  #terms: number[] = [];

  get lastIndex(): number {
    return this.#baseIndex + this.#hashes.length;
  }

  get baseIndex(): number {
    return this.#baseIndex;
  }

  /** Hash of the log up to `index`, or null outside of what is known. */
  at(index: number): number | null {
    if (index === this.#baseIndex) return this.#baseHash;
    return this.#hashes[index - this.#baseIndex - 1] ?? null;
  }

  /** Term of an entry, or null when it is not in the log. */
  termAt(index: number): number | null {
    return this.#terms[index - this.#baseIndex - 1] ?? null;
  }

  /** A snapshot replaces the log. */
  reset(index: number, hash: number): void {
    this.#baseIndex = index;
    this.#baseHash = hash;
    this.#hashes = [];
    this.#terms = [];
  }

  /** Appends one entry, which replaces everything from its index on. Throws RangeError on a gap. */
  append(entry: Entry): number {
    const previous = this.at(entry.index - 1);
    if (previous === null) throw new RangeError(`entry ${entry.index} after ${this.lastIndex}`);
    const hash = mixEntry(previous, entry);
    this.#hashes.length = entry.index - this.#baseIndex - 1;
    this.#hashes.push(hash);
    this.#terms.length = this.#hashes.length - 1;
    this.#terms.push(entry.term);
    return hash;
  }

  copyFrom(other: HashChain): void {
    this.#baseIndex = other.#baseIndex;
    this.#baseHash = other.#baseHash;
    this.#hashes = other.#hashes.slice();
    this.#terms = other.#terms.slice();
  }
}
