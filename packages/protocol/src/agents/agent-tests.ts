import * as z from 'zod';
import { sessionIdSchema } from '../ids.ts';
import { shortArray } from '../parse/bounded-array.ts';
import { testedAgentSchema } from './agents.ts';
import { exchangedMessageSchema, FAILURE_CODES } from './deliveries.ts';

/** Characters of a message of a test conversation. */
export const TEST_TEXT_LENGTH_MAX = 2_000;
/** What a test says when the caller leaves the text out. */
export const TEST_TEXT_DEFAULT = 'Hello!';
/** What a test conversation may have before its newest message. */
export const TEST_TURNS_MAX = 100;
/** Parts of one earlier answer of a test conversation. */
export const TEST_PARTS_MAX = 1_000;

const messageText = z
  .string()
  .min(1, 'must not be empty')
  .max(TEST_TEXT_LENGTH_MAX, `must have at most ${TEST_TEXT_LENGTH_MAX} characters`);
const text = messageText.default(TEST_TEXT_DEFAULT);
const partSchema = z.looseObject({ type: z.string() });

/** One earlier message of a test conversation. */
export const testTurnSchema = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('user'), text: messageText }),
  z.strictObject({ role: z.literal('assistant'), parts: shortArray(TEST_PARTS_MAX, partSchema) }),
]);
export type TestTurnBody = z.output<typeof testTurnSchema>;

/** `POST /api/agents/:id/test`: as it is registered, but for the address when another one is given. */
export const testAgentSchema = z.strictObject({
  text,
  session_id: sessionIdSchema.optional(),
  earlier: shortArray(TEST_TURNS_MAX, testTurnSchema).default([]),
  origin_url: testedAgentSchema.shape.origin_url.optional(),
  webhook_path: testedAgentSchema.shape.webhook_path,
});
export type TestAgent = z.output<typeof testAgentSchema>;

/** `POST /api/agents/test`: an agent that is not registered, or not like this. */
export const testNewAgentSchema = z.strictObject({ agent: testedAgentSchema, text });
export type TestNewAgent = z.output<typeof testNewAgentSchema>;

const milliseconds = z.number().min(0);

/**
 * What a test call found: the exchange, how long each part took, the chunks, and a verdict for every check. No session
 * keeps it.
 */
export const agentTestSchema = z.strictObject({
  is_healthy: z.boolean(),
  url: z.string().nullable(),
  status: z.int().nullable(),
  error_code: z.enum(FAILURE_CODES).nullable(),
  error: z.string().nullable(),
  first_byte_ms: milliseconds.nullable(),
  first_token_ms: milliseconds.nullable(),
  total_ms: milliseconds,
  request: exchangedMessageSchema.nullable(),
  response: exchangedMessageSchema.nullable(),
  chunks: z.array(
    z.strictObject({ at_ms: milliseconds, text: z.string(), error: z.string().nullable() }),
  ),
  chunk_count: z.int().min(0),
  findings: z.array(
    z.strictObject({
      check: z.string(),
      verdict: z.enum(['ok', 'warning', 'wrong', 'skipped']),
      found: z.string(),
      advice: z.string().nullable(),
    }),
  ),
  session_id: sessionIdSchema,
  answer: z.array(partSchema).nullable(),
});
export type AgentTestBody = z.output<typeof agentTestSchema>;

/** The answer of both calls. An agent that fails is a result, not an error. */
export const agentTestAnswerSchema = z.strictObject({ test: agentTestSchema });
export type AgentTestAnswer = z.output<typeof agentTestAnswerSchema>;
