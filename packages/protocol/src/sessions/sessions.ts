import * as z from 'zod';
import {
  agentIdSchema,
  seqSchema,
  sessionIdSchema,
  timestampSchema,
  userIdSchema,
} from '../ids.ts';
import { PAGE_CURSOR_LENGTH_MAX } from '../limits.ts';
import { CONTEXT_METADATA_KEY } from './context.ts';
import { metadataSchema, pageLimitQuerySchema } from './messages.ts';

/** Whether a session takes messages; an archived one can still be read. */
export const SESSION_STATUSES = ['active', 'archived'] as const;
/** What the agent is doing: `waiting` for its turn or its next attempt, `failed` when all attempts are used up. */
export const RUN_STATUSES = ['idle', 'waiting', 'running', 'failed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A session. `last_seq` is the newest message, `last_read_seq` the read cursor; 0: none. */
export const sessionSchema = z.strictObject({
  id: sessionIdSchema,
  user_id: z.string(),
  agent_id: z.string(),
  status: z.enum(SESSION_STATUSES),
  metadata: z.record(z.string(), z.unknown()),
  last_seq: seqSchema,
  last_read_seq: seqSchema,
  inserted_at: timestampSchema,
  updated_at: timestampSchema,
});
export type SessionBody = z.output<typeof sessionSchema>;

/** The metadata that a client may set. */
const ownMetadataSchema = metadataSchema.refine(
  (metadata) => !Object.hasOwn(metadata, CONTEXT_METADATA_KEY),
  { path: [CONTEXT_METADATA_KEY], error: 'is set by `PUT /api/sessions/:id/context` alone' },
);

/** `POST /api/sessions`. */
export const createSessionSchema = z.strictObject({
  user_id: userIdSchema,
  agent_id: agentIdSchema,
  metadata: ownMetadataSchema.default({}),
});
export type CreateSession = z.output<typeof createSessionSchema>;

/** `PATCH /api/sessions/:id`: at least one of them; `metadata` replaces what was there. */
export const updateSessionSchema = z
  .strictObject({
    metadata: ownMetadataSchema.optional(),
    status: z.enum(SESSION_STATUSES).optional(),
  })
  .refine(({ metadata, status }) => metadata !== undefined || status !== undefined, {
    error: 'must have `metadata` or `status`',
  });
export type UpdateSession = z.output<typeof updateSessionSchema>;

/** The answer of the calls that are about one session. */
export const sessionAnswerSchema = z.strictObject({ session: sessionSchema });
export type SessionAnswer = z.output<typeof sessionAnswerSchema>;

/** Where a page of sessions ended. */
export const pageCursorSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(PAGE_CURSOR_LENGTH_MAX, 'is too long');

/** `GET /api/sessions`; `before` is the `next` of the page before. A token's own user when `user_id` is absent. */
export const sessionsQuerySchema = z.strictObject({
  user_id: userIdSchema.optional(),
  limit: pageLimitQuerySchema,
  before: pageCursorSchema.optional(),
});
export type SessionsQuery = z.output<typeof sessionsQuerySchema>;

/** Newest activity first; `next` is null on the last page. */
export const sessionsAnswerSchema = z.strictObject({
  sessions: z.array(sessionSchema),
  next: z.string().nullable(),
});
export type SessionsAnswer = z.output<typeof sessionsAnswerSchema>;

/** `POST /api/sessions/:id/read`. */
export const markReadSchema = z.strictObject({ user_id: userIdSchema, last_seq: seqSchema });
export type MarkRead = z.output<typeof markReadSchema>;

/** What the agent is doing for a session. `attempt`: calls made so far, unless idle; `error` when one failed. */
export const runStateSchema = z.strictObject({
  status: z.enum(RUN_STATUSES),
  epoch: z.int().min(0),
  attempt: z.int().min(0).optional(),
  error: z.string().optional(),
});
export type RunState = z.output<typeof runStateSchema>;

/** `status` is what the agent is doing, or that the session is archived; `erased` makes other devices drop it. */
export const inboxEntrySchema = z.strictObject({
  session_id: sessionIdSchema,
  agent_id: z.string(),
  agent_name: z.string(),
  /** `metadata.title` of the session, when that is a text. */
  title: z.string().nullable(),
  /** `metadata.pinned` of the session is true. */
  pinned: z.boolean(),
  status: z.enum([...RUN_STATUSES, 'archived', 'erased']),
  last_seq: seqSchema,
  last_read_seq: seqSchema,
  unread_count: z.int().min(0),
  /** Tool calls of the last reply wait for the user. */
  awaits_user: z.boolean(),
  last_message: z
    .strictObject({
      sender_id: z.string(),
      kind: z.string(),
      preview: z.string(),
      inserted_at: timestampSchema,
    })
    .nullable(),
  updated_at: timestampSchema,
});
export type InboxEntry = z.output<typeof inboxEntrySchema>;
