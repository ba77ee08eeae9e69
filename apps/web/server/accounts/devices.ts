import 'server-only';
import type { Device } from '../../common/devices.ts';
import { AccountGuard } from './account-guard.ts';
import { readSessionAccount } from './account-store.ts';
import { database } from './database.ts';
import { deviceName } from './device-name.ts';

const DEVICES_MAX = 100;

/** What the accounts behind the sessions may do. One for the process. */
export const accountGuard = new AccountGuard({
  read: (sessionId) => readSessionAccount(database(), sessionId),
  nowMs: Date.now,
});

/** The person's devices, the newest sign-in first. Rejects when the accounts can't be reached. */
export async function devicesOf(userId: string, currentId: string): Promise<readonly Device[]> {
  const sessions = await database().authSession.findMany({
    where: { userId, expiresAt: { gt: new Date() } },
    orderBy: { createdAt: 'desc' },
    take: DEVICES_MAX,
    select: { id: true, userAgent: true, ipAddress: true, createdAt: true },
  });
  return sessions.map(({ id, userAgent, ipAddress, createdAt }) => ({
    id,
    name: deviceName(userAgent),
    address: ipAddress === '' ? null : ipAddress,
    signed_in_at: createdAt.toISOString(),
    is_current: id === currentId,
  }));
}

/** Signs devices of this person out: one, all but the one that asks, or all. Answers with how many. */
export async function revokeDevices(
  userId: string,
  which: { readonly id: string } | { readonly allBut: string } | 'all',
): Promise<number> {
  const where = { userId, ...(which === 'all' ? {} : { id: idsOf(which) }) };
  const gone = await database().authSession.findMany({ where, select: { id: true } });
  await database().authSession.deleteMany({ where });
  for (const session of gone) accountGuard.revoke(session.id);
  return gone.length;
}

function idsOf(which: { readonly id: string } | { readonly allBut: string }) {
  return 'id' in which ? which.id : { not: which.allBut };
}
