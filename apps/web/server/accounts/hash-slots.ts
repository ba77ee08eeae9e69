import 'server-only';
import { HASHES_MAX, HASHES_WAITING_MAX } from '../../common/limits.ts';

/** No slot is free and the queue is full. */
export class HashesBusyError extends Error {
  constructor() {
    super('too many passwords are being checked');
    this.name = 'HashesBusyError';
  }
}

/**
 * Bounds the work of hashing passwords: a hash takes 32 MiB and a thread of the pool that file and name lookups need as well, and
 * anybody may ask for one.
 */
export class HashSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #waitingMax: number;

  constructor(slots = HASHES_MAX, waitingMax = HASHES_WAITING_MAX) {
    this.#free = slots;
    this.#waitingMax = waitingMax;
  }

  /** Rejects with HashesBusyError at once when the queue is full. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else {
      if (this.#waiting.length >= this.#waitingMax) throw new HashesBusyError();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The slot goes to the request that has waited longest.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
