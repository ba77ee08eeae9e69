import * as z from 'zod';
import {
  agentIdSchema,
  clientMessageIdSchema,
  kindSchema,
  messageIdSchema,
  seqSchema,
  sessionIdSchema,
  timestampSchema,
  userIdSchema,
} from '../ids.ts';
import {
  CONTENT_BYTES_MAX,
  METADATA_BYTES_MAX,
  PAGE_LIMIT_DEFAULT,
  PAGE_LIMIT_MAX,
  SEQ_MAX,
} from '../limits.ts';
import { jsonObject } from '../parse/json-object.ts';
import { checkContent, TEXT_KIND } from './text-content.ts';

/** `content` of a message: a JSON object, bounded in bytes and nesting. */
export const contentSchema = jsonObject(CONTENT_BYTES_MAX);
/** `metadata` of a message or a session: a JSON object, bounded in bytes and nesting. */
export const metadataSchema = jsonObject(METADATA_BYTES_MAX);

/** What passed the checks at append is not checked again on the way out. */
const storedObjectSchema = z.record(z.string(), z.unknown());

/** A committed message. `sender_id` is the user's or the agent's id. */
export const messageSchema = z.strictObject({
  id: messageIdSchema,
  session_id: sessionIdSchema,
  seq: seqSchema.min(1),
  sender_id: z.string(),
  kind: z.string(),
  content: storedObjectSchema,
  metadata: storedObjectSchema,
  inserted_at: timestampSchema,
});
export type MessageBody = z.output<typeof messageSchema>;

const newMessageFields = {
  kind: kindSchema.default(TEXT_KIND),
  content: contentSchema,
  metadata: metadataSchema.default({}),
};

/** `POST /api/sessions/:id/messages`: exactly one of `user_id` and `agent_id`. */
export const postMessageSchema = z
  .strictObject({
    user_id: userIdSchema.optional(),
    agent_id: agentIdSchema.optional(),
    ...newMessageFields,
    client_message_id: clientMessageIdSchema.optional(),
    expected_seq: seqSchema.optional(),
  })
  .check((context) => {
    const { user_id, agent_id } = context.value;
    if ((user_id === undefined) !== (agent_id === undefined)) return;
    context.issues.push({
      code: 'custom',
      message:
        user_id === undefined ? 'is required, or agent_id' : 'must not come together with agent_id',
      path: ['user_id'],
      input: context.value,
    });
  })
  .check(checkContent);
export type PostMessage = z.output<typeof postMessageSchema>;

/** `session:send`. */
export const sendMessageSchema = z
  .strictObject({
    session_id: sessionIdSchema,
    client_message_id: clientMessageIdSchema,
    expected_seq: seqSchema.optional(),
    ...newMessageFields,
  })
  .check(checkContent);
export type SendMessage = z.output<typeof sendMessageSchema>;
/** What a client may leave out is optional here. */
export type SendMessageInput = z.input<typeof sendMessageSchema>;

/** 201: the message was appended; 200: its `client_message_id` was seen before, and this is that message. */
export const messageAnswerSchema = z.strictObject({ message: messageSchema });
export type MessageAnswer = z.output<typeof messageAnswerSchema>;

/** A page of messages, ascending by seq and without a gap. `has_more`: more follow in the direction that was asked for. */
export const messagesAnswerSchema = z.strictObject({
  messages: z.array(messageSchema),
  last_seq: seqSchema,
  has_more: z.boolean(),
});
export type MessagesAnswer = z.output<typeof messagesAnswerSchema>;

/** A whole number in a query string. */
export function queryInteger(min: number, max: number) {
  const message = `must be an integer from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, { error: message, abort: true })
    .transform(Number)
    .pipe(z.int().min(min, message).max(max, message));
}

/** `limit` of a page, in a query. */
export const pageLimitQuerySchema = queryInteger(1, PAGE_LIMIT_MAX).default(PAGE_LIMIT_DEFAULT);

/** `GET /api/sessions/:id/messages`: forward from `after_seq`, or back from `before_seq`. */
export const messagesQuerySchema = z
  .strictObject({
    after_seq: queryInteger(0, SEQ_MAX).optional(),
    before_seq: queryInteger(1, SEQ_MAX).optional(),
    limit: pageLimitQuerySchema,
  })
  .check((context) => {
    const { after_seq, before_seq } = context.value;
    if (after_seq !== undefined && before_seq !== undefined)
      context.issues.push({
        code: 'custom',
        message: 'must not come together with after_seq',
        path: ['before_seq'],
        input: context.value,
      });
  })
  .transform(({ after_seq, before_seq, limit }) =>
    before_seq === undefined ? { after_seq: after_seq ?? 0, limit } : { before_seq, limit },
  );
export type MessagesQuery = z.output<typeof messagesQuerySchema>;
