import { jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import {
  ADMIN_TOKEN_SECONDS,
  mintAdminToken,
  mintUserToken,
  USER_TOKEN_SECONDS,
} from './cluster-token.ts';

const SECRET = 's'.repeat(32);

test.each([
  ['user', mintUserToken, USER_TOKEN_SECONDS],
  ['admin', mintAdminToken, ADMIN_TOKEN_SECONDS],
] as const)('a token of a %s names the person and ends soon', async (role, mint, seconds) => {
  const token = await mint({ id: 'demo', name: 'Demo' }, SECRET);
  const { payload } = await jwtVerify(token, new TextEncoder().encode(SECRET));
  expect(payload).toMatchObject({ sub: 'demo', name: 'Demo', role });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(seconds);
  await expect(jwtVerify(token, new TextEncoder().encode('x'.repeat(32)))).rejects.toThrow(
    'signature',
  );
});
