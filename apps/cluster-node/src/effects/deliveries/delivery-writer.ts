import { doubledMs } from '@fleetlm/protocol';
import type { AttemptRing } from './attempt-ring.ts';
import type { RecordedAttempt } from './delivery-attempt.ts';

/** What was reported is written after so long, together with what else was reported by then. */
export const WRITE_BEHIND_MS = 1_000;
const BATCH_ATTEMPTS_MAX = 500;
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** While Postgres is away it is asked again after 1, 2, 4 ... seconds, at most this long. */
const BACKOFF_FIRST_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;

export interface DeliveryWriterOptions {
  readonly ring: AttemptRing;
  /** Idempotent. Rejects when Postgres is away. */
  readonly write: (records: readonly RecordedAttempt[]) => Promise<void>;
  /** The first failure after a success, and the first success after a failure. */
  readonly onTurn: (error: unknown) => void;
}

/** Carries attempts from memory to Postgres. Idle when there is nothing to be written. */
export class DeliveryWriter {
  readonly #options: DeliveryWriterOptions;
  #timer: NodeJS.Timeout | null = null;
  #pass: Promise<void> | null = null;
  #failuresInARow = 0;
  #failures = 0;
  #written = 0;
  #stopped = false;

  constructor(options: DeliveryWriterOptions) {
    this.#options = options;
  }

  get stats(): { readonly written: number; readonly failures: number } {
    return { written: this.#written, failures: this.#failures };
  }

  /** There is something to be written: soon. */
  wake(): void {
    if (this.#timer === null && this.#pass === null) this.#schedule(WRITE_BEHIND_MS);
  }

  /** Writes now what there is, and resolves when it is written or could not be. Never rejects. */
  flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pass ??= this.#run().finally(() => {
      this.#pass = null;
      if (this.#options.ring.unwritten > 0) this.#schedule(this.#delayMs());
    });
    return this.#pass;
  }

  async stop(): Promise<void> {
    await this.flush();
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(delayMs: number): void {
    if (this.#stopped || this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, delayMs);
    this.#timer.unref();
  }

  #delayMs(): number {
    if (this.#failuresInARow === 0) return WRITE_BEHIND_MS;
    return doubledMs(this.#failuresInARow - 1, BACKOFF_FIRST_MS, BACKOFF_MAX_MS);
  }

  async #run(): Promise<void> {
    const { ring, write, onTurn } = this.#options;
    try {
      for (
        let batch = ring.batch(BATCH_ATTEMPTS_MAX, BATCH_BYTES_MAX);
        batch.length > 0;
        batch = ring.batch(BATCH_ATTEMPTS_MAX, BATCH_BYTES_MAX)
      ) {
        await write(batch);
        ring.written(batch);
        this.#written += batch.length;
      }
      if (this.#failuresInARow > 0) onTurn(null);
      this.#failuresInARow = 0;
    } catch (error) {
      this.#failures += 1;
      this.#failuresInARow += 1;
      if (this.#failuresInARow === 1) onTurn(error);
    }
  }
}
