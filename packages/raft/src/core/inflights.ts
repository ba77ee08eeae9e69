/** Appends that were sent and not yet answered, a ring with a limit in messages and one in bytes. */
export class Inflights {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #indexes: number[] = [];
  #bytes: number[] = [];
  #start = 0;
  #count = 0;
  #bytesSum = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get count(): number {
    return this.#count;
  }

  full(): boolean {
    return this.#count >= this.#messagesMax || (this.#count > 0 && this.#bytesSum >= this.#bytesMax);
  }

  add(lastIndex: number, bytes: number): void {
    const at = (this.#start + this.#count) % this.#messagesMax;
    this.#indexes[at] = lastIndex;
    this.#bytes[at] = bytes;
    this.#count += 1;
    this.#bytesSum += bytes;
  }

  /** Everything up to `index` was answered. */
  freeTo(index: number): void {
    while (this.#count > 0) {
      const first = this.#indexes[this.#start] ?? 0;
      if (first > index) return;
      this.#bytesSum -= this.#bytes[this.#start] ?? 0;
      this.#start = (this.#start + 1) % this.#messagesMax;
      this.#count -= 1;
    }
  }

  clear(): void {
    this.#count = 0;
    this.#start = 0;
    this.#bytesSum = 0;
  }
}
