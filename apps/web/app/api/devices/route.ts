import { devicesOf, revokeDevices } from '@/lib/devices.ts';
import { logProblem } from '@/lib/log.ts';
import { isOwnPage } from '@/lib/own-page.ts';
import {
  ACCOUNTS_AWAY,
  FOREIGN_PAGE,
  problemResponse,
  UNAUTHENTICATED,
} from '@/lib/problem-response.ts';
import { currentSignIn } from '@/lib/session.ts';

/** Where the person is signed in. */
export async function GET(): Promise<Response> {
  const signIn = await currentSignIn();
  if (signIn === null) return problemResponse(UNAUTHENTICATED);
  try {
    const devices = await devicesOf(signIn.person.id, signIn.sessionId);
    return Response.json({ devices }, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    logProblem('the devices could not be read', error);
    return problemResponse(ACCOUNTS_AWAY);
  }
}

/** Signs out everywhere but here. */
export async function DELETE(request: Request): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const signIn = await currentSignIn();
  if (signIn === null) return problemResponse(UNAUTHENTICATED);
  try {
    const revoked = await revokeDevices(signIn.person.id, { allBut: signIn.sessionId });
    return Response.json({ revoked });
  } catch (error) {
    logProblem('the other devices could not be signed out', error);
    return problemResponse(ACCOUNTS_AWAY);
  }
}
