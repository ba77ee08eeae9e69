import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { JWKS_BYTES_MAX, JWKS_RETRY_MS, JWKS_STALE_MS_MAX, TOKEN_LENGTH_MAX } from '../limits.ts';
import { RequestError } from '../request-error.ts';
import { TEST_API_KEY, TEST_JWT_SECRET, TEST_TOKENS } from '../testing/test-gateway.ts';
import { IdentityVerifier, type TokenSettings } from './identity.ts';
import { createJwksFetch, KeysUnavailableError } from './jwks-fetch.ts';

const NOW_S = 1_800_000_000;
let nowMs = NOW_S * 1000;
afterEach(() => {
  nowMs = NOW_S * 1000;
});

function verifier(settings: Partial<TokenSettings> = {}): IdentityVerifier {
  return new IdentityVerifier({ ...TEST_TOKENS, ...settings, wallClockMs: () => nowMs });
}

function sign(
  payload: Readonly<Record<string, unknown>>,
  secret = TEST_JWT_SECRET,
): Promise<string> {
  return new SignJWT({ sub: 'alice', exp: NOW_S + 600, ...payload })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(secret));
}

describe('a token', () => {
  test('names its user', async () => {
    expect(await verifier().verify(await sign({}))).toEqual({
      type: 'user',
      userId: 'alice',
      role: 'user',
      expiresAtMs: (NOW_S + 605) * 1000,
    });
  });

  test.each([
    ['admin', 'admin'],
    ['user', 'user'],
    ['authenticated', 'user'],
    ['', 'user'],
    [7, 'user'],
    [['admin'], 'user'],
    [undefined, 'user'],
  ])('with the role %j is of a %s', async (role, expected) => {
    expect(await verifier().verify(await sign({ role }))).toMatchObject({ role: expected });
  });

  test('without `exp` is refused', async () => {
    await expect(verifier().verify(await sign({ exp: undefined }))).rejects.toThrow(
      '`exp` is missing',
    );
  });

  test.each([
    [{ exp: NOW_S - 4 }, null],
    [{ exp: NOW_S - 5 }, 'expired'],
    [{ nbf: NOW_S + 5 }, null],
    [{ nbf: NOW_S + 6 }, 'not valid yet'],
  ])('%j is judged with a leeway of five seconds', async (claims, refusal) => {
    const verified = verifier().verify(await sign(claims));
    if (refusal === null) await expect(verified).resolves.toMatchObject({ userId: 'alice' });
    else await expect(verified).rejects.toThrow(refusal);
  });

  test('that was verified is refused from its end on, and while the clock is before its beginning', async () => {
    const identities = verifier();
    const token = await sign({ exp: NOW_S + 10, nbf: NOW_S });
    await identities.verify(token);
    nowMs = (NOW_S + 14) * 1000;
    await identities.verify(token);
    nowMs = (NOW_S + 15) * 1000;
    await expect(identities.verify(token)).rejects.toThrow('expired');
    nowMs = (NOW_S - 6) * 1000;
    await expect(identities.verify(token)).rejects.toThrow('not valid yet');
  });

  test.each([
    [{ iss: 'https://a.example' }, true],
    [{ iss: 'https://b.example' }, true],
    [{ iss: 'https://c.example' }, false],
    [{}, false],
  ])('with %j comes from an accepted issuer: %s', async (claims, isAccepted) => {
    const identities = verifier({ jwtIssuers: ['https://a.example', 'https://b.example'] });
    const verified = identities.verify(await sign(claims));
    if (isAccepted) await expect(verified).resolves.toBeDefined();
    else await expect(verified).rejects.toThrow('`iss`');
  });

  test.each([
    [{ aud: 'fleetlm' }, true],
    [{ aud: ['other', 'fleetlm'] }, true],
    [{ aud: 'other' }, false],
    [{}, false],
  ])('with %j is for this cluster: %s', async (claims, isAccepted) => {
    const verified = verifier({ jwtAudiences: ['fleetlm'] }).verify(await sign(claims));
    if (isAccepted) await expect(verified).resolves.toBeDefined();
    else await expect(verified).rejects.toThrow('`aud`');
  });

  test('may name user and role in other claims, nested or with dots in their name', async () => {
    const identities = verifier({
      jwtUserClaim: 'https://example.com/user',
      jwtRoleClaim: 'app_metadata.role',
    });
    const token = await sign({
      'https://example.com/user': 'bob',
      app_metadata: { role: 'admin' },
      role: 'user',
    });
    expect(await identities.verify(token)).toMatchObject({ userId: 'bob', role: 'admin' });
    await expect(identities.verify(await sign({}))).rejects.toThrow('names no user');
  });

  test.each(['', 'a\nb', 'x'.repeat(129), 5, null])(
    'with %j as its user is refused',
    async (user) => {
      const token = await sign({ uid: user });
      await expect(verifier({ jwtUserClaim: 'uid' }).verify(token)).rejects.toThrow(
        'names no user',
      );
    },
  );

  test.each([undefined, 5, '', 'x', 'a.b.c', 'x'.repeat(TOKEN_LENGTH_MAX + 1)])(
    'that is none is refused',
    async (token) => {
      await expect(verifier().verify(token)).rejects.toThrow();
    },
  );

  test('signed by another secret is refused', async () => {
    const token = await sign({}, 'another-secret-of-at-least-32-characters');
    await expect(verifier().verify(token)).rejects.toThrow('not valid');
  });

  test('in a header needs the scheme', async () => {
    const token = await sign({});
    await expect(verifier().verifyHeader(`bearer  ${token} `)).resolves.toBeDefined();
    for (const header of [undefined, '', token, `Basic ${token}`, `Bearer ${token} x`])
      await expect(verifier().verifyHeader(header)).rejects.toThrow('is required');
    expect(await verifier().verify(TEST_API_KEY)).toEqual({ type: 'api-key' });
  });
});

