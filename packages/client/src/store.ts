/** A value that changes over time, in the shape that React's useSyncExternalStore wants. */
export interface ReadableStore<T> {
  /** The same object until the value changes. */
  get(): T;
  /** What it began with: what a server drew is taken over with the same value, however long that takes. */
  initial(): T;
  subscribe(listener: () => void): () => void;
}

/**
 * A store whose owner sets the value; listeners run synchronously, and only when it is another object.
 *
 * @example
 * const count = new Store(0);
 * const stop = count.subscribe(() => draw(count.get()));
 * count.set(1);
 */
export class Store<T> implements ReadableStore<T> {
  #value: T;
  #listeners = new Set<() => void>();

  readonly #initial: T;

  constructor(value: T) {
    this.#value = value;
    this.#initial = value;
  }

  initial = (): T => this.#initial;

  get = (): T => this.#value;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A value derived from a store's; recomputed only when the source has changed. */
export function derived<S, T>(source: ReadableStore<S>, derive: (value: S) => T): ReadableStore<T> {
  let from: S | undefined;
  let result: { readonly value: T } | null = null;
  const get = () => {
    const current = source.get();
    if (result === null || current !== from) {
      result = { value: derive(current) };
      from = current;
    }
    return result.value;
  };
  let first: { readonly value: T } | null = null;
  const initial = () => {
    first ??= { value: derive(source.initial()) };
    return first.value;
  };
  return { get, initial, subscribe: source.subscribe };
}
