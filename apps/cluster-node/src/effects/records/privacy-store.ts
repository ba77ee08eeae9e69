import { PRIVACY_KINDS, PRIVACY_OPERATIONS_MAX, type PrivacyKind } from '@fleetlm/protocol';
import type { RecordDatabase, RecordResult } from './record-database.ts';

/** How long an operation is a node's without a word from it; then another one continues it. */
export const LEASE_MS = 30_000;

export interface PrivacyRecord {
  readonly id: string;
  readonly kind: PrivacyKind;
  /** A user, or the agent whose retention it is. */
  readonly subject: string;
  readonly requestedBy: string;
  readonly state: 'running' | 'done' | 'failed';
  /** Conversations. */
  readonly total: number;
  readonly done: number;
  readonly detail: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
}

export type NewPrivacyRecord = Pick<PrivacyRecord, 'id' | 'kind' | 'subject' | 'requestedBy'>;

/** What retention of an agent reaches; null: it has no such limit. */
export interface RetentionLimits {
  readonly agentId: string;
  readonly createdBeforeMs: number | null;
  readonly changedBeforeMs: number | null;
}

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  readonly requested_by: string;
  readonly state: string;
  readonly total: number;
  readonly done: number;
  readonly detail: string;
  readonly started_at: Date;
  readonly ended_at: Date | null;
}

const COLUMNS = 'id, kind, subject, requested_by, state, total, done, detail, started_at, ended_at';
const LEASE = `now() + interval '${LEASE_MS} milliseconds'`;

const CLAIM = `
UPDATE privacy_operations SET node_id = $1, leased_until = ${LEASE}
WHERE id = (SELECT id FROM privacy_operations WHERE state = 'running' AND leased_until < now()
            ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING ${COLUMNS}`;

/** What an hour of retention did not erase is no news. */
const LIST = `
SELECT ${COLUMNS} FROM privacy_operations WHERE NOT (kind = 'retention' AND state = 'done' AND done = 0)
ORDER BY started_at DESC, id DESC LIMIT ${PRIVACY_OPERATIONS_MAX}`;

/** Sums of a user whose data is erased become those of no user. */
const FORGET_USAGE = `
WITH gone AS (DELETE FROM usage_days WHERE user_id = $1 RETURNING *)
INSERT INTO usage_days AS d (agent_id, user_id, day, currency, replies, input_tokens, output_tokens, total_tokens,
                             cached_input_tokens, cost_micros)
SELECT agent_id, '', day, currency, replies, input_tokens, output_tokens, total_tokens, cached_input_tokens, cost_micros
FROM gone ORDER BY agent_id, day, currency
ON CONFLICT (agent_id, user_id, day, currency) DO UPDATE SET
  replies = d.replies + excluded.replies, input_tokens = d.input_tokens + excluded.input_tokens,
  output_tokens = d.output_tokens + excluded.output_tokens, total_tokens = d.total_tokens + excluded.total_tokens,
  cached_input_tokens = d.cached_input_tokens + excluded.cached_input_tokens,
  cost_micros = d.cost_micros + excluded.cost_micros`;

/** Operations on the data of users, in Postgres; a node that works at one has a lease of it. */
export class PrivacyStore {
  readonly #records: RecordDatabase;

  constructor(records: RecordDatabase) {
    this.#records = records;
  }

