import * as z from 'zod';
import { agentIdSchema, printable, userIdSchema } from '../ids.ts';
import { CHAT_ID_LENGTH_MAX, CHAT_MESSAGES_MAX, CHAT_PARTS_MAX } from '../limits.ts';
import { anyArray, shortArray } from '../parse/bounded-array.ts';
import { fieldErrors } from '../parse/parse.ts';

const text = z.string();

const contentPartSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text }),
  z.looseObject({
    type: z.literal('image_url'),
    image_url: z.looseObject({ url: text }),
  }),
]);
export type CompletionContentPart = z.output<typeof contentPartSchema>;

const newMessageSchema = z.looseObject({
  role: z.literal('user', { error: 'the newest message must be of the user' }),
  content: z.union([text.min(1), shortArray(CHAT_PARTS_MAX, contentPartSchema)]),
});

/** The newest message, and whether others of the conversation come before it. */
const newMessagesSchema = anyArray<unknown>(newMessageSchema).transform((messages, context) => {
  if (messages.length === 0 || messages.length > CHAT_MESSAGES_MAX) {
    const message =
      messages.length === 0
        ? 'must not be empty'
        : `must have at most ${CHAT_MESSAGES_MAX} entries`;
    context.issues.push({ code: 'custom', message, input: messages });
    return z.NEVER;
  }
  const newest = newMessageSchema.safeParse(messages.at(-1));
  if (newest.success) {
    const { content } = newest.data;
    return { content, hasHistory: messages.slice(0, -1).some(isOfConversation) };
  }
  for (const { path, message } of fieldErrors(newest.error))
    context.issues.push({
      code: 'custom',
      message,
      path: [messages.length - 1, ...(path === '' ? [] : path.split('.'))],
      input: null,
    });
  return z.NEVER;
});

/** Instructions are the agent's own; a client may send some all the same. */
function isOfConversation(message: unknown): boolean {
  const role =
    typeof message === 'object' && message !== null && 'role' in message ? message.role : null;
  return role !== 'system' && role !== 'developer';
}

/** Something that would change what the answer is, and that an agent is not asked for. */
const none = (what: string) =>
  z
    .unknown()
    .refine(
      (value) =>
        value === undefined ||
        value === null ||
        value === 'none' ||
        (Array.isArray(value) && value.length === 0),
      `must be left out: ${what}`,
    )
    .optional();

/** Names the conversation that a completion belongs to: a session's id, or a name of the caller's own. */
export const COMPLETION_SESSION_HEADER = 'x-fleetlm-session';

export const completionHeadersSchema = z.object({
  [COMPLETION_SESSION_HEADER]: printable(CHAT_ID_LENGTH_MAX).optional(),
});

/** `POST /v1/chat/completions`. `model` is an agent; settings of models that are not named here are not used. */
export const completionRequestSchema = z.looseObject({
  model: agentIdSchema,
  messages: newMessagesSchema,
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  user: userIdSchema.nullish(),
  n: z.literal(1, { error: 'must be 1: a conversation has one answer' }).nullish(),
  tools: none('tools are the agent’s own'),
  functions: none('tools are the agent’s own'),
});
export type CompletionRequest = z.output<typeof completionRequestSchema>;

const usageSchema = z.looseObject({
  prompt_tokens: z.number().min(0),
  completion_tokens: z.number().min(0),
  total_tokens: z.number().min(0),
});

export const completionSchema = z.strictObject({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int().min(0),
  model: z.string(),
  choices: z.array(
    z.strictObject({
      index: z.int().min(0),
      message: z.strictObject({
        role: z.literal('assistant'),
        content: z.string(),
        refusal: z.null(),
        reasoning_content: z.string().optional(),
      }),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'length', 'content_filter']),
    }),
  ),
  usage: usageSchema.optional(),
});
/** A completion that is answered as a whole. */
export type Completion = z.output<typeof completionSchema>;

export const modelsSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.strictObject({
      id: agentIdSchema,
      object: z.literal('model'),
      created: z.int().min(0),
      owned_by: z.string(),
    }),
  ),
});
