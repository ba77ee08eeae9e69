import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Message, SessionHead, SessionSnapshot } from '@fleetlm/conversation';
import { type ArchiveDatabase, openArchiveDatabase } from '@fleetlm/database';
import { POSTGRES_CONNECTIONS } from '../../limits.ts';
import { oneLine } from '../one-line.ts';
import {
  hasUsage,
  messageKeyRow,
  messageRow,
  SESSION_COLUMNS,
  sessionRow,
  type UsersOfSessions,
} from './archive-rows.ts';
import { deleteErased } from './erased-sessions.ts';
import { appendEvents, type EventRow } from './event-rows.ts';
import { type Conflict, isolating, Suspicion } from './isolate-poison.ts';
import { writeSessionStates } from './session-states.ts';
import {
  type ArchivedSnapshotHead,
  dropSnapshotsBefore,
  newestSnapshots,
  writeSnapshotPart,
} from './snapshot-rows.ts';

const CONNECT_LIMIT_MS = 3_000;
/** Rows are turned into text this many at a time, with sockets read in between. */
const ROWS_PER_TURN = 100;

const MESSAGE_ROWS = `jsonb_to_recordset($1::jsonb) AS r(session_id text, seq int, id uuid, sender_type text, sender_id text,
     kind text, payload_hash text, inserted_at timestamptz, content text, metadata text, payload_bytes int, search_text text,
     usage jsonb, user_id text)`;

const insertFrom = (rows: string): string => `
INSERT INTO messages (session_id, seq, id, sender_type, sender_id, kind, content, metadata, payload_hash, inserted_at,
                      payload_bytes, search_text)
SELECT r.session_id, r.seq, r.id, r.sender_type, r.sender_id, r.kind, r.content::json, r.metadata::json,
       decode(r.payload_hash, 'hex'), r.inserted_at, r.payload_bytes, r.search_text
FROM ${rows}
ON CONFLICT (session_id, seq) DO NOTHING`;
const INSERT_MESSAGES = insertFrom(MESSAGE_ROWS);

/** The same, and what the new ones cost is added to their days: once for each, since a message is inserted once. */
const INSERT_COUNTED = `
WITH r AS MATERIALIZED (SELECT * FROM ${MESSAGE_ROWS}),
inserted AS (${insertFrom('r')} RETURNING session_id, seq),
counted AS (
  INSERT INTO usage_days AS d (agent_id, user_id, day, currency, replies, input_tokens, output_tokens, total_tokens,
                               cached_input_tokens, cost_micros)
  SELECT r.sender_id, r.user_id, (r.inserted_at AT TIME ZONE 'UTC')::date, coalesce(r.usage->>'currency', ''), count(*),
         sum((r.usage->>'input_tokens')::bigint), sum((r.usage->>'output_tokens')::bigint),
         sum((r.usage->>'total_tokens')::bigint), coalesce(sum((r.usage->>'cached_input_tokens')::bigint), 0),
         coalesce(sum((r.usage->>'cost_micros')::bigint), 0)
  FROM r JOIN inserted USING (session_id, seq)
  WHERE r.usage IS NOT NULL
  GROUP BY 1, 2, 3, 4
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (agent_id, user_id, day, currency) DO UPDATE SET
    replies = d.replies + excluded.replies, input_tokens = d.input_tokens + excluded.input_tokens,
    output_tokens = d.output_tokens + excluded.output_tokens, total_tokens = d.total_tokens + excluded.total_tokens,
    cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
    cost_micros = d.cost_micros + excluded.cost_micros)
SELECT count(*)::int AS written FROM inserted`;

const FIND_CONFLICTS = `
SELECT m.session_id, m.seq
FROM jsonb_to_recordset($1::jsonb) AS r(session_id text, seq int, payload_hash text)
JOIN messages m ON m.session_id = r.session_id AND m.seq = r.seq
WHERE m.payload_hash <> decode(r.payload_hash, 'hex')
ORDER BY m.session_id, m.seq`;

