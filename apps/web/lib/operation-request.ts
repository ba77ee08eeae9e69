import 'server-only';
import { operationRequestSchema, parse } from '@fleetlm/protocol';
import { operatorRequest } from './operator-request.ts';
import { problemResponse } from './problem-response.ts';

/** Hands an operator's request for a change of the cluster on, when it is one. */
export async function operationRequest(path: string, request: Request): Promise<Response> {
  const body: unknown = await request.json().catch(() => null);
  const parsed = parse(operationRequestSchema, body);
  if (parsed.ok) return operatorRequest({ path, method: 'POST', body: parsed.value });
  const detail = 'This is no request for a change of the cluster.';
  return problemResponse({ status: 422, code: 'invalid_request', detail, errors: parsed.errors });
}