  /** Null: one of its kind runs for its subject already, or had this id. */
  begin(record: NewPrivacyRecord): Promise<RecordResult<PrivacyRecord | null>> {
    const { id, kind, subject, requestedBy } = record;
    return this.#one(
      `INSERT INTO privacy_operations (${COLUMNS}, leased_until)
       VALUES ($1, $2, $3, $4, 'running', 0, 0, '', now(), NULL, now()) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      [id, kind, subject, requestedBy],
    );
  }

  /** What was done at once. */
  add(record: NewPrivacyRecord): Promise<RecordResult<PrivacyRecord | null>> {
    const { id, kind, subject, requestedBy } = record;
    return this.#one(
      `INSERT INTO privacy_operations (${COLUMNS}, leased_until)
       VALUES ($1, $2, $3, $4, 'done', 0, 0, '', now(), now(), now()) ON CONFLICT DO NOTHING RETURNING ${COLUMNS}`,
      [id, kind, subject, requestedBy],
    );
  }

  /** The oldest that no node works at; null: there is none. */
  claim(nodeId: string): Promise<RecordResult<PrivacyRecord | null>> {
    return this.#one(CLAIM, [nodeId]);
  }

  /** Keeps the lease; null: it is another node's by now, or has ended. */
  progress(
    id: string,
    nodeId: string,
    { done, total }: Pick<PrivacyRecord, 'done' | 'total'>,
  ): Promise<RecordResult<PrivacyRecord | null>> {
    return this.#one(
      `UPDATE privacy_operations SET done = $3::int, total = $4::int, leased_until = ${LEASE}
       WHERE id = $1 AND node_id = $2 AND state = 'running' RETURNING ${COLUMNS}`,
      [id, nodeId, done, total],
    );
  }

  end(
    id: string,
    nodeId: string,
    { state, detail }: Pick<PrivacyRecord, 'state' | 'detail'>,
  ): Promise<RecordResult<PrivacyRecord | null>> {
    return this.#one(
      `UPDATE privacy_operations SET state = $3, detail = $4, ended_at = now()
       WHERE id = $1 AND node_id = $2 AND state = 'running' RETURNING ${COLUMNS}`,
      [id, nodeId, state, detail],
    );
  }

  get(id: string): Promise<RecordResult<PrivacyRecord | null>> {
    return this.#one(`SELECT ${COLUMNS} FROM privacy_operations WHERE id = $1`, [id]);
  }

  /** Newest first. */
  list(): Promise<RecordResult<readonly PrivacyRecord[]>> {
    return this.#records.ask(async (database) => (await database.query<Row>(LIST)).map(recordOf));
  }

  /** Conversations that retention reaches, by id, after one of them. */
  expired(
    { agentId, createdBeforeMs, changedBeforeMs }: RetentionLimits,
    afterId: string,
    limit: number,
  ): Promise<RecordResult<readonly string[]>> {
    return this.#records.ask(async (database) => {
      const rows = await database.query<{ readonly id: string }>(
        `SELECT id FROM sessions WHERE agent_id = $1 AND status <> 'erased' AND id > $2
           AND (inserted_at < to_timestamp($3::float8 / 1000) OR updated_at < to_timestamp($4::float8 / 1000))
         ORDER BY id LIMIT $5::int`,
        agentId,
        afterId,
        createdBeforeMs ?? 0,
        changedBeforeMs ?? 0,
        limit,
      );
      return rows.map(({ id }) => id);
    });
  }

  /** Hours in which retention had nothing to do are not kept for long. */
  pruneRetention(agentId: string): Promise<RecordResult<number>> {
    return this.#records.ask((database) =>
      database.execute(
        `DELETE FROM privacy_operations WHERE kind = 'retention' AND subject = $1 AND state = 'done' AND done = 0
           AND started_at < now() - interval '1 day'`,
        agentId,
      ),
    );
  }

  /** What Postgres alone knows of a user. */
  forgetUser(userId: string): Promise<RecordResult<null>> {
    return this.#records.ask(async (database) => {
      await database.execute('DELETE FROM feedback WHERE user_id = $1', userId);
      await database.execute(FORGET_USAGE, userId);
      return null;
    });
  }

  #one(
    sql: string,
    values: readonly (string | number)[],
  ): Promise<RecordResult<PrivacyRecord | null>> {
    return this.#records.ask(async (database) => {
      const [row] = await database.query<Row>(sql, ...values);
      return row === undefined ? null : recordOf(row);
    });
  }
}

function recordOf(row: Row): PrivacyRecord {
  const kind = PRIVACY_KINDS.find((known) => known === row.kind);
  if (kind === undefined) throw new TypeError('an operation is of an unknown kind');
  return {
    id: row.id,
    kind,
    subject: row.subject,
    requestedBy: row.requested_by,
    state: stateOf(row.state),
    total: row.total,
    done: row.done,
    detail: row.detail,
    startedAtMs: row.started_at.getTime(),
    endedAtMs: row.ended_at?.getTime() ?? null,
  };
}

function stateOf(text: string): PrivacyRecord['state'] {
  if (text === 'running' || text === 'done' || text === 'failed') return text;
  throw new TypeError('an operation is in an unknown state');
}
