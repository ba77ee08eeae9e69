import { operationRequest } from '@/lib/operation-request.ts';

/** What a change of the cluster would do. */
export function POST(request: Request): Promise<Response> {
  return operationRequest('plan', request);
}
