import { failureOf } from '@fleetlm/database';
import { oneLine } from '../one-line.ts';
import type { Conflict } from './flusher-api.ts';

/** Two statements that met are both right; one of them goes first the next time. */
const RETRIES_MAX = 3;

export interface Isolation<T> {
  readonly sessionOf: (item: T) => string;
  readonly write: (items: readonly T[]) => Promise<readonly Conflict[]>;
  /** The item alone, in the form that Postgres is most likely to take. */
  readonly writeOne: (item: T) => Promise<readonly Conflict[]>;
  readonly conflict: (item: T, detail: string) => Conflict;
}

/**
 * Writes all items in as few statements as Postgres lets it. Data that it refuses fails a whole statement, so the batch
 * is halved until the item stands alone; that one is a conflict, and of its session nothing later is written, so
 * that what is there stays free of gaps. Rejects with anything that is not the data's fault.
 */
export async function isolating<T>(
  items: readonly T[],
  isolation: Isolation<T>,
): Promise<readonly Conflict[]> {
  const conflicts: Conflict[] = [];
  const stopped = new Set<string>();
  const note = (found: readonly Conflict[]): void => {
    for (const conflict of found) {
      conflicts.push(conflict);
      stopped.add(conflict.sessionId);
    }
  };
  const visit = async (wanted: readonly T[]): Promise<void> => {
    const some = wanted.filter((item) => !stopped.has(isolation.sessionOf(item)));
    const [first] = some;
    if (first === undefined) return;
    try {
      note(await retried(() => isolation.write(some)));
    } catch (error) {
      if (failureOf(error) !== 'data') throw error;
      if (some.length === 1) {
        note(await alone(first, isolation));
        return;
      }
      const middle = some.length >> 1;
      await visit(some.slice(0, middle));
      await visit(some.slice(middle));
    }
  };
  await visit(items);
  return conflicts;
}

async function alone<T>(item: T, isolation: Isolation<T>): Promise<readonly Conflict[]> {
  try {
    return await retried(() => isolation.writeOne(item));
  } catch (error) {
    if (failureOf(error) !== 'data') throw error;
    return [isolation.conflict(item, `Postgres does not take it: ${oneLine(error)}`)];
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
