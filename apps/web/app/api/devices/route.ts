import { devicesOf, revokeDevices } from '@/server/accounts/devices.ts';
import { userRoute } from '@/server/guards/guarded-route.ts';
import { ACCOUNTS_AWAY, problemResponse } from '@/server/guards/problem-response.ts';
import { logProblem } from '@/server/log.ts';

/** Where the person is signed in. */
export const GET = userRoute(async ({ person, sessionId }) => {
  try {
    const devices = await devicesOf(person.id, sessionId);
    return Response.json({ devices }, { headers: { 'cache-control': 'no-store' } });
  } catch (error) {
    logProblem('the devices could not be read', error);
    return problemResponse(ACCOUNTS_AWAY);
  }
});

/** Signs out everywhere but here. */
export const DELETE = userRoute(async ({ person, sessionId }) => {
  try {
    const revoked = await revokeDevices(person.id, { allBut: sessionId });
    return Response.json({ revoked });
  } catch (error) {
    logProblem('the other devices could not be signed out', error);
    return problemResponse(ACCOUNTS_AWAY);
  }
});
