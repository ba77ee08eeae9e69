import { devicesOf, revokeDevices } from '@/lib/devices.ts';
import { userRoute } from '@/lib/guarded-route.ts';
import { logProblem } from '@/lib/log.ts';
import { ACCOUNTS_AWAY, problemResponse } from '@/lib/problem-response.ts';

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
