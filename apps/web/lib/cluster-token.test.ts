import { jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { mintClusterToken, TOKEN_SECONDS } from './cluster-token.ts';

test('a token names the person and the role, and ends after ten minutes', async () => {
  const secret = 's'.repeat(32);
  const token = await mintClusterToken({ id: 'demo', name: 'Demo', role: 'user' }, secret);
  const { payload } = await jwtVerify(token, new TextEncoder().encode(secret));
  expect(payload).toMatchObject({ sub: 'demo', name: 'Demo', role: 'user' });
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(TOKEN_SECONDS);
  await expect(jwtVerify(token, new TextEncoder().encode('x'.repeat(32)))).rejects.toThrow(
    'signature',
  );
});
