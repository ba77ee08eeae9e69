import 'server-only';
import { operationRequestSchema, parse } from '@fleetlm/protocol';
import { operatorRequest } from './operator-request.ts';
import { isOwnPage } from './own-page.ts';
import { FOREIGN_PAGE, problemResponse } from './problem-response.ts';

/** Ends an operation; asked for by a page of this app only. */
export async function cancelRequest(id: string, request: Request): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const path = `/api/admin/operations/${encodeURIComponent(id)}/cancel`;
  return operatorRequest({ path, method: 'POST' });
}

/** Hands an operator's request for a change of the cluster on, when it is one; `plan`: only what it would do. */
export async function operationRequest(
  what: 'begin' | 'plan',
  request: Request,
): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const body: unknown = await request.json().catch(() => null);
  const parsed = parse(operationRequestSchema, body);
  if (parsed.ok)
    return operatorRequest({
      path: what === 'plan' ? '/api/admin/operations/plan' : '/api/admin/operations',
      method: 'POST',
      body: parsed.value,
      changesNothing: what === 'plan',
    });
  const detail = 'This is no request for a change of the cluster.';
  return problemResponse({ status: 422, code: 'invalid_request', detail, errors: parsed.errors });
}
