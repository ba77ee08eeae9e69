import type { Entry } from '../core/index.ts';
import { mix32 } from './random-stream.ts';

/** Chain hash of an entry: covers the whole log up to it, so that one number compares a prefix. */
export function chainHash(previous: number, { term, type, data }: Entry): number {
  let hash = mix32(previous ^ Math.imul(term, 0x85ebca6b) ^ type.length);
  for (let i = 0; i < data.length; i += 1) hash = Math.imul(hash ^ (data[i] ?? 0), 0x01000193);
  return mix32(hash);
}

/** A log with the chain hash of every entry. Invariant: entries[i].index === base + 1 + i. */
export class SimLog {
  base = 0;
  baseTerm = 0;
  #baseHash = 0;
  entries: Entry[] = [];
  #hashes: number[] = [];

  get last(): number {
    return this.base + this.entries.length;
  }

  /** Undefined where the log doesn't reach: compacted, or beyond its end. */
  hashAt(index: number): number | undefined {
    return index === this.base ? this.#baseHash : this.#hashes[index - this.base - 1];
  }

  termAt(index: number): number | undefined {
    return index === this.base ? this.baseTerm : this.entries[index - this.base - 1]?.term;
  }

  /** Replaces what stands at and above the first entry's index; entries below the base are skipped. */
  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const at = entry.index - this.base - 1;
      if (at < 0) continue;
      if (at > this.entries.length) throw new RangeError(`gap before entry ${entry.index}`);
      const previous = at === 0 ? this.#baseHash : (this.#hashes[at - 1] ?? 0);
      this.entries.length = at;
      this.#hashes.length = at;
      this.entries.push(entry);
      this.#hashes.push(chainHash(previous, entry));
    }
  }

  restore(index: number, term: number, hash: number): void {
    this.base = index;
    this.baseTerm = term;
    this.#baseHash = hash;
    this.entries = [];
    this.#hashes = [];
  }

  compact(index: number): void {
    if (index <= this.base) return;
    const count = index - this.base;
    this.baseTerm = this.termAt(index) ?? 0;
    this.#baseHash = this.hashAt(index) ?? 0;
    this.entries = this.entries.slice(count);
    this.#hashes = this.#hashes.slice(count);
    this.base = index;
  }

  copy(): SimLog {
    const copy = new SimLog();
    copy.restore(this.base, this.baseTerm, this.#baseHash);
    copy.entries = [...this.entries];
    copy.#hashes = [...this.#hashes];
    return copy;
  }
}
