/** Numbers in a row that grows; 8 bytes each, so that millions of operations fit in memory. */
export class Column {
  #values = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#values.length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Throws RangeError outside of the row. */
  at(index: number): number {
    const value = index < this.#length ? this.#values[index] : undefined;
    if (value === undefined) throw new RangeError(`no value at ${index} of ${this.#length}`);
    return value;
  }

  set(index: number, value: number): void {
    if (index >= this.#length) throw new RangeError(`no value at ${index} of ${this.#length}`);
    this.#values[index] = value;
  }

  /** A view of what is there now; not to be kept while the row grows. */
  view(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
