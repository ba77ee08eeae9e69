import { AUTOMATIC_TITLE_LENGTH_MAX } from '@fleetlm/protocol';
import * as z from 'zod';
import { TITLE_LENGTH_MAX } from '@/common/limits.ts';
import { withChange } from '@/server/cluster/conversation-metadata.ts';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const bodySchema = z.strictObject({
  /** Empty: no name. */
  title: z.string().max(TITLE_LENGTH_MAX).optional(),
  /** Made of the first message: only a conversation without a name takes it. */
  first_title: z.string().min(1).max(AUTOMATIC_TITLE_LENGTH_MAX).optional(),
  pinned: z.boolean().optional(),
  status: z.enum(['active', 'archived']).optional(),
});
const sessionSchema = z.object({
  session: z.object({ metadata: z.record(z.string(), z.unknown()), status: z.string() }),
});

/** Names, pins, archives or brings back a conversation of the signed-in person. */
export const PATCH = userRoute(async ({ person, param, json }) => {
  const asked = await json(bodySchema);
  const { status } = asked;
  const path = `/api/sessions/${encodeURIComponent(param('id'))}`;
  const change: { metadata?: Readonly<Record<string, unknown>>; status?: string } = {};
  if (status !== undefined) change.status = status;
  if (asked.title !== undefined || asked.first_title !== undefined || asked.pinned !== undefined) {
    // The rest of the metadata belongs to other clients and stays.
    const before = await userRequest(person, { path }, sessionSchema);
    if (!before.ok) return problemResponse(before.problem);
    const { session } = before.value;
    const metadata = withChange(session.metadata, asked);
    // A conversation that has a name already needs no change.
    if (metadata === session.metadata && status === undefined)
      return Response.json({ status: session.status });
    change.metadata = metadata;
  }
  const done = await userRequest(person, { path, method: 'PATCH', body: change }, sessionSchema);
  if (!done.ok) return problemResponse(done.problem);
  return Response.json({ status: done.value.session.status });
});

/** Erases a conversation of the signed-in person, for good. */
export const DELETE = userRoute(async ({ person, param }) => {
  const path = `/api/sessions/${encodeURIComponent(param('id'))}/erase`;
  const erased = await userRequest(person, { path, method: 'POST' }, z.unknown());
  return erased.ok ? new Response(null, { status: 204 }) : problemResponse(erased.problem);
});
