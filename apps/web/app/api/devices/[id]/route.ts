import { revokeDevices } from '@/server/accounts/devices.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { ACCOUNTS_AWAY, problemResponse } from '@/server/guards/problem-response.ts';
import { logProblem } from '@/server/log.ts';

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
