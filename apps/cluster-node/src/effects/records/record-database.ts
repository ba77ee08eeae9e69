import { type ArchiveDatabase, failureOf, migrate, openArchiveDatabase } from '@fleetlm/database';
import { POSTGRES_CONNECTIONS, RECORD_CALLS_MAX } from '../../limits.ts';
import type { Result } from '../../outcome.ts';

/** Below the limit of a call: a client learns that Postgres is unreachable, not that the time was up. */
const STATEMENT_LIMIT_MS = 2_500;
const CONNECT_LIMIT_MS = 1_500;

export type RecordResult<T> = Result<T, 'archive_unavailable'>;

/** The texts for users. */
const UNREACHABLE = 'Postgres is unreachable. Conversations go on; try again when it returns.';
const BUSY = 'Too much is asked for at once. Try again shortly.';
const SLOW = 'This took too long. Ask for less.';

export interface RecordDatabaseOptions {
  readonly databaseUrl: string;
  /** The error's text is for the log alone. */
  readonly onFailure: (error: unknown) => void;
  readonly open?: typeof openArchiveDatabase;
  readonly migrate?: typeof migrate;
}

/** Tables beside the conversations: read and written when they are asked for, over connections of their own. */
export class RecordDatabase {
  readonly #options: RecordDatabaseOptions;
  readonly #database: ArchiveDatabase;
  #running = 0;
  #isMigrated = false;

  constructor(options: RecordDatabaseOptions) {
    this.#options = options;
    const open = options.open ?? openArchiveDatabase;
    this.#database = open(options.databaseUrl, {
      connectionsMax: POSTGRES_CONNECTIONS.records,
      statementLimitMs: STATEMENT_LIMIT_MS,
      connectLimitMs: CONNECT_LIMIT_MS,
    });
  }

  /** Never rejects. */
  async ask<T>(question: (database: ArchiveDatabase) => Promise<T>): Promise<RecordResult<T>> {
    if (this.#running >= RECORD_CALLS_MAX) return unavailable(BUSY);
    this.#running += 1;
    try {
      // The tables first: an empty database is as good as one that was migrated by hand.
      if (!this.#isMigrated) await (this.#options.migrate ?? migrate)(this.#options.databaseUrl);
      this.#isMigrated = true;
      return { ok: true, value: await question(this.#database) };
    } catch (error) {
      this.#options.onFailure(error);
      const failure = failureOf(error);
      if (failure === 'schema') this.#isMigrated = false;
      return unavailable(failure === 'slow' ? SLOW : UNREACHABLE);
    } finally {
      this.#running -= 1;
    }
  }

  /** Resolves when the statements under way have ended, at the latest after `limitMs`. */
  async close(limitMs: number): Promise<void> {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref());
    await Promise.race([this.#database.close(), limit]);
  }
}

function unavailable(detail: string): Extract<RecordResult<never>, { ok: false }> {
  return { ok: false, error: { code: 'archive_unavailable', detail } };
}
