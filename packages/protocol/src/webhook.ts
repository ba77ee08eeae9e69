import * as z from 'zod';
import { tokenUsageSchema } from './agents/usage.ts';
import { messageIdSchema, seqSchema, sessionIdSchema, timestampSchema } from './ids.ts';
import { REPLY_ERROR_LENGTH_MAX } from './limits.ts';

/** Why an agent is called: for a new message of the user, or for another answer to an earlier one. */
export const WEBHOOK_TRIGGERS = ['submit-message', 'regenerate-message'] as const;

/** How an answer ended. All but `finish` may have cut it off; what came is kept. */
export const TERMINATIONS = ['finish', 'abort', 'stop', 'error', 'disconnect'] as const;
export type Termination = (typeof TERMINATIONS)[number];

/** A message as an agent reads it: an AI SDK UIMessage and FleetLM's own fields at once. */
export const webhookMessageSchema = z.strictObject({
  id: messageIdSchema,
  role: z.enum(['user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string() })),
  seq: seqSchema.min(1),
  sender_id: z.string(),
  kind: z.string(),
  content: z.record(z.string(), z.unknown()),
  metadata: z.record(z.string(), z.unknown()),
  inserted_at: timestampSchema,
});
export type WebhookMessage = z.output<typeof webhookMessageSchema>;

/** The body of a call to an agent. `id` is the session's, as AI SDK route handlers read it. */
export const webhookRequestSchema = z.strictObject({
  id: sessionIdSchema,
  session_id: sessionIdSchema,
  agent_id: z.string(),
  user_id: z.string(),
  trigger: z.enum(WEBHOOK_TRIGGERS),
  epoch: z.int().min(1),
  attempt: z.int().min(1),
  messages: z.array(webhookMessageSchema),
});
export type WebhookRequest = z.output<typeof webhookRequestSchema>;

/** The `content` of an assembled answer. */
export const assistantContentSchema = z.strictObject({
  id: z.string(),
  role: z.literal('assistant'),
  parts: z.array(z.looseObject({ type: z.string() })),
});
export type AssistantContent = z.output<typeof assistantContentSchema>;

/** The `metadata` of an assembled answer: the agent's own beside these. */
export const assistantMetadataSchema = z.looseObject({
  epoch: z.int().min(1),
  termination: z.enum(TERMINATIONS),
  latency_ms: z.number().min(0),
  time_to_first_token_ms: z.number().min(0).nullable(),
  reasoning_ms: z.number().min(0).optional(),
  error: z.string().max(REPLY_ERROR_LENGTH_MAX).optional(),
  token_usage: tokenUsageSchema.optional(),
});
export type AssistantMetadata = z.output<typeof assistantMetadataSchema>;
