import { type ArchiveDatabase, migrate, openArchiveDatabase } from '@fleetlm/database';
import type { EventBody, EventType, FailureCode, Termination } from '@fleetlm/protocol';
import { POSTGRES_CONNECTIONS } from '../../limits.ts';
import { EVENTS_KEPT_S } from './event-limits.ts';
import { type DeadLetter, type EventHead, eventIdOf } from './event-records.ts';

const STATEMENT_LIMIT_MS = 5_000;
const CONNECT_LIMIT_MS = 2_000;
/** Rows that one statement deletes. */
const SWEPT_ROWS_MAX = 10_000;
/** What is left is deleted by the next sweep. */
const SWEEP_ROUNDS_MAX = 1_000;

/** The text of a message that was erased is gone, and its event with it. */
const HEADS = `
SELECT e.id, e.group_id, e.session_id, e.type, e.ordinal, e.user_id, e.agent_id, e.seq, e.epoch, e.termination, e.error,
  e.happened_at, CASE e.type WHEN 'message.created' THEN coalesce(m.payload_bytes, 0) ELSE 0 END AS payload_bytes`;
const WITH_MESSAGE = `
LEFT JOIN messages m ON e.type = 'message.created' AND m.session_id = e.session_id AND m.seq = e.seq`;
const IS_READABLE = `(e.type <> 'message.created' OR m.seq IS NOT NULL)`;

/** Of each group what follows its position, as much as it has room for: one look into the index for each. */
const DUE = `
SELECT e.id, e.group_id, e.session_id, e.type, e.ordinal, e.user_id, e.agent_id, e.seq, e.epoch, e.termination, e.error,
  e.happened_at, 0 AS payload_bytes
FROM jsonb_to_recordset($1::jsonb) AS lane(group_id int, position bigint)
CROSS JOIN LATERAL (
  SELECT * FROM events due
  WHERE due.group_id = lane.group_id AND due.id > lane.position AND due.id <= $2::bigint
    AND due.type IN (SELECT jsonb_array_elements_text($3::jsonb))
  ORDER BY due.id LIMIT $4::int
) e ORDER BY e.id`;

const MESSAGES = `
SELECT e.id AS position, m.id::text AS id, m.sender_id, m.kind, m.content, m.metadata, m.inserted_at
FROM events e JOIN messages m ON m.session_id = e.session_id AND m.seq = e.seq
WHERE e.type = 'message.created' AND e.id IN (SELECT jsonb_array_elements_text($1::jsonb)::bigint)`;

const RAISE_CURSORS = `
INSERT INTO event_cursors (subscription_id, group_id, position)
SELECT r.subscription_id, r.group_id, r.position
FROM jsonb_to_recordset($1::jsonb) AS r(subscription_id text, group_id int, position bigint)
WHERE EXISTS (SELECT 1 FROM event_subscriptions s WHERE s.id = r.subscription_id)
ON CONFLICT (subscription_id, group_id) DO UPDATE SET position = greatest(event_cursors.position, excluded.position)`;

const INSERT_DEAD_LETTER = `
INSERT INTO event_dead_letters (subscription_id, event_id, attempts, status, error_code, error, failed_at)
SELECT r.subscription_id, r.event_id, r.attempts, r.status, r.error_code, r.error, r.failed_at
FROM jsonb_to_record($1::jsonb) AS r(subscription_id text, event_id bigint, attempts int, status int, error_code text,
  error text, failed_at timestamptz)
ON CONFLICT (subscription_id, event_id) DO UPDATE SET attempts = event_dead_letters.attempts + excluded.attempts,
  status = excluded.status, error_code = excluded.error_code, error = excluded.error, failed_at = excluded.failed_at`;

/** What is deleted is remembered, so that a reader behind it learns that it has missed something. */
const SWEEP = `
WITH gone AS (
  DELETE FROM events WHERE id IN (
    SELECT id FROM events WHERE recorded_at < $1::timestamptz ORDER BY id LIMIT $2::int
  ) RETURNING id
)
INSERT INTO event_marks (name, position) SELECT 'expired', max(id) FROM gone HAVING count(*) > 0
ON CONFLICT (name) DO UPDATE SET position = greatest(event_marks.position, excluded.position)`;
const SWEEP_DEAD_LETTERS = `
DELETE FROM event_dead_letters d WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id = d.event_id)`;

interface HeadRow {
  readonly id: number;
  readonly group_id: number;
  readonly session_id: string;
  readonly type: EventType;
  readonly ordinal: number;
  readonly user_id: string;
  readonly agent_id: string;
  readonly seq: number | null;
  readonly epoch: number | null;
  readonly termination: Termination | null;
  readonly error: string | null;
  readonly happened_at: Date;
  readonly payload_bytes: number;
}

