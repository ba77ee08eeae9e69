import { type TokenUsage, USAGE_COST_MICROS_MAX, USAGE_TOKENS_MAX } from '@fleetlm/protocol';
import { isObject, type JsonObject } from '@fleetlm/protocol/ui-stream';
import type { AgentRecord } from '../../ports.ts';

export type AgentPrices = Pick<
  AgentRecord,
  'currency' | 'inputPrice' | 'cachedInputPrice' | 'outputPrice'
>;

const MICROS = 1_000_000;

/** The names that agents give their counts: the AI SDK's of each version, OpenAI's, Anthropic's. */
const INPUT = ['inputTokens', 'promptTokens', 'prompt_tokens', 'input_tokens'];
const OUTPUT = ['outputTokens', 'completionTokens', 'completion_tokens', 'output_tokens'];
const TOTAL = ['totalTokens', 'total_tokens'];
const CACHED = [
  'cachedInputTokens',
  'inputTokenDetails.cacheReadTokens',
  'prompt_tokens_details.cached_tokens',
  'input_tokens_details.cached_tokens',
  'cache_read_input_tokens',
];

/**
 * What a reply cost, as its agent reported it in the metadata: in `totalUsage`, in `usage`, or beside them. Null: it reported
 * nothing that can be counted. Without a cost of its own it is priced as its registration says.
 */
export function tokenUsageOf(metadata: JsonObject, prices: AgentPrices | null): TokenUsage | null {
  const reported = [metadata.totalUsage, metadata.usage, metadata].find(
    (source) => isObject(source) && countIn(source, [...INPUT, ...OUTPUT, ...TOTAL]) !== null,
  );
  if (!isObject(reported)) return null;
  const input = countIn(reported, INPUT);
  const output = countIn(reported, OUTPUT);
  const sum = (input ?? 0) + (output ?? 0);
  const total = Math.max(sum, countIn(reported, TOTAL) ?? 0);
  if (total > USAGE_TOKENS_MAX) return null;
  const cached = countIn(reported, CACHED);
  const counts = {
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    total_tokens: total,
    ...(cached === null ? {} : { cached_input_tokens: Math.min(cached, input ?? 0) }),
  };
  return { ...counts, ...(reportedCost(reported, prices) ?? pricedCost(counts, prices)) };
}

type Cost = Required<Pick<TokenUsage, 'cost_micros' | 'currency'>>;

/** `costMicros` in millionths, or `cost` in whole units, with a `currency` or in that of the agent. */
function reportedCost(reported: JsonObject, prices: AgentPrices | null): Cost | null {
  const micros = numberAt(reported, 'costMicros') ?? numberAt(reported, 'cost_micros');
  const whole = numberAt(reported, 'cost');
  const cost = micros ?? (whole === null ? null : whole * MICROS);
  const stated = reported.currency;
  const currency =
    typeof stated === 'string' && /^[A-Z]{3}$/.test(stated) ? stated : (prices?.currency ?? 'USD');
  return cost === null ? null : costOf(cost, currency);
}

/** A price of a million tokens is that of one token in millionths. */
function pricedCost(counts: TokenUsage, prices: AgentPrices | null): Cost | null {
  if (prices === null || prices.inputPrice === null || prices.outputPrice === null) return null;
  const cached = counts.cached_input_tokens ?? 0;
  const cost =
    (counts.input_tokens - cached) * prices.inputPrice +
    cached * (prices.cachedInputPrice ?? prices.inputPrice) +
    counts.output_tokens * prices.outputPrice;
  return costOf(cost, prices.currency);
}

function costOf(micros: number, currency: string): Cost | null {
  const rounded = Math.round(micros);
  return rounded > USAGE_COST_MICROS_MAX ? null : { cost_micros: rounded, currency };
}

/** The first of these fields that holds a count. */
function countIn(source: JsonObject, names: readonly string[]): number | null {
  for (const name of names) {
    const count = numberAt(source, name);
    if (count !== null && Number.isInteger(count) && count <= USAGE_TOKENS_MAX) return count;
  }
  return null;
}

/** A number that is not negative. */
function numberAt(source: JsonObject, path: string): number | null {
  let value: unknown = source;
  for (const name of path.split('.')) value = isObject(value) ? value[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}
