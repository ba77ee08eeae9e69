import { type ArchiveDatabase, failureOf, migrate, openArchiveDatabase } from '@fleetlm/database';
import type { DeliveryState } from '@fleetlm/protocol';
import { POSTGRES_CONNECTIONS } from '../../limits.ts';
import { inComponent } from '../../telemetry/component-turns.ts';
import { DEAD_LETTER_GROUPS_MAX, type DeadLetterGroup } from './dead-letters.ts';
import type { DeliveryPlace, RecordedAttempt } from './delivery-attempt.ts';
import { DeliveryRetention } from './delivery-retention.ts';
import {
  type AttemptRow,
  attemptRows,
  codeOf,
  type DeliveryRow,
  deliveryRows,
  toAttempt,
} from './delivery-rows.ts';

const INSERT_ATTEMPTS = `
INSERT INTO delivery_attempts (agent_id, session_id, epoch, attempt, state, status, error_code, error, url, started_at,
  first_byte_ms, first_token_ms, total_ms, next_attempt_at, node_id, request, response)
SELECT r.agent_id, r.session_id, r.epoch, r.attempt, r.state, r.status, r.error_code, r.error, r.url, r.started_at,
  r.first_byte_ms, r.first_token_ms, r.total_ms, r.next_attempt_at, r.node_id,
  nullif(r.request, 'null'::jsonb), nullif(r.response, 'null'::jsonb)
FROM jsonb_to_recordset($1::jsonb) AS r(agent_id text, session_id text, epoch int, attempt int, state text, status int,
  error_code text, error text, url text, started_at timestamptz, first_byte_ms float8, first_token_ms float8,
  total_ms float8, next_attempt_at timestamptz, node_id text, request jsonb, response jsonb)
ON CONFLICT (agent_id, session_id, epoch, attempt) DO UPDATE SET next_attempt_at = excluded.next_attempt_at
WHERE delivery_attempts.next_attempt_at IS NOT NULL AND excluded.next_attempt_at IS NULL`;

/** A later attempt says what became of the turn; of one attempt, the end of the waiting for the next. */
const UPSERT_DELIVERIES = `
INSERT INTO deliveries AS d (agent_id, session_id, epoch, user_id, through_seq, state, is_replay, last_attempt,
  error_code, error, status, signature, started_at, ended_at, next_attempt_at)
SELECT r.agent_id, r.session_id, r.epoch, r.user_id, r.through_seq, r.state, r.is_replay, r.last_attempt,
  r.error_code, r.error, r.status, r.signature, r.started_at, r.ended_at, r.next_attempt_at
FROM jsonb_to_recordset($1::jsonb) AS r(agent_id text, session_id text, epoch int, user_id text, through_seq int,
  state text, is_replay boolean, last_attempt int, error_code text, error text, status int, signature text,
  started_at timestamptz, ended_at timestamptz, next_attempt_at timestamptz)
ON CONFLICT (agent_id, session_id, epoch) DO UPDATE SET
  through_seq = coalesce(excluded.through_seq, d.through_seq), state = excluded.state,
  is_replay = d.is_replay OR excluded.is_replay, last_attempt = excluded.last_attempt,
  error_code = excluded.error_code, error = excluded.error, status = excluded.status, signature = excluded.signature,
  started_at = least(d.started_at, excluded.started_at), ended_at = excluded.ended_at,
  next_attempt_at = excluded.next_attempt_at
WHERE excluded.last_attempt > d.last_attempt
  OR (excluded.last_attempt = d.last_attempt AND d.state = 'pending' AND excluded.state <> 'pending')`;

const DELIVERY_COLUMNS = `d.agent_id, d.session_id, d.epoch, d.user_id, d.through_seq, d.state, d.is_replay,
  d.last_attempt, d.signature, d.started_at`;
const ATTEMPT_COLUMNS = `a.session_id, a.epoch, a.attempt, a.state, a.status, a.error_code, a.error, a.url, a.started_at,
  a.first_byte_ms, a.first_token_ms, a.total_ms, a.next_attempt_at, a.node_id`;