/** An older leader that flushes late must not undo a newer one: the version decides. */
const COLUMNS = Object.entries(SESSION_COLUMNS);
/** Columns that a session never changes. */
const FIXED_COLUMNS: ReadonlySet<string> = new Set([
  'id',
  'user_id',
  'agent_id',
  'inserted_at',
] satisfies readonly (keyof typeof SESSION_COLUMNS)[]);
const UPSERT_SESSIONS = `
INSERT INTO sessions (${COLUMNS.map(([name]) => name).join(', ')})
SELECT ${COLUMNS.map(([name, type]) => (type === 'json' ? `r.${name}::json` : `r.${name}`)).join(', ')}
FROM jsonb_to_recordset($1::jsonb)
  AS r(${COLUMNS.map(([name, type]) => `${name} ${type === 'json' ? 'text' : type}`).join(', ')})
ON CONFLICT (id) DO UPDATE SET ${COLUMNS.filter(([name]) => !FIXED_COLUMNS.has(name))
  .map(([name]) => `${name} = excluded.${name}`)
  .join(', ')}
WHERE sessions.version < excluded.version`;

const RAISE_MARKS = `
INSERT INTO archive_marks (cluster_id, group_id, mark)
SELECT $1, r.group_id, r.mark FROM jsonb_to_recordset($2::jsonb) AS r(group_id int, mark bigint)
ON CONFLICT (cluster_id, group_id) DO UPDATE SET mark = GREATEST(archive_marks.mark, excluded.mark)`;

const COUNT_MESSAGES = `
SELECT r.id, (SELECT count(*)::int FROM messages m WHERE m.session_id = r.id AND m.seq <= r.seq) AS have
FROM jsonb_to_recordset($1::jsonb) AS r(id text, seq int)`;

/** Writes of the archive's tables, each idempotent. Every call rejects when Postgres is away. */
export class ArchiveWrites {
  readonly #open: () => ArchiveDatabase;
  readonly #suspectMessages = new Suspicion();
  readonly #suspectSessions = new Suspicion();
  readonly #suspectStates = new Suspicion();
  #database: ArchiveDatabase;

  constructor(databaseUrl: string, statementLimitMs: number) {
    this.#open = () =>
      openArchiveDatabase(databaseUrl, {
        connectionsMax: POSTGRES_CONNECTIONS.writes,
        connectLimitMs: CONNECT_LIMIT_MS,
        statementLimitMs,
      });
    this.#database = this.#open();
  }

  /** Lets go of all connections: after a failover an old one may lead to a server that is read-only now. */
  async reconnect(): Promise<void> {
    const former = this.#database;
    this.#database = this.#open();
    await former.close();
  }

  /** Writes messages, each once; the answer names those that are there with another content or are not taken. */
  writeMessages(
    messages: readonly Message[],
    users: UsersOfSessions,
  ): Promise<readonly Conflict[]> {
    return isolating(messages, {
      suspicion: this.#suspectMessages,
      sessionOf: ({ sessionId }) => sessionId,
      write: (some) => this.#insert(some, users),
      conflict: ({ sessionId, seq }, detail) => ({ sessionId, seq, detail }),
    });
  }

