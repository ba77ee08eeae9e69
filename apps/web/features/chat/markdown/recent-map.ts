/** Keeps the entries that were used last, at most `size`; the one that was used longest ago makes room. */
export class RecentMap<K, V> {
  readonly #size: number;
  readonly #entries = new Map<K, V>();

  constructor(size: number) {
    this.#size = size;
  }

  /** What is kept for the key, or what `make` makes of it, kept from now on. */
  take(key: K, make: (key: K) => V): V {
    const known = this.#entries.get(key);
    const value = known ?? make(key);
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#size && oldest !== undefined) this.#entries.delete(oldest);
    return value;
  }
}
