import type { Message, SessionSnapshot } from '@fleetlm/conversation';
import { type ArchiveDatabase, openArchiveDatabase } from '@fleetlm/database';
import { type ArchivedRow, MESSAGE_COLUMNS, toMessage } from '../effects/flusher/archive-reads.ts';
import { decodeSessionState } from '../effects/flusher/session-states.ts';
import {
  type ArchivedSnapshotHead,
  newestSnapshots,
  readSnapshot,
  writeSnapshotPart,
} from '../effects/flusher/snapshot-rows.ts';

/** No request waits for it, and there may be much to read. */
const STATEMENT_LIMIT_MS = 10 * 60_000;
const PAGE_ROWS = 2_000;
/** Of the bodies that are in memory together; at least one message. */
const PAGE_BYTES = 16 * 1024 * 1024;

export interface ArchivedCluster {
  readonly clusterId: string;
  readonly descriptor: unknown;
  readonly updatedAtMs: number;
}

/** A session's own row. */
export interface ArchivedSession {
  readonly id: string;
  readonly userId: string;
  readonly agentId: string;
  readonly status: string;
  /** JSON. */
  readonly metadata: string;
  readonly lastReadSeq: number;
  readonly version: number;
  readonly insertedAtMs: number;
}

export interface SnapshotHead extends ArchivedSnapshotHead {
  readonly takenAtMs: number;
}

/** Everything that a restore reads, and the little that it writes. Every call rejects when Postgres is away. */
export class ArchiveSource {
  readonly #database: ArchiveDatabase;

  constructor(databaseUrl: string) {
    this.#database = openArchiveDatabase(databaseUrl, { statementLimitMs: STATEMENT_LIMIT_MS });
  }