/** The name of the group of failures that a row is in, as groupIdOf has it. */
const GROUP_ID = `substr(encode(sha256(convert_to(d.signature, 'UTF8')), 'hex'), 1, 12)`;
/** Failed, and nothing has followed in its session. */
const IS_DEAD = `d.state = 'failed' AND d.signature IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deliveries later
  WHERE later.agent_id = d.agent_id AND later.session_id = d.session_id AND later.epoch > d.epoch)`;

const DEAD_LETTER_GROUPS = `
SELECT ${GROUP_ID} AS id, min(d.error_code) AS error_code, min(d.status) AS status, count(*)::int AS count,
  min(d.ended_at) AS first_at, max(d.ended_at) AS last_at,
  (array_agg(d.error ORDER BY d.ended_at DESC))[1] AS error,
  (array_agg(d.session_id || ':' || d.epoch ORDER BY d.ended_at DESC))[1] AS example
FROM deliveries d WHERE d.agent_id = $1 AND ${IS_DEAD}
GROUP BY d.signature ORDER BY max(d.ended_at) DESC LIMIT $2::int`;

interface GroupRow {
  readonly id: string;
  readonly error_code: string;
  readonly status: number | null;
  readonly error: string | null;
  readonly count: number;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly example: string;
}

const ATTEMPTS_OF = `
SELECT ${ATTEMPT_COLUMNS} FROM jsonb_to_recordset($2::jsonb) AS k(session_id text, epoch int)
JOIN delivery_attempts a ON a.agent_id = $1 AND a.session_id = k.session_id AND a.epoch = k.epoch`;

/** What Postgres has of a page of deliveries. */
export interface StoredPage {
  readonly attempts: readonly RecordedAttempt[];
  /** The place of the last of them when there are more, else null. */
  readonly through: DeliveryPlace | null;
}

/** Reads and writes of the tables of deliveries. Every call rejects when Postgres is away. */
export class DeliveryStore {
  readonly #databaseUrl: string;
  readonly #database: ArchiveDatabase;
  readonly #retention: DeliveryRetention;
  readonly #onRefused: (error: unknown) => void;
  #isMigrated = false;

