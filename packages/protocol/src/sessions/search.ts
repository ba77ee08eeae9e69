import * as z from 'zod';
import { seqSchema, sessionIdSchema, timestampSchema, userIdSchema } from '../ids.ts';
import {
  SEARCH_LIMIT_DEFAULT,
  SEARCH_LIMIT_MAX,
  SEARCH_QUERY_LENGTH_MAX,
  SEARCH_QUERY_LENGTH_MIN,
} from '../limits.ts';

/** `GET /api/search`. A token's own user when `user_id` is absent. */
export const searchQuerySchema = z.strictObject({
  user_id: userIdSchema.optional(),
  q: z
    .string()
    .max(SEARCH_QUERY_LENGTH_MAX, `must have at most ${SEARCH_QUERY_LENGTH_MAX} characters`)
    .trim()
    .min(SEARCH_QUERY_LENGTH_MIN, `must have at least ${SEARCH_QUERY_LENGTH_MIN} characters`)
    .refine(
      (q) => q.isWellFormed() && !q.includes('\u0000'),
      'must not contain U+0000 or half a surrogate pair',
    ),
  limit: z.coerce.number().int().min(1).max(SEARCH_LIMIT_MAX).default(SEARCH_LIMIT_DEFAULT),
});
export type SearchQuery = z.output<typeof searchQuerySchema>;

/** Messages that match, newest first; `excerpt` is plain text around the match. */
export const searchAnswerSchema = z.strictObject({
  results: z.array(
    z.strictObject({
      session_id: sessionIdSchema,
      agent_id: z.string(),
      title: z.string().nullable(),
      seq: seqSchema,
      sender_id: z.string(),
      kind: z.string(),
      excerpt: z.string(),
      inserted_at: timestampSchema,
    }),
  ),
});
export type SearchAnswer = z.output<typeof searchAnswerSchema>;
