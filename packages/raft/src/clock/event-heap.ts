interface Scheduled<T> {
  readonly time: number;
  readonly order: number;
  readonly event: T;
}

/** Events by their time, a binary heap; equal times in the order in which they were scheduled. */
export class EventHeap<T> {
  readonly #heap: Scheduled<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The time of the next event; null when there is none. */
  get nextTime(): number | null {
    return this.#heap[0]?.time ?? null;
  }

  push(time: number, event: T): void {
    const heap = this.#heap;
    const added = { time, order: this.#order, event };
    this.#order += 1;
    let at = heap.length;
    heap.push(added);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, added)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  /** The next event, or null when there is none. */
  pop(): { readonly time: number; readonly event: T } | null {
    const heap = this.#heap;
    const top = heap[0];
    const moved = heap.pop();
    if (top === undefined || moved === undefined) return null;
    if (heap.length > 0) this.#sink(moved);
    return top;
  }

  #sink(moved: Scheduled<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      let smaller = left;
      if (right !== undefined && isBefore(right, left)) {
        child += 1;
        smaller = right;
      }
      if (isBefore(moved, smaller)) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = moved;
  }
}

function isBefore<T>(a: Scheduled<T>, b: Scheduled<T>): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
