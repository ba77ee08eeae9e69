import { operationRequest } from '@/lib/operation-request.ts';

/** Begins a change of the cluster. */
export function POST(request: Request): Promise<Response> {
  return operationRequest('begin', request);
}
