import type { FeedbackBody } from '@fleetlm/protocol';
import { FEEDBACK_RATINGS, FEEDBACK_REASONS } from '@fleetlm/protocol/plain';
import * as z from 'zod/mini';
import { request } from '@/common/request.ts';

/** What a person said of a reply. */
export type OwnFeedback = Pick<FeedbackBody, 'seq' | 'rating' | 'reason' | 'comment'>;

const feedbackSchema: z.ZodMiniType<OwnFeedback> = z.object({
  seq: z.number(),
  rating: z.enum(FEEDBACK_RATINGS),
  reason: z.nullable(z.enum(FEEDBACK_REASONS)),
  comment: z.nullable(z.string()),
});
const listSchema = z.object({ feedback: z.array(feedbackSchema) });
const oneSchema = z.object({ feedback: feedbackSchema });

const pathOf = (sessionId: string): string =>
  `/api/sessions/${encodeURIComponent(sessionId)}/feedback`;

export async function fetchFeedback(sessionId: string): Promise<readonly OwnFeedback[]> {
  return (await request(pathOf(sessionId), listSchema)).feedback;
}

export async function keepFeedback(
  sessionId: string,
  { seq, ...body }: OwnFeedback,
): Promise<OwnFeedback> {
  const path = `${pathOf(sessionId)}/${seq}`;
  return (await request(path, oneSchema, { method: 'PUT', body })).feedback;
}

export async function withdrawFeedback(sessionId: string, seq: number): Promise<void> {
  await request(`${pathOf(sessionId)}/${seq}`, z.unknown(), { method: 'DELETE' });
}
