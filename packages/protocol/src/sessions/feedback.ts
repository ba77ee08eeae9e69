import * as z from 'zod';
import { daySchema, withinDays } from '../agents/usage.ts';
import {
  agentIdSchema,
  messageIdSchema,
  seqSchema,
  sessionIdSchema,
  timestampSchema,
  userIdSchema,
} from '../ids.ts';
import { FEEDBACK_COMMENT_LENGTH_MAX } from '../limits.ts';
import { isStorable } from '../parse/json-object.ts';
import { FEEDBACK_RATINGS, FEEDBACK_REASONS } from './feedback-reasons.ts';
import { pageLimitQuerySchema } from './messages.ts';

/** `PUT /api/sessions/:id/messages/:seq/feedback`. */
export const rateReplySchema = z.strictObject({
  rating: z.enum(FEEDBACK_RATINGS),
  reason: z.enum(FEEDBACK_REASONS).nullable().default(null),
  comment: z
    .string()
    .max(FEEDBACK_COMMENT_LENGTH_MAX, `must have at most ${FEEDBACK_COMMENT_LENGTH_MAX} characters`)
    .refine(isStorable, 'must not contain U+0000 or half a surrogate pair')
    .nullable()
    .default(null),
});
export type RateReply = z.output<typeof rateReplySchema>;

/** What a user thinks of a reply. */
export const feedbackSchema = z.strictObject({
  session_id: sessionIdSchema,
  seq: seqSchema.min(1),
  message_id: messageIdSchema,
  agent_id: agentIdSchema,
  user_id: userIdSchema,
  rating: z.enum(FEEDBACK_RATINGS),
  reason: z.enum(FEEDBACK_REASONS).nullable(),
  comment: z.string().nullable(),
  created_at: timestampSchema,
  updated_at: timestampSchema,
});
/** What a user thinks of a reply. */
export type FeedbackBody = z.output<typeof feedbackSchema>;

/** The feedback for one reply. */
export const feedbackAnswerSchema = z.strictObject({ feedback: feedbackSchema });
/** The feedback for all replies of a conversation. */
export const sessionFeedbackAnswerSchema = z.strictObject({ feedback: z.array(feedbackSchema) });

/** The `next` of a page: the time of its last feedback, its conversation and its seq. */
const cursorSchema = z
  .string()
  .regex(/^\d{1,13}~[0-9a-f]{2}-[0-9A-Z]{26}~\d{1,10}$/, 'must be the next of the page before');

const filters = {
  rating: z.enum(FEEDBACK_RATINGS).optional(),
  reason: z.enum(FEEDBACK_REASONS).optional(),
  cursor: cursorSchema.optional(),
};

/** `GET /api/agents/:id/feedback`, newest first. */
export const feedbackQuerySchema = z.strictObject({ ...filters, limit: pageLimitQuerySchema });
/** `GET /api/agents/:id/feedback.csv` and `.jsonl`. */
export const feedbackExportQuerySchema = z.strictObject(filters);

export const agentFeedbackAnswerSchema = z.strictObject({
  feedback: z.array(feedbackSchema),
  next: z.string().nullable(),
});

/** `GET /api/agents/:id/feedback/stats`. Days are those of UTC, the last one included. */
export const feedbackStatsQuerySchema = withinDays(
  z.strictObject({ from: daySchema.optional(), to: daySchema.optional() }),
);

const count = z.int().min(0);

/** How often the replies of an agent were liked, and why not. */
export const feedbackStatsAnswerSchema = z.strictObject({
  from: daySchema,
  to: daySchema,
  up: count,
  down: count,
  reasons: z.array(
    z.strictObject({
      rating: z.enum(FEEDBACK_RATINGS),
      reason: z.enum(FEEDBACK_REASONS).nullable(),
      count,
    }),
  ),
  days: z.array(z.strictObject({ day: daySchema, up: count, down: count })),
});
/** How often the replies of an agent were liked, and why not. */
export type FeedbackStatsAnswer = z.output<typeof feedbackStatsAnswerSchema>;
