/**
 * A stream of random numbers from (seed, name). Every purpose, node and link has a stream of its own, so that
 * switching one fault off does not shift the draws of the others.
 *
 * Generator: splitmix32 (Steele, Lea, Flood 2014, 32-bit variant).
 */
export class RandomStream {
  #state: number;

  constructor(seed: number, name: string) {
    let state = mix32(seed ^ 0x9e3779b9) ^ mix32(Math.floor(seed / 2 ** 32));
    for (let i = 0; i < name.length; i += 1) state = mix32(state ^ name.charCodeAt(i));
    this.#state = state;
  }

  /** Uniform in [0, 2^32). */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return mix32(this.#state) >>> 0;
  }

  /** Uniform integer in [0, bound), bound at most 2^32. */
  below(bound: number): number {
    return Math.floor((this.next() / 2 ** 32) * bound);
  }

  /** Uniform integer in [low, high]. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }
}

export function mix32(value: number): number {
  let z = value | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