  async #insert(
    messages: readonly Message[],
    users: UsersOfSessions,
  ): Promise<readonly Conflict[]> {
    const rows = await asArray(messages, (message) => messageRow(message, users));
    const written = hasUsage(rows)
      ? await this.#insertCounted(rows)
      : await this.#database.execute(INSERT_MESSAGES, rows);
    if (written === messages.length) return [];
    // Some were there: from an earlier pass (fine), or from a log that isn't this one (not fine).
    const found = await this.#database.query<{ session_id: string; seq: number }>(
      FIND_CONFLICTS,
      await asArray(messages, messageKeyRow),
    );
    const detail = 'another content is there under this number';
    return found.map(({ session_id, seq }) => ({ sessionId: session_id, seq, detail }));
  }

  async #insertCounted(rows: string): Promise<number> {
    const [result] = await this.#database.query<{ written: number }>(INSERT_COUNTED, rows);
    return result?.written ?? 0;
  }

  writeSessions(sessions: readonly SessionHead[]): Promise<readonly Conflict[]> {
    return isolating(sessions, {
      suspicion: this.#suspectSessions,
      sessionOf: ({ id }) => id,
      write: (some) => this.#upsert(some),
      conflict: ({ id }, detail) => ({ sessionId: id, seq: 0, detail }),
    });
  }

  async #upsert(sessions: readonly SessionHead[]): Promise<readonly Conflict[]> {
    await this.#database.execute(UPSERT_SESSIONS, await asArray(sessions, sessionRow));
    await deleteErased(this.#database, sessions);
    return [];
  }

  /** Before the rows of the sessions: what happened to a session is derived from its row as it was. */
  appendEvents(
    rows: readonly EventRow[],
    onRefused: (error: unknown, events: number) => void,
  ): Promise<void> {
    return appendEvents(this.#database, rows, onRefused);
  }

  /** The marks of all groups of the cluster; a group that was never flushed has none. */
  async marks(clusterId: string): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#database.query<{ group_id: number; mark: number }>(
      'SELECT group_id, mark FROM archive_marks WHERE cluster_id = $1',
      clusterId,
    );
    return new Map(rows.map(({ group_id, mark }) => [group_id, mark]));
  }

  /** Marks grow only. */
  async raiseMarks(clusterId: string, marks: ReadonlyMap<number, number>): Promise<void> {
    const rows = [...marks].map(([group_id, mark]) => ({ group_id, mark }));
    if (rows.length > 0) await this.#database.execute(RAISE_MARKS, clusterId, JSON.stringify(rows));
  }

  /** How many messages up to `seq` are there, by session id. */
  async countMessages(
    sessions: readonly { readonly id: string; readonly seq: number }[],
  ): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.query<{ id: string; have: number }>(
      COUNT_MESSAGES,
      JSON.stringify(sessions),
    );
    return new Map(rows.map(({ id, have }) => [id, have]));
  }

  /** The answer names those whose state is not taken. */
  writeSessionStates(sessions: readonly SessionSnapshot[]): Promise<readonly Conflict[]> {
    return isolating(sessions, {
      suspicion: this.#suspectStates,
      sessionOf: ({ id }) => id,
      write: async (some) => {
        await deleteErased(this.#database, some);
        await writeSessionStates(this.#database, some);
        return [];
      },
      conflict: ({ id, lastSeq }, detail) => ({ sessionId: id, seq: lastSeq, detail }),
    });
  }

  newestSnapshots(clusterId: string) {
    return newestSnapshots(this.#database, clusterId);
  }

  writeSnapshotPart(
    snapshot: ArchivedSnapshotHead,
    part: number,
    data: Uint8Array,
    takenAtMs: number,
  ): Promise<void> {
    return writeSnapshotPart(this.#database, snapshot, part, data, takenAtMs);
  }

  dropSnapshotsBefore(clusterId: string, group: number, index: number): Promise<void> {
    return dropSnapshotsBefore(this.#database, clusterId, group, index);
  }

  /** What the cluster is made of, as JSON: a restore founds one like it. */
  async writeCluster(clusterId: string, descriptor: string, timeMs: number): Promise<void> {
    await this.#database.execute(
      `INSERT INTO raft_clusters (cluster_id, descriptor, updated_at)
       VALUES ($1, $2::jsonb, to_timestamp($3::float8 / 1000))
       ON CONFLICT (cluster_id) DO UPDATE SET descriptor = excluded.descriptor, updated_at = excluded.updated_at
       WHERE raft_clusters.updated_at < excluded.updated_at`,
      clusterId,
      descriptor,
      timeMs,
    );
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** An item that makes no row: its data's fault, as if Postgres had refused it. */
class UnstorableRowError extends Error {
  /** invalid_text_representation */
  readonly code = '22P02';

  constructor(cause: unknown) {
    super(`the item makes no row: ${oneLine(cause)}`, { cause });
    this.name = 'UnstorableRowError';
  }
}

/** A JSON list of rows. A large batch is made in pieces, so that no other work waits for all of it. */
async function asArray<T>(items: readonly T[], row: (item: T) => string): Promise<string> {
  const rows: string[] = [];
  for (const item of items) {
    try {
      rows.push(row(item));
    } catch (error) {
      throw new UnstorableRowError(error);
    }
    if (rows.length % ROWS_PER_TURN === 0) await nextTurn();
  }
  return `[${rows.join(',')}]`;
}
