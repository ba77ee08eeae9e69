import { UPLOADS_MAX, UPLOADS_PER_USER_MAX } from '../limits.ts';

interface Running {
  count: number;
  bytes: number;
}

/** Uploads that this node receives: so many at once, of one user so many, and what they will take when they are stored. */
export class UploadSlots {
  readonly #users = new Map<string, Running>();
  #count = 0;

  /** What to call when the upload is over, or why there is no slot. */
  acquire(userKey: string, bytes: number): (() => void) | 'node-full' | 'user-full' {
    if (this.#count >= UPLOADS_MAX) return 'node-full';
    const running = this.#users.get(userKey) ?? { count: 0, bytes: 0 };
    if (running.count >= UPLOADS_PER_USER_MAX) return 'user-full';
    this.#count += 1;
    running.count += 1;
    running.bytes += bytes;
    this.#users.set(userKey, running);
    return () => {
      this.#count -= 1;
      running.count -= 1;
      running.bytes -= bytes;
      if (running.count === 0) this.#users.delete(userKey);
    };
  }

  /** Announced by uploads under way, and not stored yet. */
  bytesOf(userKey: string): number {
    return this.#users.get(userKey)?.bytes ?? 0;
  }
}
