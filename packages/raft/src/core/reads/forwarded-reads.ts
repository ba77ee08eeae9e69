/**
 * The follower's side of ReadIndex: reads sent to the leader and not answered yet.
 *
 * Reads that come together leave as one question with one wire id. Wire ids start at a random place, so
 * that an answer to a question from before a restart (same term, same leader) confirms nothing now.
 */
export class ForwardedReads {
  #nextWireId: number;
  #waiting: number[] = [];
  /** Asked in the current period and in the one before, by wire id, in order of asking. */
  #recent = new Map<number, readonly number[]>();
  #older = new Map<number, readonly number[]>();
  #size = 0;

  /** `start`: 31 random bits. */
  constructor(start: number) {
    this.#nextWireId = start * 2 ** 21 + 1;
  }

  get size(): number {
    return this.#size;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(requestId: number): void {
    this.#waiting.push(requestId);
    this.#size += 1;
  }

  /** The wire id of a new question for all reads that wait. */
  ask(): number {
    const wireId = this.#nextWireId;
    this.#nextWireId += 1;
    this.#recent.set(wireId, this.#waiting);
    this.#waiting = [];
    return wireId;
  }

  /** The reads of a question, once; none when it was answered or given up before. */
  answered(wireId: number): readonly number[] {
    const generation = this.#recent.has(wireId) ? this.#recent : this.#older;
    const reads = generation.get(wireId) ?? [];
    generation.delete(wireId);
    this.#size -= reads.length;
    return reads;
  }

  /** A period is over: takes the reads that were asked before the last one and never answered. */
  expire(): readonly number[] {
    const expired = [...this.#older.values()].flat();
    this.#older = this.#recent;
    this.#recent = new Map();
    this.#size -= expired.length;
    return expired;
  }

  /** The leader is gone: takes all reads. */
  drain(): readonly number[] {
    if (this.#size === 0) return [];
    const all = [...this.#older.values(), ...this.#recent.values(), this.#waiting].flat();
    this.#older = new Map();
    this.#recent = new Map();
    this.#waiting = [];
    this.#size = 0;
    return all;
  }
}
