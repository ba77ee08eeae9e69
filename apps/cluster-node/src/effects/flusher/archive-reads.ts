import type { Message } from '@fleetlm/conversation';
import { type ArchiveDatabase, openArchiveDatabase, type SqlValue } from '@fleetlm/database';
import {
  type Archive,
  ArchiveUnavailableError,
  type MessageSearch,
  type SearchOutcome,
} from '../ports.ts';
import { searchMessages } from './search-messages.ts';

/** Reads share these connections among themselves and none with the flusher: neither can hold up the other. */
const CONNECTIONS_MAX = 4;
/** Below the limit of a call: a client is told that the archive is away, not that the time was up. */
const STATEMENT_LIMIT_MS = 1_500;
const CONNECT_LIMIT_MS = 1_500;
const SEARCHES_MAX = 2;
const READ_LIMIT_MS = 2_000;
/** Reads that wait for Postgres at a time; more are refused at once. */
export const ARCHIVE_READS_MAX = 256;

export const MESSAGE_COLUMNS = `session_id, m.seq, m.id::text AS id, sender_type, sender_id, kind, inserted_at,
  json_build_object('content', content, 'metadata', metadata)::text AS payload`;

export interface ArchivedRow {
  readonly session_id: string;
  readonly seq: number;
  readonly id: string;
  readonly sender_type: string;
  readonly sender_id: string;
  readonly kind: string;
  readonly inserted_at: Date;
  readonly payload: string;
}

/** What left memory, from Postgres. Every read ends within two seconds, with an ArchiveUnavailableError at worst. */
export class ArchiveReads implements Archive {
  readonly #database: ArchiveDatabase;
  readonly #searches: ArchiveDatabase;
  #reading = 0;

  constructor(databaseUrl: string) {
    this.#database = openArchiveDatabase(databaseUrl, {
      connectionsMax: CONNECTIONS_MAX,
      statementLimitMs: STATEMENT_LIMIT_MS,
      connectLimitMs: CONNECT_LIMIT_MS,
    });
    this.#searches = openArchiveDatabase(databaseUrl, { connectionsMax: SEARCHES_MAX });
  }

  async messagesAfter(
    sessionId: string,
    afterSeq: number,
    throughSeq: number,
    limit: number,
  ): Promise<readonly Message[]> {
    const rows = await this.read<ArchivedRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE session_id = $1 AND m.seq > $2 AND m.seq <= $3 ORDER BY m.seq LIMIT $4`,
      [sessionId, afterSeq, throughSeq, limit],
    );
    return rows.map(toMessage);
  }

  async messagesBefore(
    sessionId: string,
    beforeSeq: number,
    limit: number,
  ): Promise<readonly Message[]> {
    const rows = await this.read<ArchivedRow>(
      `SELECT ${MESSAGE_COLUMNS} FROM messages m WHERE session_id = $1 AND m.seq < $2 ORDER BY m.seq DESC LIMIT $3`,
      [sessionId, beforeSeq, limit],
    );
    return rows.map(toMessage).toReversed();
  }

  /** The state that a session left memory with; null: there is none. */
  async sessionState(sessionId: string): Promise<Uint8Array | null> {
    const [row] = await this.read<{ state: Uint8Array }>(
      'SELECT state FROM session_states WHERE session_id = $1',
      [sessionId],
    );
    return row?.state ?? null;
  }

  async read<TRow>(sql: string, values: readonly SqlValue[]): Promise<readonly TRow[]> {
    if (this.#reading >= ARCHIVE_READS_MAX)
      throw new ArchiveUnavailableError(`${ARCHIVE_READS_MAX} reads wait for it already`);
    this.#reading += 1;
    try {
      return await limited(this.#database.query<TRow>(sql, ...values));
    } catch (error) {
      throw new ArchiveUnavailableError(error instanceof Error ? error.message : String(error), {
        cause: error,
      });
    } finally {
      this.#reading -= 1;
    }
  }

  /** Looks through all that one person wrote, over a connection of its own: it may take its time. */
  search(search: MessageSearch): Promise<SearchOutcome> {
    return searchMessages(this.#searches, search);
  }

  async close(): Promise<void> {
    await Promise.all([this.#database.close(), this.#searches.close()]);
  }
}

function limited<T>(reading: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no answer within ${READ_LIMIT_MS} ms`)),
      READ_LIMIT_MS,
    );
    reading.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

const encoder = new TextEncoder();

export function toMessage(row: ArchivedRow): Message {
  return {
    id: row.id,
    sessionId: row.session_id,
    seq: row.seq,
    sender: { type: row.sender_type === 'agent' ? 'agent' : 'user', id: row.sender_id },
    kind: row.kind,
    payload: encoder.encode(row.payload),
    insertedAtMs: row.inserted_at.getTime(),
  };
}
