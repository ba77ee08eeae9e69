import { revokeDevices } from '@/lib/devices.ts';
import { userRoute } from '@/lib/guarded-route.ts';
import { logProblem } from '@/lib/log.ts';
import { ACCOUNTS_AWAY, problemResponse } from '@/lib/problem-response.ts';

/** Signs one device of the person out; one that is gone already is no error. */
export const DELETE = userRoute(async ({ person, param }) => {
  const id = param('id');
  try {
    return Response.json({ revoked: await revokeDevices(person.id, { id }) });
  } catch (error) {
    logProblem('a device could not be signed out', error);
    return problemResponse(ACCOUNTS_AWAY);
  }
});
