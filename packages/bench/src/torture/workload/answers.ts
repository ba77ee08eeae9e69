import * as z from 'zod';

/** The cluster's answers as far as the load reads them; anything else in them is not looked at. */

export const messageShape = z.object({
  id: z.string(),
  seq: z.number(),
  sender_id: z.string(),
  kind: z.string(),
  content: z.record(z.string(), z.unknown()),
  metadata: z.record(z.string(), z.unknown()),
});
export type ReadMessage = z.output<typeof messageShape>;

export const pageShape = z.object({
  messages: z.array(messageShape),
  last_seq: z.number(),
  has_more: z.boolean(),
});

export const errorShape = z.object({
  code: z.string(),
  retryable: z.boolean(),
  message: z.string().optional(),
  detail: z.string().optional(),
});

export const joinAckShape = z.discriminatedUnion('ok', [
  pageShape.extend({ ok: z.literal(true), agent: z.object({ status: z.string() }) }),
  z.object({ ok: z.literal(false), error: errorShape }),
]);

export const sendAckShape = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), seq: z.number() }),
  z.object({ ok: z.literal(false), error: errorShape }),
]);

export const messageAnswerShape = z.object({ message: z.object({ seq: z.number() }) });

export const sessionAnswerShape = z.object({
  session: z.object({ id: z.string(), last_seq: z.number(), last_read_seq: z.number() }),
});

/** `content` of a message that the load sent. */
export const sentContentShape = z.object({ append: z.number(), text: z.string() });