  constructor(databaseUrl: string, wallClockMs: () => number, onRefused: (error: unknown) => void) {
    this.#onRefused = onRefused;
    this.#databaseUrl = databaseUrl;
    this.#database = openArchiveDatabase(databaseUrl, {
      connectionsMax: POSTGRES_CONNECTIONS.deliveries,
    });
    this.#retention = new DeliveryRetention(this.#database, wallClockMs);
  }

  /** Each attempt once, however often it is written. */
  async write(records: readonly RecordedAttempt[]): Promise<void> {
    await this.#prepare();
    await this.#insert(records);
    await this.#retention.wrote(records);
  }

  /** What Postgres refuses for what it holds must not keep the rest waiting: it is left out, and reported. */
  async #insert(records: readonly RecordedAttempt[]): Promise<void> {
    try {
      const attempts = inComponent('deliveries', () => attemptRows(records));
      const deliveries = inComponent('deliveries', () => deliveryRows(records));
      await this.#database.execute(INSERT_ATTEMPTS, attempts);
      await this.#database.execute(UPSERT_DELIVERIES, deliveries);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === 'suspect' && records.length > 1) await this.#insertTaken(records, error);
      else if (failure !== 'data') throw error;
      else if (records.length > 1) for (const record of records) await this.#insert([record]);
      else this.#onRefused(error);
    }
  }

  /** One at a time: what is refused while others are taken is at fault itself. When none is taken, the server is. */
  async #insertTaken(records: readonly RecordedAttempt[], cause: unknown): Promise<void> {
    const refusals: unknown[] = [];
    for (const record of records) {
      try {
        await this.#insert([record]);
      } catch (error) {
        if (failureOf(error) !== 'suspect') throw error;
        refusals.push(error);
      }
    }
    if (refusals.length === records.length) throw cause;
    for (const error of refusals) this.#onRefused(error);
  }

  /** Forgets what is older than it is kept. */
  async sweep(agentIds: readonly string[]): Promise<void> {
    await this.#prepare();
    await this.#retention.sweep(agentIds);
  }

  async page(
    agentId: string,
    query: {
      readonly state: DeliveryState | null;
      /** Dead letters of this group only. */
      readonly deadGroup?: string | null;
      readonly after: DeliveryPlace | null;
      readonly limit: number;
    },
  ): Promise<StoredPage> {
    const { state, deadGroup = null, after, limit } = query;
    const values: (string | number)[] = [agentId, limit + 1];
    const parameter = (value: string | number): string => `$${values.push(value)}`;
    const conditions = ['d.agent_id = $1'];
    if (state !== null) conditions.push(`d.state = ${parameter(state)}`);
    if (deadGroup !== null) conditions.push(IS_DEAD, `${GROUP_ID} = ${parameter(deadGroup)}`);
    if (after !== null) {
      const [sessionId = '', epoch = '0'] = after.id.split(':');
      const place = [
        `${parameter(new Date(after.startedAtMs).toISOString())}::timestamptz`,
        parameter(sessionId),
        `${parameter(Number(epoch))}::int`,
      ];
      conditions.push(`(d.started_at, d.session_id, d.epoch) < (${place.join(', ')})`);
    }
    const rows = await this.#deliveries(
      `WHERE ${conditions.join(' AND ')} ORDER BY d.started_at DESC, d.session_id DESC, d.epoch DESC LIMIT $2::int`,
      values,
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      attempts: await this.#attemptsOf(agentId, page),
      through: rows.length > limit && last !== undefined ? placeOf(last) : null,
    };
  }

  /** With what went over the wire; empty when there is no such delivery. */
  async delivery(
    agentId: string,
    sessionId: string,
    epoch: number,
  ): Promise<readonly RecordedAttempt[]> {
    const [delivery] = await this.#deliveries(
      'WHERE agent_id = $1 AND session_id = $2 AND epoch = $3::int',
      [agentId, sessionId, epoch],
    );
    if (delivery === undefined) return [];
    const attempts = await this.#database.query<AttemptRow>(
      `SELECT ${ATTEMPT_COLUMNS}, a.request, a.response FROM delivery_attempts a
       WHERE a.agent_id = $1 AND a.session_id = $2 AND a.epoch = $3::int ORDER BY a.attempt`,
      agentId,
      sessionId,
      epoch,
    );
    return attempts.map((row) => toAttempt(delivery, row));
  }

  /** Newest first. */
  async deadLetterGroups(agentId: string): Promise<readonly DeadLetterGroup[]> {
    await this.#prepare();
    const rows = await this.#database.query<GroupRow>(
      DEAD_LETTER_GROUPS,
      agentId,
      DEAD_LETTER_GROUPS_MAX,
    );
    return rows.map((row) => ({
      id: row.id,
      errorCode: codeOf(row.error_code) ?? 'connection_failed',
      status: row.status,
      error: row.error ?? row.error_code,
      count: row.count,
      firstAtMs: row.first_at.getTime(),
      lastAtMs: row.last_at.getTime(),
      example: row.example,
    }));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #deliveries(
    where: string,
    values: readonly (string | number)[],
  ): Promise<readonly DeliveryRow[]> {
    await this.#prepare();
    return this.#database.query<DeliveryRow>(
      `SELECT ${DELIVERY_COLUMNS} FROM deliveries d ${where}`,
      ...values,
    );
  }

  async #attemptsOf(
    agentId: string,
    deliveries: readonly DeliveryRow[],
  ): Promise<readonly RecordedAttempt[]> {
    if (deliveries.length === 0) return [];
    const byId = new Map(deliveries.map((row) => [`${row.session_id}:${row.epoch}`, row]));
    const keys = deliveries.map(({ session_id, epoch }) => ({ session_id, epoch }));
    const rows = await this.#database.query<AttemptRow>(ATTEMPTS_OF, agentId, JSON.stringify(keys));
    return rows.flatMap((row) => {
      const delivery = byId.get(`${row.session_id}:${row.epoch}`);
      return delivery === undefined ? [] : [toAttempt(delivery, row)];
    });
  }

  /** The tables first: an empty database is as good as one that was migrated by hand. */
  async #prepare(): Promise<void> {
    if (this.#isMigrated) return;
    await migrate(this.#databaseUrl);
    this.#isMigrated = true;
  }
}

function placeOf({ started_at, session_id, epoch }: DeliveryRow): DeliveryPlace {
  return { startedAtMs: started_at.getTime(), id: `${session_id}:${epoch}` };
}
