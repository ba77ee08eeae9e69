/** A record of entries on disk: a run of consecutive indexes. */
export interface Run {
  readonly first: number;
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

const CAPACITY_MIN = 8;

/**
 * The runs of one group in ascending order, in typed arrays: 20 bytes a run, nothing for the garbage collector.
 * Invariant: firsts ascend; a run ends where the next one begins, the last one where the owner says.
 */
export class RunTable {
  #firsts = new Float64Array(CAPACITY_MIN);
  #segments = new Uint32Array(CAPACITY_MIN);
  #offsets = new Uint32Array(CAPACITY_MIN);
  #lengths = new Uint32Array(CAPACITY_MIN);
  /** Runs below #start were dropped and await compaction. */
  #start = 0;
  #end = 0;

  get count(): number {
    return this.#end - this.#start;
  }

  at(position: number): Run {
    const at = this.#start + position;
    return {
      first: this.#firsts[at] ?? 0,
      segment: this.#segments[at] ?? 0,
      offset: this.#offsets[at] ?? 0,
      length: this.#lengths[at] ?? 0,
    };
  }

  /** Position of the last run that begins at or before `index`; -1: none. */
  find(index: number): number {
    let low = this.#start;
    let high = this.#end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#firsts[middle] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1 - this.#start;
  }

  push(run: Run): void {
    if (this.#end === this.#firsts.length) this.#makeRoom();
    this.#firsts[this.#end] = run.first;
    this.#segments[this.#end] = run.segment;
    this.#offsets[this.#end] = run.offset;
    this.#lengths[this.#end] = run.length;
    this.#end += 1;
  }

  /** Removes the runs that begin at or above `index`. */
  truncateFrom(index: number): void {
    this.#end = this.#start + this.find(index - 1) + 1;
  }

  /** Removes the first `count` runs. */
  dropFirst(count: number): void {
    this.#start += count;
  }

  /** Sum of the runs' bytes on disk. */
  bytes(): number {
    let sum = 0;
    for (let at = this.#start; at < this.#end; at += 1) sum += this.#lengths[at] ?? 0;
    return sum;
  }

  #makeRoom(): void {
    const count = this.count;
    const capacity = Math.max(CAPACITY_MIN, count * 2);
    const firsts = new Float64Array(capacity);
    firsts.set(this.#firsts.subarray(this.#start, this.#end));
    this.#firsts = firsts;
    const moved = (column: Uint32Array): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(capacity);
      larger.set(column.subarray(this.#start, this.#end));
      return larger;
    };
    this.#segments = moved(this.#segments);
    this.#offsets = moved(this.#offsets);
    this.#lengths = moved(this.#lengths);
    this.#start = 0;
    this.#end = count;
  }
}
