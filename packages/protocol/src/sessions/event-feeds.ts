import * as z from 'zod';
import { seqSchema, userIdSchema } from '../ids.ts';
import { SEQ_MAX } from '../limits.ts';
import { queryInteger } from './messages.ts';
import { inboxEntrySchema, runStateSchema, sessionSchema } from './sessions.ts';
import { liveAnswerSchema } from './socket-events.ts';

/** Where a reader of server-sent events resumes: the `id` of the newest event that it has. Set by its library. */
export const LAST_EVENT_HEADER = 'last-event-id';

const positionSchema = queryInteger(0, SEQ_MAX).optional();

/** Headers of a request for a feed. */
export const feedHeadersSchema = z.object({ [LAST_EVENT_HEADER]: positionSchema });

/** `GET /api/sessions/:id/events`. `last_seq`: the newest seq that the reader has; the header comes first. */
export const sessionFeedQuerySchema = z.strictObject({ last_seq: positionSchema });

/** `GET /api/inbox/events`. `last_seq`: the version of the inbox that the reader has; the header comes first. */
export const inboxFeedQuerySchema = z.strictObject({
  user_id: userIdSchema.optional(),
  last_seq: positionSchema,
});

/** `session:joined`: every message up to `last_seq` has been sent, and what follows is live. */
export const sessionCaughtUpSchema = z.strictObject({
  session: sessionSchema,
  last_seq: seqSchema,
  agent: runStateSchema,
  stream: liveAnswerSchema.optional(),
});
export type SessionCaughtUp = z.output<typeof sessionCaughtUpSchema>;

/** `inbox:joined`: the newest conversations; what follows is live. */
export const inboxCaughtUpSchema = z.strictObject({
  sessions: z.array(inboxEntrySchema),
  version: z.int().min(0),
  next: z.string().nullable(),
});
export type InboxCaughtUp = z.output<typeof inboxCaughtUpSchema>;
