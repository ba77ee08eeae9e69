import { operatorRequest } from '@/lib/operator-request.ts';

/** What the nodes have kept of themselves. */
export function GET(request: Request): Promise<Response> {
  return operatorRequest({ path: `/api/admin/metrics${new URL(request.url).search}` });
}
