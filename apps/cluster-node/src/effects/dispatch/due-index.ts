import { EventHeap } from '@fleetlm/raft/clock';

/**
 * Sessions by the time at which they are due. Each is in it once, under the earliest of its times; the caller checks what
 * has changed since then when its turn comes.
 */
export class DueIndex {
  readonly #heap = new EventHeap<string>();
  readonly #times = new Map<string, number>();

  get size(): number {
    return this.#times.size;
  }

  add(sessionId: string, atMs: number): void {
    const known = this.#times.get(sessionId);
    if (known !== undefined && known <= atMs) return;
    this.#times.set(sessionId, atMs);
    this.#heap.push(atMs, sessionId);
  }

  /** The session that is due longest, taken out; null: none is due at `nowMs`. */
  take(nowMs: number): string | null {
    for (;;) {
      const nextMs = this.#heap.nextTime;
      if (nextMs === null || nextMs > nowMs) return null;
      const sessionId = this.#heap.pop()?.event;
      // An entry that an earlier time has replaced is passed over.
      if (sessionId === undefined || this.#times.get(sessionId) !== nextMs) continue;
      this.#times.delete(sessionId);
      return sessionId;
    }
  }
}
