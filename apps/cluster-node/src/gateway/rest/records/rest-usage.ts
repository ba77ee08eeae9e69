import type { UsageAnswer, UsageQuery, UsageRow } from '@fleetlm/protocol';
import type { AgentRecord, AgentUsage, Runtime } from '../../../runtime/runtime-api.ts';
import { knownAgent } from '../../access/access.ts';
import { csvLine } from '../../csv.ts';
import { type Days, daysOf } from '../../days.ts';
import type { Refusals } from '../../refusals.ts';
import type { Handlers } from '../rest-call.ts';

interface UsageCall
  extends Refusals<'not_found' | 'no_quorum' | 'archive_unavailable' | 'invalid_request'> {
  readonly params: { readonly id: string };
  readonly query: UsageQuery;
}

/** What the replies of agents cost. */
export function usageHandlers(runtime: Runtime, wallClockMs: () => number) {
  const answerOf = async (call: UsageCall): Promise<UsageAnswer> => {
    const { by, user_id } = call.query;
    const agent = await knownAgent(runtime, call.params.id, call);
    const days = daysOf(call.query, wallClockMs(), call);
    const asked = { ...days, by, userId: user_id ?? null };
    return usageAnswer(agent, asked, call.value(await runtime.usage.report(agent, asked)));
  };
  return {
    getUsage: (call) => answerOf(call),

    getUsageCsv: async (call) => {
      const { rows } = await answerOf(call);
      const { from = '', to = '' } = call.query;
      call.reply.type('text/csv; charset=utf-8');
      call.reply.header(
        'content-disposition',
        `attachment; filename="${fileName([call.params.id, from, to])}"`,
      );
      return [csvLine(COLUMNS), ...rows.flatMap(linesOf)].join('');
    },
  } satisfies Partial<Handlers>;
}

/** Names of agents and days have no characters that a header would have to escape. */
function fileName(parts: readonly string[]): string {
  return `usage-${parts.filter((part) => part !== '').join('-')}.csv`;
}

function usageAnswer(
  agent: AgentRecord,
  { from, to, by }: Days & Pick<UsageQuery, 'by'>,
  { totals, rows, hasMore, budget }: AgentUsage,
): UsageAnswer {
  return {
    from,
    to,
    totals: sumsBody(totals),
    rows: rows.map((row) => ({
      day: by === 'day' ? row.key : null,
      user_id: by === 'user' && row.key !== '' ? row.key : null,
      ...sumsBody(row),
    })),
    has_more: hasMore,
    budget: {
      day: budget.day,
      currency: agent.currency,
      daily_token_budget: agent.dailyTokenBudget,
      daily_cost_budget: agent.dailyCostBudget,
      total_tokens: budget.totalTokens,
      cost_micros: budget.costMicros,
      is_exhausted: budget.isExhausted,
    },
  };
}

function sumsBody(sums: AgentUsage['totals']): UsageAnswer['totals'] {
  return {
    replies: sums.replies,
    input_tokens: sums.inputTokens,
    output_tokens: sums.outputTokens,
    total_tokens: sums.totalTokens,
    cached_input_tokens: sums.cachedInputTokens,
    costs: sums.costs.map(({ currency, costMicros }) => ({ currency, cost_micros: costMicros })),
  };
}

const COLUMNS = [
  'day',
  'user_id',
  'replies',
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cached_input_tokens',
  'currency',
  'cost_micros',
];

/** Tokens are in the first line of a row alone, so that columns can be summed. */
function linesOf(row: UsageRow): readonly string[] {
  const costs = row.costs.length === 0 ? [{ currency: '', cost_micros: 0 }] : row.costs;
  return costs.map(({ currency, cost_micros }, index) => {
    const { replies, input_tokens, output_tokens, total_tokens, cached_input_tokens } = row;
    const counts = [replies, input_tokens, output_tokens, total_tokens, cached_input_tokens];
    return csvLine([
      row.day ?? '',
      row.user_id ?? '',
      ...counts.map((count) => (index === 0 ? count : 0)),
      currency,
      cost_micros,
    ]);
  });
}
