import { tokenUsageSchema, USAGE_COST_MICROS_MAX, USAGE_TOKENS_MAX } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { type AgentPrices, tokenUsageOf } from './token-usage.ts';

const FREE: AgentPrices = {
  currency: 'USD',
  inputPrice: null,
  cachedInputPrice: null,
  outputPrice: null,
};
const PRICED: AgentPrices = { ...FREE, currency: 'EUR', inputPrice: 3, outputPrice: 15 };
const COUNTS = { input_tokens: 100, output_tokens: 20, total_tokens: 120 };

test.each([
  ['the AI SDK 5 and later', { usage: { inputTokens: 100, outputTokens: 20, totalTokens: 120 } }],
  ['the AI SDK, whole run', { totalUsage: { inputTokens: 100, outputTokens: 20 }, usage: {} }],
  ['the AI SDK 4', { usage: { promptTokens: 100, completionTokens: 20 } }],
  ['OpenAI', { usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } }],
  ['Anthropic', { usage: { input_tokens: 100, output_tokens: 20 } }],
  ['beside other metadata', { model: 'm', inputTokens: 100, outputTokens: 20 }],
])('reads the usage as %s reports it', (_name, metadata) => {
  expect(tokenUsageOf(metadata, FREE)).toEqual(COUNTS);
});

test.each([
  { inputTokens: 100, cachedInputTokens: 40 },
  { inputTokens: 100, inputTokenDetails: { cacheReadTokens: 40 } },
  { prompt_tokens: 100, prompt_tokens_details: { cached_tokens: 40 } },
  { input_tokens: 100, input_tokens_details: { cached_tokens: 40 } },
  { input_tokens: 100, cache_read_input_tokens: 40 },
])('reads how much of the input came from a cache: %j', (usage) => {
  expect(tokenUsageOf({ usage }, FREE)).toMatchObject({
    input_tokens: 100,
    cached_input_tokens: 40,
  });
});

test('only a total is a usage too', () => {
  expect(tokenUsageOf({ totalTokens: 7 }, FREE)).toEqual({
    input_tokens: 0,
    output_tokens: 0,
    total_tokens: 7,
  });
});

test.each([
  {},
  { usage: null },
  { usage: 'many' },
  { usage: { totalTokens: '12' } },
  { usage: { totalTokens: -1 } },
  { usage: { totalTokens: 1.5 } },
  { usage: { totalTokens: Number.NaN } },
  { usage: [1, 2] },
])('what holds no count is no usage: %j', (metadata) => {
  expect(tokenUsageOf(metadata, PRICED)).toBeNull();
});

test('a reply is priced as its agent is registered, cached input apart', () => {
  const usage = { inputTokens: 1_000, cachedInputTokens: 400, outputTokens: 100 };
  expect(tokenUsageOf({ usage }, PRICED)).toMatchObject({ cost_micros: 4_500, currency: 'EUR' });
  expect(tokenUsageOf({ usage }, { ...PRICED, cachedInputPrice: 0.5 })).toMatchObject({
    cost_micros: 3_500,
  });
  expect(tokenUsageOf({ usage }, FREE)).not.toHaveProperty('cost_micros');
  expect(tokenUsageOf({ usage }, null)).not.toHaveProperty('currency');
});

test.each([
  [{ cost: 0.0125 }, 12_500, 'EUR'],
  [{ cost: 0.0125, currency: 'GBP' }, 12_500, 'GBP'],
  [{ costMicros: 7 }, 7, 'EUR'],
  [{ cost_micros: 7, currency: 'pounds' }, 7, 'EUR'],
])('a cost that the agent reports goes before its prices: %j', (reported, micros, currency) => {
  const usage = { inputTokens: 1_000, outputTokens: 100, ...reported };
  expect(tokenUsageOf({ usage }, PRICED)).toMatchObject({ cost_micros: micros, currency });
});

test('a report of more tokens, or of a higher cost, than a reply may have is passed over', () => {
  const most = { inputTokens: USAGE_TOKENS_MAX, costMicros: USAGE_COST_MICROS_MAX };
  expect(tokenUsageSchema.parse(tokenUsageOf({ usage: most }, FREE))).toMatchObject({
    total_tokens: USAGE_TOKENS_MAX,
    cost_micros: USAGE_COST_MICROS_MAX,
  });
  expect(tokenUsageOf({ usage: { ...most, inputTokens: USAGE_TOKENS_MAX + 1 } }, FREE)).toBeNull();
  expect(tokenUsageOf({ usage: { ...most, outputTokens: 1 } }, FREE)).toBeNull();
  const dear = { ...most, costMicros: USAGE_COST_MICROS_MAX + 1 };
  expect(tokenUsageOf({ usage: dear }, FREE)).toEqual({
    input_tokens: USAGE_TOKENS_MAX,
    output_tokens: 0,
    total_tokens: USAGE_TOKENS_MAX,
  });
});
