import type { WalFailure, WalRecord } from './wal-api.ts';

/** One call of `append` that waits for its turn. */
export interface Append {
  readonly records: readonly WalRecord[];
  readonly bytes: number;
  readonly sync: boolean;
  readonly done: (failure: WalFailure | null) => void;
}

/** A round takes no more appends in beyond this: it bounds the buffer and the time that one write takes. */
const ROUND_BYTES_MAX = 4 * 1024 * 1024;

/** Appends in the order of their calls, and the records that may be written whenever something else is. */
export class AppendQueue {
  #waiting: Append[] = [];
  /** By group: the newest hard state that was accepted without a sync of its own. */
  readonly #lazy = new Map<number, WalRecord>();
  #bytes = 0;

  /** Bytes of all appends that were not answered yet. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get hasLazy(): boolean {
    return this.#lazy.size > 0;
  }

  push(append: Append): void {
    this.#bytes += append.bytes;
    this.#waiting.push(append);
  }

  /** Takes the next appends that go into one batch, at least one if there is any. */
  takeRound(): readonly Append[] {
    let bytes = 0;
    let count = 0;
    for (const append of this.#waiting) {
      if (count > 0 && bytes + append.bytes > ROUND_BYTES_MAX) break;
      bytes += append.bytes;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** They could not be written yet: they come first in the next round. */
  putBack(appends: readonly Append[]): void {
    this.#waiting = [...appends, ...this.#waiting];
  }

  /** Takes everything that waits, to refuse it. */
  takeAll(): readonly Append[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }

  /** The append is over. */
  release(append: Append): void {
    this.#bytes -= append.bytes;
  }

  keepLazy(records: readonly WalRecord[]): void {
    for (const record of records) this.#lazy.set(record.key.group, record);
  }

  lazyRecords(): readonly WalRecord[] {
    return [...this.#lazy.values()];
  }

  clearLazy(): void {
    this.#lazy.clear();
  }
}
