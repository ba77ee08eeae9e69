interface Entry {
  readonly sessionId: string;
  readonly atMs: number;
}

/**
 * Sessions by the time at which they are to be looked at: a binary heap. Each stands in it once, under the earliest time
 * that was said; what has changed since then is seen when its turn comes.
 */
export class DueIndex {
  readonly #heap: Entry[] = [];
  readonly #times = new Map<string, number>();

  get size(): number {
    return this.#times.size;
  }

  add(sessionId: string, atMs: number): void {
    const known = this.#times.get(sessionId);
    if (known !== undefined && known <= atMs) return;
    this.#times.set(sessionId, atMs);
    this.#push({ sessionId, atMs });
  }

  /** The session that is due longest, taken out; null: none is due at `nowMs`. */
  take(nowMs: number): string | null {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.atMs > nowMs) return null;
      this.#pop();
      // An entry that an earlier time has replaced is passed over.
      if (this.#times.get(first.sessionId) !== first.atMs) continue;
      this.#times.delete(first.sessionId);
      return first.sessionId;
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.atMs <= entry.atMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let smaller = left;
      if (right !== undefined && right.atMs < left.atMs) {
        smaller = right;
        child += 1;
      }
      if (smaller.atMs >= last.atMs) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}
