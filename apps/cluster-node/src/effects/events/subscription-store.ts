import type { ArchiveDatabase } from '@fleetlm/database';
import { EVENT_SUBSCRIPTIONS_MAX, type EventType } from '@fleetlm/protocol';
import type { SubscriptionPatch, SubscriptionRecord } from './event-records.ts';

const COLUMNS = `id text, url text, types jsonb, description text, status text, disabled_reason text, secret text,
  previous_secret text, previous_until timestamptz, inserted_at timestamptz, updated_at timestamptz`;
const NAMES = `id, url, types, description, status, disabled_reason, secret, previous_secret, previous_until`;

const INSERT = `
INSERT INTO event_subscriptions (${NAMES}, starts_after, inserted_at, updated_at)
SELECT ${NAMES.split(', ')
  .map((name) => `r.${name.trim()}`)
  .join(', ')},
  greatest((SELECT coalesce(max(id), 0) FROM events),
           (SELECT coalesce(max(position), 0) FROM event_marks WHERE name = 'expired')),
  r.inserted_at, r.updated_at
FROM jsonb_to_record($1::jsonb) AS r(${COLUMNS})
WHERE (SELECT count(*) FROM event_subscriptions) < $2::int
RETURNING *`;

const UPDATE = `
UPDATE event_subscriptions s SET url = r.url, types = r.types, description = r.description, status = r.status,
  disabled_reason = r.disabled_reason, secret = r.secret, previous_secret = r.previous_secret,
  previous_until = r.previous_until, updated_at = r.updated_at
FROM jsonb_to_record($1::jsonb) AS r(${COLUMNS}) WHERE s.id = r.id
RETURNING s.*`;

interface Row {
  readonly id: string;
  readonly url: string;
  readonly types: readonly EventType[];
  readonly description: string | null;
  readonly status: SubscriptionRecord['status'];
  readonly disabled_reason: string | null;
  readonly secret: string;
  readonly previous_secret: string | null;
  readonly previous_until: Date | null;
  readonly starts_after: number;
  readonly inserted_at: Date;
  readonly updated_at: Date;
}

/** The subscriptions in Postgres. Every call rejects when it is away. */
export class SubscriptionStore {
  readonly #database: ArchiveDatabase;
  readonly #prepare: () => Promise<void>;

  constructor(database: ArchiveDatabase, prepare: () => Promise<void>) {
    this.#database = database;
    this.#prepare = prepare;
  }

  /** In the order of their creation. */
  async list(): Promise<readonly SubscriptionRecord[]> {
    await this.#prepare();
    const rows = await this.#database.query<Row>(
      'SELECT * FROM event_subscriptions ORDER BY inserted_at, id',
    );
    return rows.map(recordOf);
  }

  async get(id: string): Promise<SubscriptionRecord | null> {
    await this.#prepare();
    const [row] = await this.#database.query<Row>(
      'SELECT * FROM event_subscriptions WHERE id = $1',
      id,
    );
    return row === undefined ? null : recordOf(row);
  }

  /** Null: there are as many as there may be. */
  async insert(
    subscription: Omit<SubscriptionRecord, 'startsAfter'>,
  ): Promise<SubscriptionRecord | null> {
    await this.#prepare();
    const [row] = await this.#database.query<Row>(
      INSERT,
      rowOf(subscription),
      EVENT_SUBSCRIPTIONS_MAX,
    );
    return row === undefined ? null : recordOf(row);
  }

  /** Null: there is none. */
  async patch(
    id: string,
    patch: SubscriptionPatch & Partial<Pick<SubscriptionRecord, 'secret' | 'previousSecret'>>,
    nowMs: number,
  ): Promise<SubscriptionRecord | null> {
    const present = await this.get(id);
    if (present === null) return null;
    const [row] = await this.#database.query<Row>(
      UPDATE,
      rowOf({ ...present, ...patch, updatedAtMs: nowMs }),
    );
    return row === undefined ? null : recordOf(row);
  }

  /** False: there is none. */
  async remove(id: string): Promise<boolean> {
    await this.#prepare();
    const removed = await this.#database.execute(
      'DELETE FROM event_subscriptions WHERE id = $1',
      id,
    );
    for (const table of ['event_cursors', 'event_dead_letters'])
      await this.#database.execute(`DELETE FROM ${table} WHERE subscription_id = $1`, id);
    return removed > 0;
  }
}

function recordOf(row: Row): SubscriptionRecord {
  return {
    id: row.id,
    url: row.url,
    types: row.types,
    description: row.description,
    status: row.status,
    disabledReason: row.disabled_reason,
    secret: row.secret,
    previousSecret:
      row.previous_secret === null || row.previous_until === null
        ? null
        : { secret: row.previous_secret, untilMs: row.previous_until.getTime() },
    startsAfter: row.starts_after,
    insertedAtMs: row.inserted_at.getTime(),
    updatedAtMs: row.updated_at.getTime(),
  };
}

function rowOf(record: Omit<SubscriptionRecord, 'startsAfter'>): string {
  const { previousSecret } = record;
  return JSON.stringify({
    id: record.id,
    url: record.url,
    types: record.types,
    description: record.description,
    status: record.status,
    disabled_reason: record.disabledReason,
    secret: record.secret,
    previous_secret: previousSecret?.secret ?? null,
    previous_until: previousSecret === null ? null : new Date(previousSecret.untilMs).toISOString(),
    inserted_at: new Date(record.insertedAtMs).toISOString(),
    updated_at: new Date(record.updatedAtMs).toISOString(),
  });
}
