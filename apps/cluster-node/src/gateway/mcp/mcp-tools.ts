import {
  clientMessageIdSchema,
  type ErrorCode,
  invalidField,
  type MessageBody,
  pageCursorSchema,
  parse,
  postMessageSchema,
  SEARCH_LIMIT_DEFAULT,
  SEARCH_LIMIT_MAX,
  SEQ_MAX,
  searchQuerySchema,
  sessionIdSchema,
  userIdSchema,
} from '@fleetlm/protocol';
import { partsOf, textOfParts } from '@fleetlm/protocol/ui-stream';
import * as z from 'zod';
import type { Runtime } from '../../runtime/runtime-api.ts';
import { forCaller, requireSelf, visibleSession } from '../access/access.ts';
import type { Identity } from '../access/identity.ts';
import { JOIN_BYTES_MAX } from '../limits.ts';
import { refusals } from '../refusals.ts';
import { parsedOf, RequestError } from '../request-error.ts';
import { firstWithin } from '../socket/session-join.ts';
import { foundMessage, inboxEntry, messageBody } from '../wire.ts';

/** Entries that a tool gives at most, and when it is not asked for a number. */
export const MCP_ENTRIES_MAX = 100;
const ENTRIES_DEFAULT = 20;

const { value } = refusals<ErrorCode>();

/** Of one caller: a tool sees and does what its token may. */
export interface ToolPorts {
  readonly runtime: Runtime;
  readonly identity: Identity;
}

export interface Tool<S extends z.ZodObject = z.ZodObject> {
  readonly title: string;
  readonly description: string;
  readonly input: S;
  readonly isReadOnly: boolean;
  /** Throws a RequestError, whose detail is for the caller's eyes. */
  run(ports: ToolPorts, input: z.output<S>): Promise<object>;
}

/** Ties the input of a tool to its schema. */
function tool<S extends z.ZodObject>(definition: Tool<S>): Tool {
  return {
    ...definition,
    run: (ports, input) => definition.run(ports, definition.input.parse(input)),
  };
}

const userId = userIdSchema
  .optional()
  .describe('Whose conversations. With a user’s token left out; with the API key needed.');
const limit = (max: number, fallback: number) => z.int().min(1).max(max).default(fallback);
const sessionId = sessionIdSchema.describe('The id of the conversation.');
const seq = z.int().min(0).max(SEQ_MAX);

export const TOOLS: Readonly<Record<string, Tool>> = {
  list_conversations: tool({
    title: 'List conversations',
    description:
      'The conversations of a user, newest activity first, with what was said last in each. `next` is `before` for older ones.',
    isReadOnly: true,
    input: z.strictObject({
      user_id: userId,
      limit: limit(MCP_ENTRIES_MAX, ENTRIES_DEFAULT),
      before: pageCursorSchema.optional(),
    }),
    run: async ({ runtime, identity }, input) => {
      const page = value(
        await runtime.listSessions({
          userId: subject(identity, input.user_id),
          limit: input.limit,
          before: input.before ?? null,
        }),
      );
      const conversations = page.sessions.map((session) => inboxEntry(session, runtime));
      return { conversations, next: page.next };
    },
  }),

  read_conversation: tool({
    title: 'Read a conversation',
    description:
      'Messages of a conversation in order: the newest ones, those before `before_seq`, or those after `after_seq`. `has_more`: there are more in this direction.',
    isReadOnly: true,
    input: z.strictObject({
      session_id: sessionId,
      after_seq: seq.optional(),
      before_seq: seq.min(1).optional(),
      limit: limit(MCP_ENTRIES_MAX, ENTRIES_DEFAULT),
    }),
    run: async ({ runtime, identity }, input) => {
      const { after_seq: afterSeq, before_seq, limit: count } = input;
      if (afterSeq !== undefined && before_seq !== undefined)
        throw new RequestError(invalidField('before_seq', 'must not come together with after_seq'));
      const session = await visibleSession(runtime, identity, input.session_id, refusals());
      const beforeSeq = before_seq ?? session.lastSeq + 1;
      const range = afterSeq === undefined ? { beforeSeq } : { afterSeq };
      const page = value(
        await runtime.readMessages({ sessionId: session.id, ...range, limit: count }),
      );
      // Of a page that is too long the messages that are nearest to where it begins are kept.
      const { messages, hasMore } = page;
      const kept =
        afterSeq === undefined
          ? firstWithin(messages.toReversed(), JOIN_BYTES_MAX).toReversed()
          : firstWithin(messages, JOIN_BYTES_MAX);
      return {
        agent_id: session.agentId,
        user_id: session.userId,
        run: session.dispatch.status,
        last_seq: page.lastSeq,
        has_more: hasMore || kept.length < messages.length,
        messages: kept.map(messageBody).map(shown),
      };
    },
  }),

  search_messages: tool({
    title: 'Search messages',
    description:
      'Messages of a user’s conversations that hold a text, newest first. What was said within the last seconds is not found yet.',
    isReadOnly: true,
    input: z.strictObject({
      q: searchQuerySchema.shape.q,
      user_id: userId,
      limit: limit(SEARCH_LIMIT_MAX, SEARCH_LIMIT_DEFAULT),
    }),
    run: async ({ runtime, identity }, input) => {
      const search = {
        userId: subject(identity, input.user_id),
        text: input.q,
        limit: input.limit,
      };
      return { results: value(await runtime.searchMessages(search)).map(foundMessage) };
    },
  }),

  post_message: tool({
    title: 'Post a message',
    description:
      'Appends a message of the user to a conversation; its agent is asked for a reply, which `read_conversation` shows when it is there. With a `client_message_id` of your own the same call may be made again: the message is appended once.',
    isReadOnly: false,
    input: z.strictObject({
      session_id: sessionId,
      text: z.string().min(1),
      client_message_id: clientMessageIdSchema.optional(),
    }),
    run: async ({ runtime, identity }, input) => {
      const { session_id, text, client_message_id } = input;
      const session = await visibleSession(runtime, identity, session_id, refusals());
      // As every other edge checks it.
      const { kind, content, metadata } = parsedOf(
        parse(postMessageSchema, { user_id: session.userId, content: { text } }),
      );
      const appended = value(
        forCaller(
          identity,
          session.id,
          await runtime.append({
            sessionId: session.id,
            sender: { type: 'user', id: session.userId },
            kind,
            content,
            metadata,
            clientMessageId: client_message_id ?? null,
          }),
        ),
      );
      const { id, seq: at, duplicate } = appended;
      return { id, seq: at, duplicate };
    },
  }),
};

/** The user that is named, or the caller. Throws `forbidden` for another user. */
function subject(identity: Identity, named: string | undefined): string {
  if (named !== undefined) {
    requireSelf(identity, named);
    return named;
  }
  if (identity.type === 'user') return identity.userId;
  throw new RequestError(invalidField('user_id', 'is required with the API key'));
}

/** A message as a model reads it: what was said, and by whom. */
function shown({ id, seq: at, sender_id, kind, content, inserted_at }: MessageBody): object {
  const text = typeof content.text === 'string' ? content.text : textOfParts(partsOf({ content }));
  return { id, seq: at, sender_id, kind, text, inserted_at };
}
