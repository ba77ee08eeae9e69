import type { Subscription } from './feed-events.ts';

/** Sinks by what they are subscribed to. A sink that throws is a bug of its owner and must not stop the others. */
export class SinkRooms<E> {
  readonly #rooms = new Map<string, Set<(event: E) => void>>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get size(): number {
    return this.#rooms.size;
  }

  has(key: string): boolean {
    return this.#rooms.has(key);
  }

  keys(): Iterable<string> {
    return this.#rooms.keys();
  }

  subscribe(key: string, sink: (event: E) => void): Subscription {
    // Wrapped, so that one function subscribed twice is two subscriptions.
    const own = (event: E): void => sink(event);
    const room = this.#rooms.get(key) ?? new Set();
    room.add(own);
    this.#rooms.set(key, room);
    return {
      close: () => {
        room.delete(own);
        if (room.size === 0 && this.#rooms.get(key) === room) this.#rooms.delete(key);
      },
    };
  }

  publish(key: string, event: E): void {
    const room = this.#rooms.get(key);
    if (room === undefined) return;
    for (const sink of room) {
      try {
        sink(event);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