  /** Newest first. */
  async clusters(): Promise<readonly ArchivedCluster[]> {
    const rows = await this.#database.query<{
      cluster_id: string;
      descriptor: unknown;
      updated_at: Date;
    }>('SELECT cluster_id, descriptor, updated_at FROM raft_clusters ORDER BY updated_at DESC');
    return rows.map(({ cluster_id, descriptor, updated_at }) => ({
      clusterId: cluster_id,
      descriptor,
      updatedAtMs: updated_at.getTime(),
    }));
  }

  snapshots(clusterId: string): Promise<ReadonlyMap<number, SnapshotHead>> {
    return newestSnapshots(this.#database, clusterId);
  }

  /** Rejects when a part is missing or damaged. */
  readSnapshot(head: ArchivedSnapshotHead): Promise<Uint8Array> {
    return readSnapshot(this.#database, head);
  }

  writeSnapshotPart(
    head: ArchivedSnapshotHead,
    part: number,
    data: Uint8Array,
    takenAtMs: number,
  ): Promise<void> {
    return writeSnapshotPart(this.#database, head, part, data, takenAtMs);
  }

  async writeCluster(clusterId: string, descriptor: string): Promise<void> {
    await this.#database.execute(
      'INSERT INTO raft_clusters (cluster_id, descriptor, updated_at) VALUES ($1, $2::jsonb, now())',
      clusterId,
      descriptor,
    );
  }

  /** All sessions of a group, oldest first. */
  async sessionsOf(group: number): Promise<readonly ArchivedSession[]> {
    const rows = await this.#database.query<{
      id: string;
      user_id: string;
      agent_id: string;
      status: string;
      metadata: string;
      last_read_seq: number;
      version: number;
      inserted_at: Date;
    }>(
      `SELECT id, user_id, agent_id, status, metadata::text AS metadata, last_read_seq, version, inserted_at
       FROM sessions WHERE id LIKE $1 ORDER BY inserted_at, id`,
      prefixOf(group),
    );
    return rows.map((row) => ({
      id: row.id,
      userId: row.user_id,
      agentId: row.agent_id,
      status: row.status,
      metadata: row.metadata,
      lastReadSeq: row.last_read_seq,
      version: row.version,
      insertedAtMs: row.inserted_at.getTime(),
    }));
  }

  /** Messages of these sessions above the seq given with each, in the order in which they were committed. */
  async *messagesAfter(
    sessions: readonly { readonly id: string; readonly seq: number }[],
  ): AsyncGenerator<readonly Message[]> {
    let after: readonly [time: string, session: string, seq: number] = ['-infinity', '', 0];
    for (;;) {
      const keys = await this.#database.query<MessageKey>(
        `SELECT m.session_id, m.seq, m.inserted_at,
           coalesce(m.payload_bytes, octet_length(m.content::text) + octet_length(m.metadata::text)) AS bytes
         FROM jsonb_to_recordset($1::jsonb) AS r(id text, seq int)
         JOIN messages m ON m.session_id = r.id AND m.seq > r.seq
         WHERE (m.inserted_at, m.session_id, m.seq) > ($2::timestamptz, $3, $4::int)
         ORDER BY m.inserted_at, m.session_id, m.seq LIMIT ${PAGE_ROWS}`,
        JSON.stringify(sessions),
        ...after,
      );
      const page = firstWithin(keys, PAGE_BYTES);
      const last = page.at(-1);
      if (last === undefined) return;
      const rows = await this.#database.query<ArchivedRow>(
        `SELECT ${MESSAGE_COLUMNS}
         FROM jsonb_to_recordset($1::jsonb) AS k(id text, place int)
         JOIN messages m ON m.session_id = k.id AND m.seq = k.place
         ORDER BY m.inserted_at, m.session_id, m.seq`,
        JSON.stringify(page.map(({ session_id, seq }) => ({ id: session_id, place: seq }))),
      );
      yield rows.map(toMessage);
      after = [last.inserted_at.toISOString(), last.session_id, last.seq];
    }
  }

  /** How many messages of these sessions are there up to the seq given with each. */
  async countMessages(
    sessions: readonly { readonly id: string; readonly seq: number }[],
  ): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.query<{ id: string; have: number }>(
      `SELECT r.id, (SELECT count(*)::int FROM messages m WHERE m.session_id = r.id AND m.seq <= r.seq) AS have
       FROM jsonb_to_recordset($1::jsonb) AS r(id text, seq int)`,
      JSON.stringify(sessions),
    );
    return new Map(rows.map(({ id, have }) => [id, have]));
  }

  /** Which of these sessions have messages above the seq given with each. */
  async withNewerMessages(
    sessions: readonly { readonly id: string; readonly seq: number }[],
  ): Promise<readonly string[]> {
    const rows = await this.#database.query<{ id: string }>(
      `SELECT r.id FROM jsonb_to_recordset($1::jsonb) AS r(id text, seq int)
       WHERE EXISTS (SELECT 1 FROM messages m WHERE m.session_id = r.id AND m.seq > r.seq)`,
      JSON.stringify(sessions),
    );
    return rows.map(({ id }) => id);
  }

  /** The state that a session left memory with the last time; null: it never did. */
  async sessionState(sessionId: string): Promise<SessionSnapshot | null> {
    const [row] = await this.#database.query<{ state: Uint8Array }>(
      'SELECT state FROM session_states WHERE session_id = $1',
      sessionId,
    );
    return row === undefined ? null : decodeSessionState(row.state);
  }

  /** Sessions of which messages were archived and nothing else: whose they were is not known. */
  async sessionsWithoutRow(): Promise<number> {
    const [row] = await this.#database.query<{ count: number }>(
      `SELECT count(DISTINCT m.session_id)::int AS count FROM messages m
       WHERE m.seq = 1 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = m.session_id)`,
    );
    return row?.count ?? 0;
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

interface MessageKey {
  readonly session_id: string;
  readonly seq: number;
  readonly inserted_at: Date;
  readonly bytes: number;
}

function firstWithin(keys: readonly MessageKey[], bytesMax: number): readonly MessageKey[] {
  let total = 0;
  const end = keys.findIndex(({ bytes }, place) => {
    total += bytes;
    return place > 0 && total > bytesMax;
  });
  return end < 0 ? keys : keys.slice(0, end);
}

/** Session ids begin with their group. */
function prefixOf(group: number): string {
  return `${group.toString(16).padStart(2, '0')}-%`;
}
