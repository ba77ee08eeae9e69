import type { ArchiveDatabase } from '@fleetlm/database';
import type { RecordedAttempt } from './delivery-attempt.ts';

/** Turns of an agent that are kept; with more, the oldest go. */
export const DELIVERIES_PER_AGENT_MAX = 10_000;
/** And none longer than this. */
export const DELIVERIES_KEPT_DAYS = 30;
/** After so many written attempts an agent's oldest turns are looked at. */
const TRIM_EVERY = 1_000;
/** Agents of one statement. */
const SWEEP_AGENTS_MAX = 200;
const DAY_MS = 86_400_000;

/** The turn that is the first to go, and the days, whichever is later. */
const LIMITS = `
SELECT a.id AS agent_id, greatest($2::timestamptz, (
    SELECT d.started_at FROM deliveries d WHERE d.agent_id = a.id ORDER BY d.started_at DESC OFFSET $3::int LIMIT 1
  )) AS before
FROM jsonb_array_elements_text($1::jsonb) AS a(id)`;

const DELETE_ATTEMPTS = `
WITH limits AS MATERIALIZED (${LIMITS})
DELETE FROM delivery_attempts a USING limits WHERE a.agent_id = limits.agent_id AND a.started_at <= limits.before`;
const DELETE_DELIVERIES = `
WITH limits AS MATERIALIZED (${LIMITS})
DELETE FROM deliveries d USING limits WHERE d.agent_id = limits.agent_id AND d.started_at <= limits.before`;

/** Keeps the tables of deliveries from growing for ever. Every node does it, and twice does no harm. */
export class DeliveryRetention {
  readonly #database: ArchiveDatabase;
  readonly #wallClockMs: () => number;
  readonly #perAgentMax: number;
  /** Attempts written here since the agent was looked at. */
  readonly #written = new Map<string, number>();

  constructor(
    database: ArchiveDatabase,
    wallClockMs: () => number,
    perAgentMax: number = DELIVERIES_PER_AGENT_MAX,
  ) {
    this.#database = database;
    this.#wallClockMs = wallClockMs;
    this.#perAgentMax = perAgentMax;
  }

  async wrote(records: readonly RecordedAttempt[]): Promise<void> {
    for (const { agentId } of records)
      this.#written.set(agentId, (this.#written.get(agentId) ?? 0) + 1);
    const due = [...this.#written].filter(([, written]) => written >= TRIM_EVERY);
    if (due.length === 0) return;
    const agentIds = due.map(([agentId]) => agentId);
    for (const agentId of agentIds) this.#written.delete(agentId);
    await this.sweep(agentIds);
  }

  async sweep(agentIds: readonly string[]): Promise<void> {
    const before = new Date(this.#wallClockMs() - DELIVERIES_KEPT_DAYS * DAY_MS).toISOString();
    for (let from = 0; from < agentIds.length; from += SWEEP_AGENTS_MAX) {
      const agents = JSON.stringify(agentIds.slice(from, from + SWEEP_AGENTS_MAX));
      // The turns last: they say which attempts go.
      for (const sql of [DELETE_ATTEMPTS, DELETE_DELIVERIES])
        await this.#database.execute(sql, agents, before, this.#perAgentMax);
    }
  }
}
