import { failureOf } from '@fleetlm/database';
import { oneLine } from '../one-line.ts';

/** Two statements that met are both right; one of them goes first the next time. */
const RETRIES_MAX = 3;
/** Items that fail alone before any other is taken: with more the server is at fault, not they. */
export const SUSPECTS_MAX = 16;
/** Attempts after which suspects are at fault although nothing else was there to be taken. */
export const SUSPECT_ATTEMPTS_MAX = 5;

/** Attempts in a row in which everything failed with what may be the server's fault as well as the data's. */
export class Suspicion {
  attempts = 0;
}

/** A message or a session's row that Postgres has another of, or won't take. Nothing is overwritten. */
export interface Conflict {
  readonly sessionId: string;
  /** 0: the session's own row. */
  readonly seq: number;
  readonly detail: string;
}

export interface Isolation<T> {
  readonly suspicion: Suspicion;
  readonly sessionOf: (item: T) => string;
  readonly write: (items: readonly T[]) => Promise<readonly Conflict[]>;
  readonly conflict: (item: T, detail: string) => Conflict;
}

/**
 * Writes all items in as few statements as Postgres lets it. Data that it refuses fails a whole statement, so the batch
 * is halved until the item stands alone; that one is a conflict, and of its session nothing later is written, so
 * that what is there stays free of gaps.
 *
 * An error that may be the server's fault as well (`suspect`) makes a conflict of an item only when others are taken
 * beside it, or when the same few items failed SUSPECT_ATTEMPTS_MAX times. Rejects with everything else.
 */
export async function isolating<T>(
  items: readonly T[],
  isolation: Isolation<T>,
): Promise<readonly Conflict[]> {
  const { suspicion, sessionOf } = isolation;
  const batch = new Batch(isolation, false);
  await batch.write(items);
  const { suspects, conflicts } = batch;
  const [suspect] = suspects;
  if (suspect === undefined || batch.isAnyTaken) suspicion.attempts = 0;
  else {
    suspicion.attempts += 1;
    if (suspicion.attempts < SUSPECT_ATTEMPTS_MAX) throw suspect.error;
    suspicion.attempts = 0;
  }
  if (suspect === undefined) return conflicts;
  // Once more, with all that stands behind them in their sessions: the server may have recovered in between.
  const sessions = new Set(suspects.map(({ item }) => sessionOf(item)));
  const retry = new Batch(isolation, true);
  await retry.write(items.filter((item) => sessions.has(sessionOf(item))));
  return [...conflicts, ...retry.conflicts];
}

class Batch<T> {
  readonly #isolation: Isolation<T>;
  /** What is suspect is refused: others were taken, or it has failed often enough. */
  readonly #isDecided: boolean;
  readonly conflicts: Conflict[] = [];
  readonly suspects: { readonly item: T; readonly error: unknown }[] = [];
  isAnyTaken = false;
  readonly #stopped = new Set<string>();

  constructor(isolation: Isolation<T>, isDecided: boolean) {
    this.#isolation = isolation;
    this.#isDecided = isDecided;
  }

  async write(wanted: readonly T[]): Promise<void> {
    const some = wanted.filter((item) => !this.#stopped.has(this.#isolation.sessionOf(item)));
    const [first] = some;
    if (first === undefined) return;
    try {
      this.#note(await retried(() => this.#isolation.write(some)));
      this.isAnyTaken = true;
    } catch (error) {
      const failure = failureOf(error);
      if (failure !== 'data' && failure !== 'suspect') throw error;
      if (some.length === 1) {
        this.#failedAlone(first, error);
        return;
      }
      const middle = some.length >> 1;
      await this.write(some.slice(0, middle));
      await this.write(some.slice(middle));
    }
  }

  #failedAlone(item: T, error: unknown): void {
    const { sessionOf, conflict } = this.#isolation;
    if (this.#isDecided || failureOf(error) === 'data') {
      this.#note([conflict(item, `Postgres refuses the row: ${oneLine(error)}`)]);
      return;
    }
    this.#stopped.add(sessionOf(item));
    this.suspects.push({ item, error });
    if (this.suspects.length > SUSPECTS_MAX && !this.isAnyTaken) throw error;
  }

  #note(found: readonly Conflict[]): void {
    for (const conflict of found) {
      this.conflicts.push(conflict);
      this.#stopped.add(conflict.sessionId);
    }
  }
}

async function retried<T>(write: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await write();
    } catch (error) {
      if (failureOf(error) !== 'conflict' || retries === RETRIES_MAX) throw error;
    }
  }
}
