import { describe, expect, test } from 'vitest';
import {
  ACCOUNT_READS_MAX,
  ACCOUNT_RETRY_MS,
  ROLE_FRESH_MS,
  SESSIONS_REMEMBERED_MAX,
} from '../../common/limits.ts';
import type { Person } from '../../common/person.ts';
import { AccountGuard } from './account-guard.ts';

const admin: Person = { id: 'u', name: 'U', email: 'u@x', role: 'admin' };

function guarded(read: (sessionId: string) => Promise<Person | null>) {
  const clock = { nowMs: 1_000 };
  const asked: string[] = [];
  const guard = new AccountGuard({
    nowMs: () => clock.nowMs,
    read: (id) => {
      asked.push(id);
      return read(id);
    },
  });
  return { guard, clock, asked };
}

describe('the account of a session', () => {
  test('is read again when the read is older than its freshness, and not before', async () => {
    let stored: Person | null = admin;
    const { guard, clock, asked } = guarded(() => Promise.resolve(stored));
    expect(await guard.check('s')).toEqual({ kind: 'confirmed', account: admin });
    stored = { ...admin, role: 'user' };
    clock.nowMs += ROLE_FRESH_MS - 1;
    expect(await guard.check('s')).toEqual({ kind: 'confirmed', account: admin });
    clock.nowMs += 1;
    expect(await guard.check('s')).toEqual({ kind: 'confirmed', account: stored });
    expect(asked).toHaveLength(2);
  });

  test('a session that does not exist is revoked for good, without another read', async () => {
    const { guard, asked } = guarded(() => Promise.resolve(null));
    expect(await guard.check('s')).toEqual({ kind: 'revoked' });
    expect(await guard.check('s')).toEqual({ kind: 'revoked' });
    expect(asked).toHaveLength(1);
  });

  test('requests at the same time share one read', async () => {
    const { guard, asked } = guarded(() => Promise.resolve(admin));
    await Promise.all([guard.check('s'), guard.check('s'), guard.check('s')]);
    expect(asked).toHaveLength(1);
  });

  test('a session that is revoked while it is read stays revoked', async () => {
    const read = Promise.withResolvers<Person | null>();
    const { guard } = guarded(() => read.promise);
    const pending = guard.check('s');
    guard.revoke('s');
    read.resolve(admin);
    expect(await pending).toEqual({ kind: 'revoked' });
  });

  test('an unreachable Postgres is probed by one request at a time, and confirms nothing', async () => {
    let isReachable = true;
    const { guard, clock, asked } = guarded(() =>
      isReachable ? Promise.resolve(admin) : Promise.reject(new Error('down')),
    );
    await guard.check('s');
    isReachable = false;
    clock.nowMs += ROLE_FRESH_MS;
    const last = { account: admin, atMs: 1_000 };
    expect(await guard.check('s')).toEqual({ kind: 'unconfirmed', last });
    expect(await guard.check('other')).toEqual({ kind: 'unconfirmed', last: null });
    expect(asked).toEqual(['s', 's']);
    clock.nowMs += ACCOUNT_RETRY_MS;
    const probes = await Promise.all(['s', 'other', 'third'].map((id) => guard.check(id)));
    expect(probes.map(({ kind }) => kind)).toEqual(Array(3).fill('unconfirmed'));
    expect(asked).toEqual(['s', 's', 's']);
    isReachable = true;
    clock.nowMs += ACCOUNT_RETRY_MS;
    expect(await guard.check('s')).toEqual({ kind: 'confirmed', account: admin });
    expect(await guard.check('other')).toEqual({ kind: 'confirmed', account: admin });
  });

  test('a Postgres that never answers is waited for two seconds', async () => {
    const { guard } = guarded(() => new Promise(() => undefined));
    expect(await guard.check('s')).toEqual({ kind: 'unconfirmed', last: null });
  });

  test('reads in flight are bounded', async () => {
    const read = Promise.withResolvers<Person | null>();
    const { guard, asked } = guarded(() => read.promise);
    const ids = Array.from({ length: ACCOUNT_READS_MAX }, (_, at) => `s${at}`);
    const pending = ids.map((id) => guard.check(id));
    expect(await guard.check('one more')).toEqual({ kind: 'unconfirmed', last: null });
    expect(asked).toHaveLength(ACCOUNT_READS_MAX);
    read.resolve(admin);
    await Promise.all(pending);
  });

  test('sessions that are remembered are bounded', async () => {
    const { guard, asked } = guarded(() => Promise.resolve(admin));
    for (let at = 0; at <= SESSIONS_REMEMBERED_MAX; at += 1) await guard.check(`s${at}`);
    await guard.check('s0');
    expect(asked).toHaveLength(SESSIONS_REMEMBERED_MAX + 2);
  });
});
