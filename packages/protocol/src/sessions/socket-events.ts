import * as z from 'zod';
import type { AckError } from '../errors/error-codes.ts';
import { messageIdSchema, seqSchema, sessionIdSchema, timestampSchema } from '../ids.ts';
import { messageSchema } from './messages.ts';
import {
  type InboxEntry,
  inboxEntrySchema,
  pageCursorSchema,
  RUN_STATUSES,
  runStateSchema,
  sessionSchema,
} from './sessions.ts';

/** An AI SDK UI message chunk: its `type` and the fields that belong to it. */
export const chunkSchema = z.looseObject({ type: z.string() });
export type Chunk = z.output<typeof chunkSchema>;

/** What every event of a client is answered with. */
export type Ack<T> = (T & { readonly ok: true }) | { readonly ok: false; readonly error: AckError };

// Client to server.

/** `session:join`. `last_seq` 0: from the first message. */
export const sessionJoinSchema = z.strictObject({
  session_id: sessionIdSchema,
  last_seq: seqSchema,
});
export type SessionJoin = z.output<typeof sessionJoinSchema>;

/** `session:leave`, `session:stop`, `session:retry`. */
export const sessionRefSchema = z.strictObject({ session_id: sessionIdSchema });
export type SessionRef = z.output<typeof sessionRefSchema>;

/** `session:read`. */
export const sessionReadSchema = z.strictObject({
  session_id: sessionIdSchema,
  last_seq: seqSchema,
});
export type SessionRead = z.output<typeof sessionReadSchema>;

/** `inbox:join`. */
export const inboxJoinSchema = z.strictObject({});
export type InboxJoin = z.output<typeof inboxJoinSchema>;

/** `before` is the `next` of the join, or of the page before. */
export const inboxPageSchema = z.strictObject({ before: pageCursorSchema });
export type InboxPage = z.output<typeof inboxPageSchema>;

/** `ping`. */
export const pingSchema = z.strictObject({});

// Acks.

/**
 * The answer in progress, from its first chunk. Neighbouring chunks that continue one text are one here, so the live
 * chunks that follow are numbered from `next_index`.
 */
export const liveAnswerSchema = z.strictObject({
  epoch: z.int().min(1),
  attempt: z.int().min(1),
  chunks: z.array(chunkSchema),
  next_index: z.int().min(0),
});
export type LiveAnswer = z.output<typeof liveAnswerSchema>;

/** The ack of `session:join`: what was missed, and with `stream` the run in progress. */
export const sessionJoinedSchema = z.strictObject({
  ok: z.literal(true),
  session: sessionSchema,
  messages: z.array(messageSchema),
  last_seq: seqSchema,
  has_more: z.boolean(),
  agent: runStateSchema,
  stream: liveAnswerSchema.optional(),
});
export type SessionJoined = z.output<typeof sessionJoinedSchema>;

/** The ack of `session:send`. `duplicate`: the message was stored before, under the same `client_message_id`. */
export const messageSentSchema = z.strictObject({
  ok: z.literal(true),
  seq: seqSchema.min(1),
  id: messageIdSchema,
  inserted_at: timestampSchema,
  duplicate: z.boolean(),
});
export type MessageSent = z.output<typeof messageSentSchema>;

/** The ack of `session:read`: where the cursor is now. */
export const readMarkedSchema = z.strictObject({ ok: z.literal(true), last_read_seq: seqSchema });
export type ReadMarked = z.output<typeof readMarkedSchema>;

/** The ack of `inbox:join`, newest activity first. `version` is the one that the next `inbox:delta` continues. */
export const inboxJoinedSchema = z.strictObject({
  ok: z.literal(true),
  sessions: z.array(inboxEntrySchema),
  version: z.int().min(0),
  /** Where the older ones begin; null: these are all. */
  next: z.string().nullable(),
});
export type InboxJoined = z.output<typeof inboxJoinedSchema>;

/** The ack of `inbox:page`. */
export const inboxPagedSchema = inboxJoinedSchema.omit({ version: true });
export type InboxPaged = z.output<typeof inboxPagedSchema>;

/** The ack of events that answer nothing else. */
export const doneSchema = z.strictObject({ ok: z.literal(true) });
export type Done = z.output<typeof doneSchema>;

// Server to client.

/** `session:chunk`. */
export const sessionChunkSchema = z.strictObject({
  session_id: sessionIdSchema,
  epoch: z.int().min(1),
  attempt: z.int().min(1),
  index: z.int().min(0),
  chunk: chunkSchema,
});
export type SessionChunk = z.output<typeof sessionChunkSchema>;

/** `session:status`. `error` is for users. */
export const sessionStatusSchema = z.strictObject({
  session_id: sessionIdSchema,
  status: z.enum(RUN_STATUSES),
  epoch: z.int().min(0),
  attempt: z.int().min(0).optional(),
  error: z.string().optional(),
});
export type SessionStatusEvent = z.output<typeof sessionStatusSchema>;

/** `session:read`, from another device of the user. */
export const sessionReadMovedSchema = z.strictObject({
  session_id: sessionIdSchema,
  last_read_seq: seqSchema,
});
export type SessionReadMoved = z.output<typeof sessionReadMovedSchema>;

/** `inbox:delta`: entries that changed, each whole. */
export const inboxDeltaSchema = z.strictObject({
  version: z.int().min(1),
  sessions: z.array(inboxEntrySchema),
});
/** The same as `inboxDeltaSchema` parses. */
export interface InboxDelta {
  readonly version: number;
  readonly sessions: readonly InboxEntry[];
}

/** `resync`; `reason` is for the log of the client. */
export const resyncSchema = z.strictObject({ reason: z.string() });
export type Resync = z.output<typeof resyncSchema>;