interface MessageRow {
  readonly position: number;
  readonly id: string;
  readonly sender_id: string;
  readonly kind: string;
  readonly content: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly inserted_at: Date;
}

interface DeadLetterRow extends Pick<HeadRow, 'session_id' | 'type' | 'ordinal'> {
  readonly event_id: number;
  readonly attempts: number;
  readonly status: number | null;
  readonly error_code: FailureCode;
  readonly error: string;
  readonly failed_at: Date;
}

/** Between which events the list begins and ends. */
export interface EventBounds {
  /** The newest that is not kept any more; 0: none. */
  readonly expired: number;
  readonly newest: number;
}

/** Reads and writes of the events and of what was delivered. Every call rejects when Postgres is away. */
export class EventStore {
  readonly database: ArchiveDatabase;
  readonly #databaseUrl: string;
  #isMigrated = false;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
    this.database = openArchiveDatabase(databaseUrl, {
      connectionsMax: POSTGRES_CONNECTIONS.events,
      statementLimitMs: STATEMENT_LIMIT_MS,
      connectLimitMs: CONNECT_LIMIT_MS,
    });
  }

  /** The tables first: an empty database is as good as one that was migrated by hand. */
  async prepare(): Promise<void> {
    if (this.#isMigrated) return;
    await migrate(this.#databaseUrl);
    this.#isMigrated = true;
  }

  async bounds(): Promise<EventBounds> {
    await this.prepare();
    const [row] = await this.database.query<{ expired: number; newest: number }>(
      `SELECT coalesce((SELECT position FROM event_marks WHERE name = 'expired'), 0) AS expired,
              coalesce((SELECT max(id) FROM events), 0) AS newest`,
    );
    const { expired = 0, newest = 0 } = row ?? {};
    return { expired, newest: Math.max(expired, newest) };
  }

  /** Ascending; one more than `limit` when there are more. */
  async after(
    position: number,
    types: readonly EventType[],
    limit: number,
  ): Promise<readonly EventHead[]> {
    await this.prepare();
    const rows = await this.database.query<HeadRow>(
      `${HEADS} FROM events e ${WITH_MESSAGE}
       WHERE e.id > $1::bigint AND e.type IN (SELECT jsonb_array_elements_text($2::jsonb)) AND ${IS_READABLE}
       ORDER BY e.id LIMIT $3::int`,
      position,
      JSON.stringify(types),
      limit + 1,
    );
    return rows.map(headOf);
  }

  /** Of each group what follows its position, up to `newest` and at most `limit` of each. */
  async due(
    lanes: readonly { readonly group: number; readonly position: number }[],
    types: readonly EventType[],
    newest: number,
    limit: number,
  ): Promise<readonly EventHead[]> {
    const places = lanes.map(({ group, position }) => ({ group_id: group, position }));
    const rows = await this.database.query<HeadRow>(
      DUE,
      JSON.stringify(places),
      newest,
      JSON.stringify(types),
      limit,
    );
    return rows.map(headOf);
  }

  /** As they are sent and listed. An event whose message was erased meanwhile is left out. */
  async bodies(heads: readonly EventHead[]): Promise<readonly EventBody[]> {
    const wanted = heads.filter(({ type }) => type === 'message.created');
    const rows =
      wanted.length === 0
        ? []
        : await this.database.query<MessageRow>(
            MESSAGES,
            JSON.stringify(wanted.map(({ position }) => position)),
          );
    const messages = new Map(rows.map((row) => [row.position, row]));
    return heads.flatMap((head) => {
      const message = messages.get(head.position);
      return head.type === 'message.created' && message === undefined
        ? []
        : [bodyOf(head, message)];
    });
  }

  /** How far each subscription was delivered the events of each group, by `subscription group`. */
  async cursors(groups: readonly number[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.query<{
      subscription_id: string;
      group_id: number;
      position: number;
    }>(
      `SELECT subscription_id, group_id, position FROM event_cursors
       WHERE group_id IN (SELECT jsonb_array_elements_text($1::jsonb)::int)`,
      JSON.stringify(groups),
    );
    return new Map(
      rows.map(({ subscription_id, group_id, position }) => [
        `${subscription_id} ${group_id}`,
        position,
      ]),
    );
  }

  /** Cursors grow only. */
  async raiseCursors(
    cursors: readonly {
      readonly subscriptionId: string;
      readonly group: number;
      readonly position: number;
    }[],
  ): Promise<void> {
    if (cursors.length === 0) return;
    const rows = cursors.map(({ subscriptionId, group, position }) => ({
      subscription_id: subscriptionId,
      group_id: group,
      position,
    }));
    await this.database.execute(RAISE_CURSORS, JSON.stringify(rows));
  }

  async addDeadLetter(
    subscriptionId: string,
    position: number,
    letter: Omit<DeadLetter, 'event'>,
  ): Promise<void> {
    await this.database.execute(
      INSERT_DEAD_LETTER,
      JSON.stringify({
        subscription_id: subscriptionId,
        event_id: position,
        attempts: letter.attempts,
        status: letter.status,
        error_code: letter.errorCode,
        error: letter.error,
        failed_at: new Date(letter.failedAtMs).toISOString(),
      }),
    );
  }

  /** Ascending; one more than `limit` when there are more. */
  async deadLetters(
    subscriptionId: string,
    after: number,
    limit: number,
  ): Promise<readonly DeadLetter[]> {
    const rows = await this.database.query<DeadLetterRow>(
      `SELECT d.event_id, d.attempts, d.status, d.error_code, d.error, d.failed_at, e.session_id, e.type, e.ordinal
       FROM event_dead_letters d JOIN events e ON e.id = d.event_id
       WHERE d.subscription_id = $1 AND d.event_id > $2::bigint ORDER BY d.event_id LIMIT $3::int`,
      subscriptionId,
      after,
      limit + 1,
    );
    return rows.map((row) => ({
      event: {
        position: row.event_id,
        sessionId: row.session_id,
        type: row.type,
        ordinal: row.ordinal,
      },
      attempts: row.attempts,
      status: row.status,
      errorCode: row.error_code,
      error: row.error,
      failedAtMs: row.failed_at.getTime(),
    }));
  }

  /** The events of dead letters: those of these positions, or the oldest. */
  async deadEvents(
    subscriptionId: string,
    positions: readonly number[] | null,
    limit: number,
  ): Promise<readonly EventHead[]> {
    const rows = await this.database.query<HeadRow>(
      `${HEADS} FROM event_dead_letters d JOIN events e ON e.id = d.event_id ${WITH_MESSAGE}
       WHERE d.subscription_id = $1 AND ($2::jsonb = 'null'::jsonb OR $2::jsonb @> to_jsonb(e.id))
       ORDER BY e.id LIMIT $3::int`,
      subscriptionId,
      JSON.stringify(positions),
      limit,
    );
    return rows.map(headOf);
  }

  async removeDeadLetter(subscriptionId: string, position: number): Promise<void> {
    await this.database.execute(
      'DELETE FROM event_dead_letters WHERE subscription_id = $1 AND event_id = $2::bigint',
      subscriptionId,
      position,
    );
  }

  async countDeadLetters(subscriptionId: string): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM event_dead_letters d JOIN events e ON e.id = d.event_id
       WHERE d.subscription_id = $1`,
      subscriptionId,
    );
    return row?.count ?? 0;
  }

  /** Deletes what is older than it is kept. Every node does it, and twice does no harm. */
  async sweep(nowMs: number): Promise<void> {
    await this.prepare();
    const before = new Date(nowMs - EVENTS_KEPT_S * 1000).toISOString();
    for (let round = 0; round < SWEEP_ROUNDS_MAX; round += 1)
      // One row says what was deleted; none, that there was nothing.
      if ((await this.database.execute(SWEEP, before, SWEPT_ROWS_MAX)) === 0) break;
    await this.database.execute(SWEEP_DEAD_LETTERS);
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

function headOf(row: HeadRow): EventHead {
  return {
    position: row.id,
    group: row.group_id,
    sessionId: row.session_id,
    type: row.type,
    ordinal: row.ordinal,
    userId: row.user_id,
    agentId: row.agent_id,
    seq: row.seq,
    epoch: row.epoch,
    termination: row.termination,
    error: row.error,
    happenedAtMs: row.happened_at.getTime(),
    payloadBytes: row.payload_bytes,
  };
}

function bodyOf(head: EventHead, message: MessageRow | undefined): EventBody {
  const { position, sessionId, type, userId, agentId, seq, epoch, termination, error } = head;
  return {
    id: eventIdOf(head),
    type,
    timestamp: new Date(head.happenedAtMs).toISOString(),
    cursor: String(position),
    data: {
      session_id: sessionId,
      user_id: userId,
      agent_id: agentId,
      ...(message === undefined || seq === null
        ? {}
        : {
            message: {
              id: message.id,
              session_id: sessionId,
              seq,
              sender_id: message.sender_id,
              kind: message.kind,
              content: message.content,
              metadata: message.metadata,
              inserted_at: message.inserted_at.toISOString(),
            },
          }),
      ...(epoch === null ? {} : { epoch }),
      ...(type === 'run.finished' && seq !== null ? { seq } : {}),
      ...(termination === null ? {} : { termination }),
      ...(error === null ? {} : { error }),
    },
  };
}
