import type { Message, SessionHead } from '@fleetlm/conversation';
import { type ArchiveDatabase, openArchiveDatabase } from '@fleetlm/database';
import {
  type Archive,
  ArchiveUnavailableError,
  type MessageSearch,
  type SearchOutcome,
} from '../ports.ts';
import { acceptableMessageRow, messageRow, sessionRow } from './archive-rows.ts';
import { searchMessages } from './search-messages.ts';

/** A session whose row in Postgres holds something else than the log: nothing is overwritten. */
export interface Conflict {
  readonly sessionId: string;
  readonly seq: number;
}

const INSERT_MESSAGES = `
INSERT INTO messages (session_id, seq, id, sender_type, sender_id, kind, content, metadata, payload_hash, inserted_at)
SELECT r.session_id, r.seq, r.id, r.sender_type, r.sender_id, r.kind, r.payload->'content', r.payload->'metadata',
       decode(r.payload_hash, 'hex'), r.inserted_at
FROM jsonb_to_recordset($1::jsonb) AS r(session_id text, seq int, id uuid, sender_type text, sender_id text,
     kind text, payload_hash text, inserted_at timestamptz, payload jsonb)
ON CONFLICT (session_id, seq) DO NOTHING`;

const FIND_CONFLICTS = `
SELECT m.session_id, m.seq
FROM jsonb_to_recordset($1::jsonb) AS r(session_id text, seq int, payload_hash text)
JOIN messages m ON m.session_id = r.session_id AND m.seq = r.seq
WHERE m.payload_hash <> decode(r.payload_hash, 'hex')
ORDER BY m.session_id, m.seq`;

/** An older leader that flushes late must not undo a newer one: the version decides. */
const UPSERT_SESSIONS = `
INSERT INTO sessions (id, user_id, agent_id, status, metadata, last_seq, last_read_seq, version, inserted_at, updated_at)
SELECT r.id, r.user_id, r.agent_id, r.status, r.metadata, r.last_seq, r.last_read_seq, r.version, r.inserted_at, r.updated_at
FROM jsonb_to_recordset($1::jsonb) AS r(id text, user_id text, agent_id text, status text, metadata jsonb,
     last_seq int, last_read_seq int, version int, inserted_at timestamptz, updated_at timestamptz)
ON CONFLICT (id) DO UPDATE SET status = excluded.status, metadata = excluded.metadata, last_seq = excluded.last_seq,
  last_read_seq = excluded.last_read_seq, version = excluded.version, updated_at = excluded.updated_at
WHERE sessions.version < excluded.version`;

const COLUMNS = `session_id, seq, id::text AS id, sender_type, sender_id, kind, inserted_at,
  json_build_object('content', content, 'metadata', metadata)::text AS payload`;

interface ArchivedRow {
  readonly session_id: string;
  readonly seq: number;
  readonly id: string;
  readonly sender_type: string;
  readonly sender_id: string;
  readonly kind: string;
  readonly inserted_at: Date;
  readonly payload: string;
}

/** Reads and writes of the archive's tables. Every call rejects when Postgres is away. */
export class ArchiveStore implements Archive {
  readonly #database: ArchiveDatabase;

  constructor(databaseUrl: string) {
    this.#database = openArchiveDatabase(databaseUrl);
  }

  /** Rejects when Postgres is away. */
  async ping(): Promise<void> {
    await this.#database.query('SELECT 1');
  }

  /** Writes messages, each once; the answer names those that are there with another content. */
  async writeMessages(messages: readonly Message[]): Promise<readonly Conflict[]> {
    if (messages.length === 0) return [];
    const rows = await this.#insert(messages);
    if (rows === messages.length) return [];
    // Some were there: from an earlier pass (fine), or from a log that isn't this one (not fine).
    const found = await this.#database.query<{ session_id: string; seq: number }>(
      FIND_CONFLICTS,
      asArray(messages.map((message) => messageRow(message, 'null'))),
    );
    return found.map(({ session_id, seq }) => ({ sessionId: session_id, seq }));
  }

  async #insert(messages: readonly Message[]): Promise<number> {
    try {
      return await this.#database.execute(
        INSERT_MESSAGES,
        asArray(messages.map((message) => messageRow(message))),
      );
    } catch (error) {
      if (!this.#database.isDataError(error)) throw error;
      return this.#database.execute(INSERT_MESSAGES, asArray(messages.map(acceptableMessageRow)));
    }
  }

  async writeSessions(sessions: readonly SessionHead[]): Promise<void> {
    if (sessions.length > 0)
      await this.#database.execute(UPSERT_SESSIONS, asArray(sessions.map(sessionRow)));
  }

  async messagesAfter(
    sessionId: string,
    afterSeq: number,
    throughSeq: number,
    limit: number,
  ): Promise<readonly Message[]> {
    return this.#read(
      `SELECT ${COLUMNS} FROM messages WHERE session_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`,
      [sessionId, afterSeq, throughSeq, limit],
    );
  }

  async messagesBefore(
    sessionId: string,
    beforeSeq: number,
    limit: number,
  ): Promise<readonly Message[]> {
    const rows = await this.#read(
      `SELECT ${COLUMNS} FROM messages WHERE session_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3`,
      [sessionId, beforeSeq, limit],
    );
    return rows.toReversed();
  }

  async #read(sql: string, values: readonly (string | number)[]): Promise<readonly Message[]> {
    try {
      return (await this.#database.query<ArchivedRow>(sql, ...values)).map(toMessage);
    } catch (error) {
      throw new ArchiveUnavailableError(error instanceof Error ? error.message : String(error), {
        cause: error,
      });
    }
  }

  search(search: MessageSearch): Promise<SearchOutcome> {
    return searchMessages(this.#database, search);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

function asArray(rows: readonly string[]): string {
  return `[${rows.join(',')}]`;
}

const encoder = new TextEncoder();

function toMessage(row: ArchivedRow): Message {
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
