const KEPT = 512;

/** The newest durations in milliseconds, oldest first. */
export class SyncTimes {
  readonly #ring = new Float64Array(KEPT);
  #count = 0;

  add(milliseconds: number): void {
    this.#ring[this.#count % KEPT] = milliseconds;
    this.#count += 1;
  }

  values(): readonly number[] {
    if (this.#count <= KEPT) return [...this.#ring.subarray(0, this.#count)];
    const start = this.#count % KEPT;
    return [...this.#ring.subarray(start), ...this.#ring.subarray(0, start)];
  }
}
