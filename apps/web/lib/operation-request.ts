import 'server-only';
import { operationRequestSchema, parse } from '@fleetlm/protocol';
import { operatorRequest } from './operator-request.ts';
import { problemResponse } from './problem-response.ts';
import { isFromThisApp } from './same-origin.ts';

const FOREIGN = {
  status: 403,
  code: 'forbidden',
  detail: 'This request was not sent by a page of this app.',
  errors: [],
} as const;

/** Ends an operation; asked for by a page of this app only. */
export async function cancelRequest(id: string, request: Request): Promise<Response> {
  if (!isFromThisApp(request)) return problemResponse(FOREIGN);
  const path = `/api/admin/operations/${encodeURIComponent(id)}/cancel`;
  return operatorRequest({ path, method: 'POST' });
}

/** Hands an operator's request for a change of the cluster on, when it is one. */
export async function operationRequest(path: string, request: Request): Promise<Response> {
  if (!isFromThisApp(request)) return problemResponse(FOREIGN);
  const body: unknown = await request.json().catch(() => null);
  const parsed = parse(operationRequestSchema, body);
  if (parsed.ok) return operatorRequest({ path, method: 'POST', body: parsed.value });
  const detail = 'This is no request for a change of the cluster.';
  return problemResponse({ status: 422, code: 'invalid_request', detail, errors: parsed.errors });
}
