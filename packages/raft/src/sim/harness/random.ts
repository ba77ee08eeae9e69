/** A stream of random numbers (xorshift128 on 32-bit words). Equal seeds and names give equal streams. */
export class RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** One stream per purpose, so that taking one fault away doesn't shift the draws of another. */
  constructor(seed: number, name: string) {
    let state = (seed ^ 0x9e3779b9) >>> 0;
    for (let i = 0; i < name.length; i += 1) state = splitmix(state ^ name.charCodeAt(i));
    state = splitmix(state ^ Math.floor(seed / 2 ** 32));
    this.#a = state;
    this.#b = state = splitmix(state + 1);
    this.#c = state = splitmix(state + 2);
    this.#d = splitmix(state + 3) | 1;
  }

  /** 32 random bits. */
  next(): number {
    let t = this.#d;
    const s = this.#a;
    this.#d = this.#c;
    this.#c = this.#b;
    this.#b = s;
    t ^= t << 11;
    t ^= t >>> 8;
    this.#a = (t ^ s ^ (s >>> 19)) >>> 0;
    return this.#a;
  }

  /** A uniform integer in [0, boundExclusive). */
  below(boundExclusive: number): number {
    return Math.floor((this.next() / 2 ** 32) * boundExclusive);
  }

  /** A uniform integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() / 2 ** 32 < probability;
  }

  /** One of the items; throws RangeError when there are none. */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('pick of nothing');
    return item;
  }
}

function splitmix(value: number): number {
  let z = (value + 0x9e3779b9) >>> 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
