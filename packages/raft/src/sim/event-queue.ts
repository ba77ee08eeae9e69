interface Scheduled<T> {
  readonly time: number;
  readonly order: number;
  readonly event: T;
}

/** Events in the order of (virtual time, order of scheduling): a binary heap. */
export class EventQueue<T> {
  readonly #heap: Scheduled<T>[] = [];
  #order = 0;
  /** Time of the event that was taken last. */
  now = 0;

  get size(): number {
    return this.#heap.length;
  }

  schedule(time: number, event: T): void {
    this.#order += 1;
    const added: Scheduled<T> = { time: Math.max(time, this.now), order: this.#order, event };
    const heap = this.#heap;
    let at = heap.length;
    heap.push(added);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || before(above, added)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = added;
  }

  /** Takes the next event and moves the time to it; undefined: there is none. */
  take(): T | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined) return undefined;
    if (heap.length > 0) this.#sink(last);
    this.now = top.time;
    return top.event;
  }

  #sink(moved: Scheduled<T>): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let smaller = heap[child];
      if (smaller === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, smaller)) {
        child += 1;
        smaller = right;
      }
      if (before(moved, smaller)) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = moved;
  }
}

function before(a: Scheduled<unknown>, b: Scheduled<unknown>): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
