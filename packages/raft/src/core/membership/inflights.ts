import { violated } from '../invariant.ts';

/** Appends that were sent and not yet answered, a ring with a limit in messages and one in bytes. */
export class Inflights {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  /** Last index and bytes of each append; grown on demand up to `messagesMax` places. */
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

  get bytes(): number {
    return this.#bytesSum;
  }

  /** One append may exceed the bytes, or a large entry could never be sent. */
  full(): boolean {
    return this.#count >= this.#messagesMax || this.#bytesSum >= this.#bytesMax;
  }

  add(lastIndex: number, bytes: number): void {
    if (this.full()) violated('an append was sent through a full window');
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
