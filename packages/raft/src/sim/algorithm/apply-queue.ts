import type { Entry } from '../../core/index.ts';

/** Committed entries on their way to the state machine, one batch for each Ready that had some. */
export class ApplyQueue {
  #batches: (readonly Entry[])[] = [];

  get size(): number {
    return this.#batches.length;
  }

  push(batch: readonly Entry[]): void {
    this.#batches.push(batch);
  }

  shift(): readonly Entry[] {
    return this.#batches.shift() ?? [];
  }

  /** A snapshot up to `index` takes their place. */
  dropTo(index: number): void {
    this.#batches = this.#batches.map((batch) => batch.filter((entry) => entry.index > index));
  }
}
