import type { Message, PageSize } from '@fleetlm/conversation';
import {
  type ArchiveDatabase,
  failureSummary,
  openArchiveDatabase,
  type SqlValue,
} from '@fleetlm/database';
import { POSTGRES_CONNECTIONS } from '../../limits.ts';
import {
  type Archive,
  type ArchivedPage,
  ArchiveUnavailableError,
  type MessageSearch,
  type SearchResult,
} from '../ports.ts';
import { MessageSearches } from './search-messages.ts';

/** Below the limit of a call: a client learns that the archive is unreachable, not that the time was up. */
const STATEMENT_LIMIT_MS = 1_500;
const CONNECT_LIMIT_MS = 1_500;
/** Of a search, after which it has taken too long. */
export const SEARCH_STATEMENT_LIMIT_MS = 2_000;
const READ_LIMIT_MS = 2_000;
/** Reads that wait for Postgres at a time; more are refused at once. */
export const ARCHIVE_READS_MAX = 256;

export const MESSAGE_COLUMNS = `session_id, m.seq, m.id::text AS id, sender_type, sender_id, kind, inserted_at,
  '{"content":' || content::text || ',"metadata":' || metadata::text || '}' AS payload`;

/** Messages with the bytes of the page before each. Sizes are summed where the rows are: bodies that do not fit stay there. */
const PAGE = `
SELECT ${MESSAGE_COLUMNS}, has_next FROM (
  SELECT *, sum(bytes) OVER w - bytes AS earlier_bytes, lead(seq) OVER w IS NOT NULL AS has_next FROM (
    SELECT *, coalesce(payload_bytes, octet_length(content::text) + octet_length(metadata::text)) + $5::int AS bytes
    FROM messages) sized`;
const WITHIN = 'WHERE earlier_bytes = 0 OR earlier_bytes + bytes <= $6::bigint';

interface PageRow extends ArchivedRow {
  readonly has_next: boolean;
}

function archivedPage(rows: readonly PageRow[], { limit }: PageSize): ArchivedPage {
  const isCut = rows.length < limit && rows.at(-1)?.has_next === true;
  return { messages: rows.map(toMessage), isCut };
}

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
  readonly #searchDatabase: ArchiveDatabase;
  readonly #searches: MessageSearches;
  readonly #onFailure: (error: unknown) => void;
  #reading = 0;

  constructor(databaseUrl: string, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
    this.#database = openArchiveDatabase(databaseUrl, {
      connectionsMax: POSTGRES_CONNECTIONS.reads,
      statementLimitMs: STATEMENT_LIMIT_MS,
      connectLimitMs: CONNECT_LIMIT_MS,
    });
    this.#searchDatabase = openArchiveDatabase(databaseUrl, {
      connectionsMax: POSTGRES_CONNECTIONS.searches,
      statementLimitMs: SEARCH_STATEMENT_LIMIT_MS,
      connectLimitMs: CONNECT_LIMIT_MS,
    });
    this.#searches = new MessageSearches(this.#searchDatabase, onFailure);
  }

  async messagesAfter(
    sessionId: string,
    afterSeq: number,
    throughSeq: number,
    size: PageSize,
  ): Promise<ArchivedPage> {
    const rows = await this.read<PageRow>(
      `${PAGE} WHERE session_id = $1 AND seq > $2 AND seq <= $3 WINDOW w AS (ORDER BY seq) ORDER BY seq LIMIT $4) m ${WITHIN} ORDER BY seq`,
      [sessionId, afterSeq, throughSeq, size.limit, size.envelopeBytes, size.bytesMax],
    );
    return archivedPage(rows, size);
  }

  async messagesBefore(
    sessionId: string,
    beforeSeq: number,
    size: PageSize,
  ): Promise<ArchivedPage> {
    const rows = await this.read<PageRow>(
      `${PAGE} WHERE session_id = $1 AND seq > $2 AND seq < $3 WINDOW w AS (ORDER BY seq DESC) ORDER BY seq DESC LIMIT $4) m ${WITHIN} ORDER BY seq DESC`,
      [sessionId, 0, beforeSeq, size.limit, size.envelopeBytes, size.bytesMax],
    );
    const { messages, isCut } = archivedPage(rows, size);
    return { messages: messages.toReversed(), isCut };
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
      this.#onFailure(error);
      throw new ArchiveUnavailableError(failureSummary(error), { cause: error });
    } finally {
      this.#reading -= 1;
    }
  }

  /** Looks through all that one user wrote, over a connection of its own: it may take its time. */
  search(search: MessageSearch): Promise<SearchResult> {
    return this.#searches.search(search);
  }

  async close(): Promise<void> {
    await Promise.all([this.#database.close(), this.#searchDatabase.close()]);
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
