import * as z from 'zod';
import { TITLE_LENGTH_MAX } from '@/common/limits.ts';
import { userRequest } from '@/server/cluster/user-request.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { problemResponse } from '@/server/guards/problem-response.ts';

const bodySchema = z.strictObject({
  /** Empty: no name. */
  title: z.string().max(TITLE_LENGTH_MAX).optional(),
  status: z.enum(['active', 'archived']).optional(),
});
const sessionSchema = z.object({
  session: z.object({ metadata: z.record(z.string(), z.unknown()), status: z.string() }),
});

/** Renames, archives or brings back a conversation of the signed-in person. */
export const PATCH = userRoute(async ({ person, param, json }) => {
  const { title, status } = await json(bodySchema);
  const path = `/api/sessions/${encodeURIComponent(param('id'))}`;
  const change: { metadata?: Record<string, unknown>; status?: string } = {};
  if (status !== undefined) change.status = status;
  if (title !== undefined) {
    // The rest of the metadata belongs to other clients and stays.
    const before = await userRequest(person, { path }, sessionSchema);
    if (!before.ok) return problemResponse(before.problem);
    const { title: _, ...metadata } = before.value.session.metadata;
    change.metadata = title === '' ? metadata : { ...metadata, title };
  }
  const changed = await userRequest(person, { path, method: 'PATCH', body: change }, sessionSchema);
  if (!changed.ok) return problemResponse(changed.problem);
  return Response.json({ status: changed.value.session.status });
});

/** Erases a conversation of the signed-in person, for good. */
export const DELETE = userRoute(async ({ person, param }) => {
  const path = `/api/sessions/${encodeURIComponent(param('id'))}/erase`;
  const erased = await userRequest(person, { path, method: 'POST' }, z.unknown());
  return erased.ok ? new Response(null, { status: 204 }) : problemResponse(erased.problem);
});
