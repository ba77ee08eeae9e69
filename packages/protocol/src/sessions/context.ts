import * as z from 'zod';
import { AGENT_FIELDS } from '../agents/agent-fields.ts';
import { seqSchema } from '../ids.ts';
import {
  AGENT_HISTORY_LIMIT_MAX,
  COMPACTION_BUDGET_MAX,
  COMPACTION_BUDGET_MIN,
  SUMMARY_LENGTH_MAX,
} from '../limits.ts';
import { isStorable } from '../parse/json-object.ts';
import { webhookMessageSchema } from '../webhook.ts';

/** The key of a session's metadata that its user can't set: how its agent is sent another context than others are. */
export const CONTEXT_METADATA_KEY = 'fleetlm_context';

/** What a session has in place of its agent's settings; null: as the agent. */
export const contextOverridesSchema = z.strictObject({
  message_history_mode: z
    .enum(AGENT_FIELDS.message_history_mode.type.values)
    .nullable()
    .default(null),
  message_history_limit: z.int().min(1).max(AGENT_HISTORY_LIMIT_MAX).nullable().default(null),
  message_history_parts: z
    .enum(AGENT_FIELDS.message_history_parts.type.values)
    .nullable()
    .default(null),
  token_budget: z
    .int()
    .min(COMPACTION_BUDGET_MIN)
    .max(COMPACTION_BUDGET_MAX)
    .nullable()
    .default(null),
});
export type ContextOverrides = z.output<typeof contextOverridesSchema>;

/** `PUT /api/sessions/:id/context`: replaces the overrides. */
export const setContextSchema = z.strictObject({ overrides: contextOverridesSchema });

/** `POST /api/sessions/:id/context/summary`: stands for all messages up to a number. */
export const summarizeSchema = z.strictObject({
  through_seq: seqSchema.min(1),
  summary: z
    .string()
    .min(1, 'must not be empty')
    .max(SUMMARY_LENGTH_MAX, `must have at most ${SUMMARY_LENGTH_MAX} characters`)
    .refine(isStorable, 'must not contain U+0000 or half a surrogate pair'),
});
export type Summarize = z.output<typeof summarizeSchema>;

/** What the agent of a conversation would be sent now. */
export const contextAnswerSchema = z.strictObject({
  messages: z.array(webhookMessageSchema),
  /** Estimated, unless the agent reports its usage. */
  tokens: z.int().min(0),
  truncated: z.boolean(),
  compacted_through_seq: seqSchema.nullable(),
  token_budget: z.int().nullable(),
  overrides: contextOverridesSchema,
  omitted: z.int().min(0),
});
/** What the agent of a conversation would be sent now. */
export type ContextAnswer = z.output<typeof contextAnswerSchema>;
