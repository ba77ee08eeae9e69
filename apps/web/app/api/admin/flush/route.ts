import { operatorRequest } from '@/lib/operator-request.ts';

/** Writes what is not in Postgres yet, now. */
export function POST(): Promise<Response> {
  return operatorRequest({ path: '/api/admin/flush', method: 'POST' });
}
