import { operatorRequest } from '@/lib/operator-request.ts';

/** What happened in the cluster lately. */
export function GET(): Promise<Response> {
  return operatorRequest({ path: '/api/admin/events' });
}
