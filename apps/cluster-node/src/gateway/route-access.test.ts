import { REST_ROUTES, type RestRoute } from '@fleetlm/protocol/reference';
import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { enforceAccess } from './route-access.ts';
import { openTestGateway, type TestGateway, testToken } from './testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway.close());

const PROTECTED = REST_ROUTES.filter(({ access }) => access !== 'anyone');
const BODY = '{"marker":"body-of-somebody-unknown"}';

const parsed = new Set<string>();
const parseJson = JSON.parse;
beforeAll(() => {
  JSON.parse = (text: string, reviver) => {
    parsed.add(text);
    return parseJson(text, reviver);
  };
});
afterAll(() => {
  JSON.parse = parseJson;
});
beforeEach(() => parsed.clear());

/** Ways to write the target of one call; some name it all the same, the others name nothing. */
function spellings(path: string): readonly string[] {
  const filled = path.replaceAll(/:[a-z_]+/g, '00');
  const letters = [...filled.slice(1)];
  const escaped = (letter: string): string =>
    `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  return [
    filled,
    `/${escaped(letters[0] ?? 'a')}${letters.slice(1).join('')}`,
    `/${letters.map((letter) => (letter === '/' ? letter : escaped(letter))).join('')}`,
    `/${letters.map(escaped).join('')}`,
    `http://127.0.0.1${filled}`,
    `HTTP://example.com:1${filled}`,
    `/${filled}`,
    filled.replaceAll('/', '//'),
    `${filled}/`,
    `${filled};a=b`,
    `${filled}?a=/health/live`,
    `${filled}#/health/live`,
    filled.toUpperCase(),
    `/health/../${filled.slice(1)}`,
    `/.${filled}`,
    `${filled}%00`,
    `${filled}%zz`,
    '*',
  ];
}

function request(method: string, target: string, headers: readonly string[] = []): string {
  return [
    `${method} ${target} HTTP/1.1`,
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${BODY.length}`,
    'connection: close',
    ...headers,
    '',
    BODY,
  ].join('\r\n');
}

function statusOf(response: string): number {
  return Number(response.split(' ')[1]);
}

describe('without a token', () => {
  test.each(PROTECTED)(
    '$method $path is refused however its target is spelled, its body unread',
    async ({ method, path }: RestRoute) => {
      const methods = method === 'GET' ? [method, 'HEAD'] : [method];
      for (const target of spellings(path)) {
        for (const spelled of methods) {
          const status = statusOf(await gateway.raw(request(spelled, target)));
          expect([400, 401, 404], `${spelled} ${target}`).toContain(status);
        }
      }
      expect(parsed).not.toContain(BODY);
    },
  );

  test('the escaped and the absolute form of a call are recognized as that call', async () => {
    for (const target of ['/%61pi/chat', 'http://example.com/api/chat'])
      expect(statusOf(await gateway.raw(request('POST', target)))).toBe(401);
  });

  test('OPTIONS answers with what is allowed and reads no body', async () => {
    const headers = ['origin: http://a.example', 'access-control-request-method: POST'];
    expect(statusOf(await gateway.raw(request('OPTIONS', '/api/chat', headers)))).toBe(204);
    // Without the headers of a preflight, too: a refusal by the framework would be no problem document.
    expect(statusOf(await gateway.raw(request('OPTIONS', '/api/chat')))).toBe(204);
    expect(statusOf(await gateway.raw(request('OPTIONS', '*')))).toBe(204);
    expect(parsed).not.toContain(BODY);
  });

  test('a refusal is a problem document that names the scheme', async () => {
    const response = await gateway.raw(request('POST', '/api/chat'));
    expect(response).toContain('application/problem+json');
    expect(response.toLowerCase()).toContain('www-authenticate: bearer');
    expect(response).toContain('"code":"unauthenticated"');
  });

  test('a long body is not read to its end', async () => {
    const head = request('POST', '/api/chat').replace(
      /content-length: \d+/,
      'content-length: 4000000',
    );
    // Only the head is sent: the answer comes without the rest.
    expect(statusOf(await gateway.raw(head.slice(0, head.indexOf('\r\n\r\n') + 4)))).toBe(401);
  });
});

test.each(REST_ROUTES.filter(({ access }) => access === 'operator'))(
  '$method $path is forbidden to a user before its body is read',
  async ({ method, path }) => {
    const token = await testToken();
    const target = path.replaceAll(/:[a-z_]+/g, '0');
    const response = await gateway.raw(request(method, target, [`authorization: Bearer ${token}`]));
    expect(statusOf(response)).toBe(403);
    expect(parsed).not.toContain(BODY);
  },
);

test('a route without an access rule does not register', () => {
  const app = fastify();
  enforceAccess(app, { verifyHeader: () => Promise.reject(new Error('not called')) }, ADMIT_ALL);
  expect(() => app.get('/api/undocumented', () => 'x')).toThrow('has no access rule');
});

const ADMIT_ALL = {
  anonymous: () => undefined,
  unauthenticated: () => undefined,
  identified: () => undefined,
};
