import * as z from 'zod';
import { printable } from '../ids.ts';
import {
  CHAT_MESSAGES_MAX,
  CHAT_PARTS_MAX,
  CLIENT_MESSAGE_ID_LENGTH_MAX,
  RUN_ID_LENGTH_MAX,
  TOOL_REQUESTS_MAX,
} from '../limits.ts';
import { anyArray, shortArray } from '../parse/bounded-array.ts';
import { fieldErrors } from '../parse/parse.ts';

const text = z.string();
const sourceSchema = z.looseObject({
  type: z.enum(['url', 'data']),
  value: text,
  mimeType: text.optional(),
});

/** What a user may send, as AG-UI has it; `binary` is of versions before 1. */
const contentPartSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('text'), text }),
  z.looseObject({
    type: z.enum(['image', 'audio', 'video', 'document']),
    source: sourceSchema,
  }),
  z.looseObject({
    type: z.literal('binary'),
    mimeType: text,
    url: text.optional(),
    data: text.optional(),
    filename: text.optional(),
  }),
]);
export type RunContentPart = z.output<typeof contentPartSchema>;

const id = printable(CLIENT_MESSAGE_ID_LENGTH_MAX);

const newMessageSchema = z.discriminatedUnion('role', [
  z.looseObject({
    role: z.literal('user'),
    id,
    content: z.union([text, shortArray(CHAT_PARTS_MAX, contentPartSchema)]),
  }),
  z.looseObject({
    role: z.literal('tool'),
    id,
    toolCallId: text,
    content: z.unknown().optional(),
    error: text.nullish(),
  }),
]);
/** What is new in a run: the newest message of the user, or results of tools. */
export type RunMessage = z.output<typeof newMessageSchema>;

/** Only what is new is read: the newest message when it is the user's, or the results of tools behind the agent's; else nothing. */
const newMessagesSchema = anyArray<unknown>(newMessageSchema).transform(
  (messages, context): readonly RunMessage[] => {
    if (messages.length > CHAT_MESSAGES_MAX) {
      const message = `must have at most ${CHAT_MESSAGES_MAX} entries`;
      context.issues.push({ code: 'custom', message, input: messages });
      return z.NEVER;
    }
    const results = messages.length - 1 - messages.findLastIndex((one) => roleOf(one) !== 'tool');
    const isUsers = roleOf(messages.at(-1)) === 'user';
    const count = isUsers ? 1 : Math.min(results, TOOL_REQUESTS_MAX);
    const first = messages.length - count;
    return messages.slice(first).flatMap((message, at) => {
      const read = newMessageSchema.safeParse(message);
      if (read.success) return [read.data];
      for (const { path, message: wrong } of fieldErrors(read.error))
        context.issues.push({
          code: 'custom',
          message: wrong,
          path: [first + at, ...(path === '' ? [] : path.split('.'))],
          input: null,
        });
      return [];
    });
  },
);

function roleOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'role' in message
    ? message.role
    : undefined;
}

const resumeSchema = z.looseObject({
  interruptId: text,
  status: z.enum(['resolved', 'cancelled']),
  payload: z.unknown().optional(),
});
/** A decision about an interrupt of the run before. */
export type RunResume = z.output<typeof resumeSchema>;

/**
 * `RunAgentInput` of AG-UI. The history is kept here, so of `messages` only what is new is read; `state`, `tools`, `context` and
 * `forwardedProps` belong to the client and are not read.
 */
export const runAgentInputSchema = z.looseObject({
  threadId: printable(RUN_ID_LENGTH_MAX),
  runId: printable(RUN_ID_LENGTH_MAX),
  messages: newMessagesSchema,
  resume: shortArray(TOOL_REQUESTS_MAX, resumeSchema).optional(),
});
export type RunAgentInput = z.output<typeof runAgentInputSchema>;