describe('the key set of an issuer', () => {
  const URL_OF_KEYS = 'http://127.0.0.1:1/keys';
  const options = {
    headers: new Headers(),
    method: 'GET',
    redirect: 'manual',
    signal: AbortSignal.timeout(60_000),
  } as const;
  const set = (note = ''): Response => Response.json({ keys: [], note });

  test('is fetched once per retry interval while its issuer is unreachable', async () => {
    let calls = 0;
    const get = createJwksFetch(
      () => nowMs,
      () => {
        calls += 1;
        return Promise.reject(new Error('unreachable'));
      },
    );
    for (let n = 0; n < 100; n += 1)
      await expect(get(URL_OF_KEYS, options)).rejects.toThrow(KeysUnavailableError);
    expect(calls).toBe(1);
    nowMs += JWKS_RETRY_MS;
    await expect(get(URL_OF_KEYS, options)).rejects.toThrow(KeysUnavailableError);
    expect(calls).toBe(2);
  });

  test('that was fetched stays good for a while when its issuer is unreachable', async () => {
    const answers = [set('first')];
    const get = createJwksFetch(
      () => nowMs,
      () => Promise.resolve(answers.shift() ?? new Response('down', { status: 502 })),
    );
    await get(URL_OF_KEYS, options);
    nowMs += JWKS_STALE_MS_MAX - 1;
    expect(await (await get(URL_OF_KEYS, options)).json()).toMatchObject({ note: 'first' });
    nowMs += 1;
    await expect(get(URL_OF_KEYS, options)).rejects.toThrow(KeysUnavailableError);
  });

  test.each([
    ['is too large', () => set('x'.repeat(JWKS_BYTES_MAX))],
    ['is no JSON', () => new Response('<html>')],
    ['has no keys', () => Response.json({})],
    ['redirects', () => new Response(null, { status: 302 })],
  ])('is not used when it %s', async (_name, answer) => {
    const get = createJwksFetch(
      () => nowMs,
      () => Promise.resolve(answer()),
    );
    await expect(get(URL_OF_KEYS, options)).rejects.toThrow(KeysUnavailableError);
  });

  test('verifies tokens, and its absence is retryable rather than a bad token', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }];
    const issuer = createServer((_request, response) => response.end(JSON.stringify({ keys })));
    const jwksUrl = await listen(issuer);
    const token = await new SignJWT({ sub: 'alice', exp: NOW_S + 600 })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
      .sign(privateKey);
    try {
      const identities = verifier({ jwtSecret: null, jwksUrl });
      expect(await identities.verify(token)).toMatchObject({ userId: 'alice' });
      // The public key is no secret to sign with.
      await expect(identities.verify(await sign({}))).rejects.toThrow('not valid');
    } finally {
      issuer.close();
      issuer.closeAllConnections();
    }
    const refused = verifier({ jwtSecret: null, jwksUrl }).verify(token);
    await expect(refused).rejects.toThrow(RequestError);
    await expect(refused).rejects.toMatchObject({ failure: { code: 'overloaded' } });
  });
});

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      resolve(`http://127.0.0.1:${address.port}/keys`);
    });
  });
}
