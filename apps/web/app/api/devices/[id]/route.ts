import { revokeDevices } from '@/lib/devices.ts';
import { logProblem } from '@/lib/log.ts';
import { isOwnPage } from '@/lib/own-page.ts';
import {
  ACCOUNTS_AWAY,
  FOREIGN_PAGE,
  problemResponse,
  UNAUTHENTICATED,
} from '@/lib/problem-response.ts';
import { currentSignIn } from '@/lib/session.ts';

/** Signs one device of the person out; one that is gone already is no error. */
export async function DELETE(
  request: Request,
  context: { params: Promise<{ id: string }> },
): Promise<Response> {
  if (!isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  const signIn = await currentSignIn();
  if (signIn === null) return problemResponse(UNAUTHENTICATED);
  const { id } = await context.params;
  try {
    const revoked = await revokeDevices(signIn.person.id, { id });
    return Response.json({ revoked });
  } catch (error) {
    logProblem('a device could not be signed out', error);
    return problemResponse(ACCOUNTS_AWAY);
  }
}
