import 'server-only';
import type { Person } from '../../common/person.ts';

/** A token for the nodes, and whose it is. */
export function tokenResponse(person: Person, token: string, seconds: number): Response {
  const body = { token, user_id: person.id, expires_in: seconds };
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}
