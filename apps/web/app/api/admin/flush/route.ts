import { operatorRequest } from '@/lib/operator-request.ts';
import { isOwnPage } from '@/lib/own-page.ts';
import { FOREIGN_PAGE, problemResponse } from '@/lib/problem-response.ts';

/** Writes what is not in Postgres yet, now. */
export async function POST(request: Request): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  return operatorRequest({ path: '/api/admin/flush', method: 'POST' });
}
