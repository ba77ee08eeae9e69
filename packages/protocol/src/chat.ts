import * as z from 'zod';
import { agentIdSchema, printable } from './ids.ts';

/** A UIMessage of whatever version of the AI SDK: only the newest one is read, and only its parts. */
export const uiMessageSchema = z.looseObject({
  id: z.string(),
  role: z.enum(['system', 'user', 'assistant']),
  parts: z.array(z.looseObject({ type: z.string() })),
});
export type UiMessageBody = z.output<typeof uiMessageSchema>;

/** A session's id, or one that a browser made for itself. */
export const chatIdSchema = printable(128);

/**
 * `POST /api/chat`, as an unmodified `useChat` sends it. `id` is a session's, or one that the browser made:
 * then `agent_id` is needed to create the session.
 */
export const chatRequestSchema = z.strictObject({
  id: chatIdSchema,
  messages: z.array(uiMessageSchema).min(1, 'must not be empty'),
  trigger: z.enum(['submit-message', 'regenerate-message']),
  messageId: z.string().nullish(),
  agent_id: agentIdSchema.optional(),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;
