import type { RandomStream } from '../../harness/random.ts';

/** Which node's packets reach which other node. */
export class Links {
  readonly #count: number;
  readonly #cut = new Set<number>();

  constructor(count: number) {
    this.#count = count;
  }

  isOpen(from: number, to: number): boolean {
    return this.#cut.size === 0 || !this.#cut.has(linkOf(from, to));
  }

  get isWhole(): boolean {
    return this.#cut.size === 0;
  }

  /** A few nodes are cut off from the others; `oneWay`: only what they send, or only what they are sent. */
  partition(random: RandomStream, oneWay: boolean): void {
    const inside = new Set<number>([1 + random.below(this.#count)]);
    if (this.#count > 3 && random.chance(0.5)) inside.add(1 + random.below(this.#count));
    const outwards = random.chance(0.5);
    for (let from = 1; from <= this.#count; from += 1) {
      for (let to = 1; to <= this.#count; to += 1) {
        if (inside.has(from) === inside.has(to)) continue;
        if (!oneWay || inside.has(from) === outwards) this.#cut.add(linkOf(from, to));
      }
    }
  }

  /** Two nodes lose each other while both reach the rest. */
  bridge(random: RandomStream): void {
    const one = 1 + random.below(this.#count);
    const other = 1 + ((one + random.below(this.#count - 1)) % this.#count);
    this.#cut.add(linkOf(one, other));
    this.#cut.add(linkOf(other, one));
  }

  mend(): void {
    this.#cut.clear();
  }
}

function linkOf(from: number, to: number): number {
  return from * 100 + to;
}
