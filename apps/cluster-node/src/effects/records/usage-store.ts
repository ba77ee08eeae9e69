import { USAGE_USERS_MAX } from '@fleetlm/protocol';
import type { RecordDatabase, RecordResult } from './record-database.ts';

export interface UsageSums {
  readonly replies: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cachedInputTokens: number;
  /** By currency, in its order. */
  readonly costs: readonly { readonly currency: string; readonly costMicros: number }[];
}

export interface UsageQuestion {
  readonly agentId: string;
  /** Days of UTC, as `2026-11-30`; the last one is included. */
  readonly from: string;
  readonly to: string;
  readonly by: 'day' | 'user';
  /** Null: of all users. */
  readonly userId: string | null;
}

export interface UsageReport {
  readonly totals: UsageSums;
  /** Days in their order; users by their tokens, those with the most first. The key of erased users is empty. */
  readonly rows: readonly (UsageSums & { readonly key: string })[];
  readonly hasMore: boolean;
}

/** The sum of an agent's replies of one day, in one currency. */
export interface Spent {
  readonly agentId: string;
  readonly currency: string;
  readonly totalTokens: number;
  readonly costMicros: number;
}

interface Row {
  readonly key: string;
  readonly replies: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly cached_input_tokens: number;
  readonly costs: readonly { readonly currency: string; readonly cost_micros: number }[] | null;
}

/** A sum beyond the safe integers is shown as the largest of them. */
const sumOf = (name: string): string =>
  `least(sum(${name}), ${Number.MAX_SAFE_INTEGER})::bigint AS ${name}`;
const COUNTS = ['replies', 'input_tokens', 'output_tokens', 'total_tokens', 'cached_input_tokens']
  .map(sumOf)
  .join(', ');
const COSTS = `json_agg(json_build_object('currency', currency, 'cost_micros', cost_micros) ORDER BY currency)
  FILTER (WHERE currency <> '') AS costs`;
const OF_AGENT = `FROM usage_days WHERE agent_id = $1 AND day BETWEEN $2::date AND $3::date AND ($4 = '' OR user_id = $4)`;

/** The key is an expression of this file. */
const grouped = (key: string): string => `
SELECT key, ${COUNTS}, ${COSTS}
FROM (SELECT ${key} AS key, currency, ${COUNTS}, ${sumOf('cost_micros')} ${OF_AGENT} GROUP BY 1, 2) AS by_currency
GROUP BY key`;

const BY = {
  day: `${grouped("to_char(day, 'YYYY-MM-DD')")} ORDER BY key`,
  user: `${grouped('user_id')} ORDER BY sum(total_tokens) DESC, key LIMIT ${USAGE_USERS_MAX + 1}`,
} as const;
const TOTALS = grouped("''");

const SPENT = `
SELECT agent_id, currency, ${sumOf('total_tokens')}, ${sumOf('cost_micros')}
FROM usage_days WHERE day = $1::date AND agent_id IN (SELECT jsonb_array_elements_text($2::jsonb)) GROUP BY 1, 2`;

/** As an export has it. */
export interface UserUsage {
  readonly agent_id: string;
  readonly replies: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly cached_input_tokens: number;
}

const OF_USER = `SELECT agent_id, ${COUNTS} FROM usage_days WHERE user_id = $1 GROUP BY agent_id ORDER BY agent_id`;

/** What replies cost, from Postgres. */
export class UsageStore {
  readonly #records: RecordDatabase;

  constructor(records: RecordDatabase) {
    this.#records = records;
  }

  report({ agentId, from, to, by, userId }: UsageQuestion): Promise<RecordResult<UsageReport>> {
    const values = [agentId, from, to, userId ?? ''] as const;
    return this.#records.ask(async (database) => {
      const rows = await database.query<Row>(BY[by], ...values);
      const [totals] = await database.query<Row>(TOTALS, ...values);
      const hasMore = by === 'user' && rows.length > USAGE_USERS_MAX;
      const shown = hasMore ? rows.slice(0, USAGE_USERS_MAX) : rows;
      return {
        totals: totals === undefined ? NOTHING : sumsOf(totals),
        rows: shown.map((row) => ({ key: row.key, ...sumsOf(row) })),
        hasMore,
      };
    });
  }

  /** What replies to a user came to, by agent. */
  ofUser(userId: string): Promise<RecordResult<readonly UserUsage[]>> {
    return this.#records.ask((database) => database.query<UserUsage>(OF_USER, userId));
  }

  /** Of one day. */
  spent(day: string, agentIds: readonly string[]): Promise<RecordResult<readonly Spent[]>> {
    return this.#records.ask(async (database) => {
      const rows = await database.query<{
        readonly agent_id: string;
        readonly currency: string;
        readonly total_tokens: number;
        readonly cost_micros: number;
      }>(SPENT, day, JSON.stringify(agentIds));
      return rows.map((row) => ({
        agentId: row.agent_id,
        currency: row.currency,
        totalTokens: row.total_tokens,
        costMicros: row.cost_micros,
      }));
    });
  }
}

const NOTHING: UsageSums = {
  replies: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedInputTokens: 0,
  costs: [],
};

function sumsOf(row: Row): UsageSums {
  return {
    replies: row.replies,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    totalTokens: row.total_tokens,
    cachedInputTokens: row.cached_input_tokens,
    costs: (row.costs ?? []).map(({ currency, cost_micros }) => ({
      currency,
      costMicros: cost_micros,
    })),
  };
}
