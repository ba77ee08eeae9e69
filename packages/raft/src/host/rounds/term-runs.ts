/** Terms of a stretch of the log, as runs: terms change seldom, entries are many. */
export class TermRuns {
  /** Invariant: ascending in `first` and in `term`. */
  readonly #runs: { first: number; readonly term: number }[] = [];

  /** Entry `index` has `term`; everything above it is forgotten. */
  set(index: number, term: number): void {
    let last = this.#runs.at(-1);
    while (last !== undefined && last.first >= index) {
      this.#runs.pop();
      last = this.#runs.at(-1);
    }
    if (last?.term !== term) this.#runs.push({ first: index, term });
  }

  /** Term of an entry at or above the lowest one that is known. */
  at(index: number): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#runs[middle]?.first ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low]?.term ?? 0;
  }

  /** Forgets what lies below `index`. */
  dropBelow(index: number): void {
    while ((this.#runs[1]?.first ?? Number.POSITIVE_INFINITY) <= index) this.#runs.shift();
    const first = this.#runs[0];
    if (first !== undefined && first.first < index) first.first = index;
  }
}
