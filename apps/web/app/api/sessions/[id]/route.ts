import * as z from 'zod';
import { clusterRequest } from '@/lib/cluster-api.ts';
import { mintClusterToken } from '@/lib/cluster-token.ts';
import { serverEnv } from '@/lib/env.ts';
import { isOwnPage } from '@/lib/own-page.ts';
import { FOREIGN_PAGE, problemResponse, UNAUTHENTICATED } from '@/lib/problem-response.ts';
import { currentPerson } from '@/lib/session.ts';

const bodySchema = z.strictObject({
  /** Empty: no name. */
  title: z.string().max(120).optional(),
  status: z.enum(['active', 'archived']).optional(),
});
const sessionSchema = z.object({
  session: z.object({ metadata: z.record(z.string(), z.unknown()), status: z.string() }),
});

/** Renames, archives or brings back a conversation of the signed-in person. */
export async function PATCH(
  request: Request,
  context: { params: Promise<{ id: string }> },
): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  const body = bodySchema.safeParse(await request.json().catch(() => null));
  if (!body.success) {
    const detail = z.prettifyError(body.error);
    return problemResponse({ status: 422, code: 'invalid_request', detail, errors: [] });
  }
  const { id } = await context.params;
  const as = { token: await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET) };
  const path = `/api/sessions/${encodeURIComponent(id)}`;
  const { title, status } = body.data;
  const change: { metadata?: Record<string, unknown>; status?: string } = {};
  if (status !== undefined) change.status = status;
  if (title !== undefined) {
    // The rest of the metadata is somebody else's and stays.
    const before = await clusterRequest({ path, as }, sessionSchema);
    if (!before.ok) return problemResponse(before.problem);
    const { title: _, ...metadata } = before.value.session.metadata;
    change.metadata = title === '' ? metadata : { ...metadata, title };
  }
  const changed = await clusterRequest({ path, method: 'PATCH', body: change, as }, sessionSchema);
  if (!changed.ok) return problemResponse(changed.problem);
  return Response.json({ status: changed.value.session.status });
}

/** Erases a conversation of the signed-in person, for good. */
export async function DELETE(
  request: Request,
  context: { params: Promise<{ id: string }> },
): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const person = await currentPerson();
  if (person === null) return problemResponse(UNAUTHENTICATED);
  const { id } = await context.params;
  const as = { token: await mintClusterToken(person, serverEnv().AUTH_JWT_SECRET) };
  const path = `/api/sessions/${encodeURIComponent(id)}/erase`;
  const erased = await clusterRequest({ path, method: 'POST', as }, z.unknown());
  return erased.ok ? new Response(null, { status: 204 }) : problemResponse(erased.problem);
}
