import { describe, expect, test } from 'vitest';
import { SessionGuard } from './session-guard.ts';

describe('revoked sessions', () => {
  test('a session that is gone is refused, and is not asked for again', async () => {
    let asked = 0;
    const guard = new SessionGuard((id) => {
      asked += 1;
      return Promise.resolve(id === 'there');
    });
    expect(await guard.check('there')).toBe('valid');
    expect(guard.isRevoked('gone')).toBe(false);
    expect(await guard.check('gone')).toBe('revoked');
    expect(await guard.check('gone')).toBe('revoked');
    expect(guard.isRevoked('gone')).toBe(true);
    expect(asked).toBe(2);
  });

  test('without the accounts nobody is signed out', async () => {
    const guard = new SessionGuard(() => Promise.reject(new Error('down')));
    expect(await guard.check('there')).toBe('unknown');
    expect(guard.isRevoked('there')).toBe(false);
  });
});
