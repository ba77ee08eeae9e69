import { operatorRequest } from '@/lib/operator-request.ts';

/** Who began and ended which operation. */
export function GET(): Promise<Response> {
  return operatorRequest({ path: '/api/admin/audit' });
}
