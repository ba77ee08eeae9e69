import * as z from 'zod';
import { agentIdSchema, printable } from '../ids.ts';
import {
  CHAT_ID_LENGTH_MAX,
  CHAT_MESSAGES_MAX,
  CHAT_PARTS_MAX,
  CLIENT_MESSAGE_ID_LENGTH_MAX,
} from '../limits.ts';
import { anyArray, boundedArray } from '../parse/bounded-array.ts';
import { fieldErrors } from '../parse/parse.ts';
import { isMessagePart, type MessagePart } from './text-content.ts';

/** Checked by hand: a message has thousands of parts, and a schema per part would cost more than the parsing. */
const partsSchema = boundedArray<MessagePart>(
  CHAT_PARTS_MAX,
  isMessagePart,
  'must be an object with a `type`',
  z.looseObject({ type: z.string() }),
);

/** A UIMessage of whatever version of the AI SDK. */
export const uiMessageSchema = z.looseObject({
  id: printable(CLIENT_MESSAGE_ID_LENGTH_MAX),
  role: z.enum(['system', 'user', 'assistant']),
  parts: partsSchema,
});
export type UiMessageBody = z.output<typeof uiMessageSchema>;

/** A session's id, or one that a browser made for itself. */
export const chatIdSchema = printable(CHAT_ID_LENGTH_MAX);

/**
 * The history that a browser sends along. Only the newest message is read, so only that one is validated and
 * kept: the cost of a request does not grow with what is not read.
 */
const newestMessageSchema = anyArray<unknown>(uiMessageSchema).transform(
  (messages, context): readonly UiMessageBody[] => {
    if (messages.length === 0 || messages.length > CHAT_MESSAGES_MAX) {
      const message =
        messages.length === 0
          ? 'must not be empty'
          : `must have at most ${CHAT_MESSAGES_MAX} entries`;
      context.issues.push({ code: 'custom', message, input: messages });
      return z.NEVER;
    }
    const newest = uiMessageSchema.safeParse(messages.at(-1));
    if (newest.success) return [newest.data];
    for (const { path, message } of fieldErrors(newest.error))
      context.issues.push({
        code: 'custom',
        message,
        path: [messages.length - 1, ...(path === '' ? [] : path.split('.'))],
        input: null,
      });
    return z.NEVER;
  },
);

/**
 * `POST /api/chat`, as an unmodified `useChat` sends it. `id` is a session's, or one that the browser made:
 * then `agent_id` is needed to create the session. Of `messages` the newest is left.
 */
export const chatRequestSchema = z.strictObject({
  id: chatIdSchema,
  messages: newestMessageSchema,
  trigger: z.enum(['submit-message', 'regenerate-message']),
  messageId: printable(CLIENT_MESSAGE_ID_LENGTH_MAX).nullish(),
  agent_id: agentIdSchema.optional(),
});
export type ChatRequest = z.output<typeof chatRequestSchema>;
