import { REST_ROUTES, type RestAccess, type RestRoute } from '@fleetlm/protocol';
import fastify from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Runtime, SessionView } from '../../runtime/runtime-api.ts';
import {
  openTestGateway,
  TEST_API_KEY,
  type TestGateway,
  testToken,
} from '../testing/test-gateway.ts';
import { enforceAccess } from './route-access.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway.close());

const PROTECTED = REST_ROUTES.filter(({ access }) => access === 'user' || access === 'operator');
const BODY = '{"marker":"body-of-an-unknown-user"}';

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

const CALLERS = ['anonymous', 'stranger', 'user', 'admin', 'api key'] as const;
type Caller = (typeof CALLERS)[number];

async function headersOf(caller: Caller): Promise<readonly string[]> {
  switch (caller) {
    case 'anonymous':
      return [];
    case 'stranger':
      return [`authorization: Bearer ${await testToken({}, { secret: 'x'.repeat(40) })}`];
    case 'user':
      return [`authorization: Bearer ${await testToken()}`];
    case 'admin':
      return [`authorization: Bearer ${await testToken({ role: 'admin' })}`];
    default:
      return [`authorization: Bearer ${TEST_API_KEY}`];
  }
}

/** The status of a refusal; null: the call is admitted. */
function refusalOf(access: RestAccess, caller: Caller): 401 | 403 | null {
  if (access === 'anyone' || access === 'signed') return null;
  if (caller === 'anonymous' || caller === 'stranger') return 401;
  return access === 'operator' && caller === 'user' ? 403 : null;
}

describe.each(CALLERS)('%s', (caller) => {
  test.each(REST_ROUTES)(
    'may call $method $path as its access rule says, before the body is read',
    async ({ method, path, access }) => {
      const target = path.replaceAll(/:[a-z_]+/g, '0');
      const response = await gateway.raw(request(method, target, await headersOf(caller)));
      const refusal = refusalOf(access, caller);
      if (refusal === null) expect([401, 403]).not.toContain(statusOf(response));
      else {
        expect(statusOf(response)).toBe(refusal);
        expect(parsed).not.toContain(BODY);
      }
    },
  );
});

describe('what is another user’s', () => {
  const SESSION = '07-01J00000000000000000000000';
  const BLOB = '01J00000000000000000000000';
  /** As much as the schemas of such calls ask for. */
  const RUN = { threadId: 't', runId: 'r', messages: [{ id: 'm', role: 'user', content: 'x' }] };
  const FIELDS = {
    ...{ user_id: 'bob', last_seq: 0, agent_id: 'bot', q: 'text', rating: 'up' },
    ...{ name: 'a.txt', media_type: 'text/plain', bytes: 1 },
    ...RUN,
  };
  let authorization: string;
  let others: TestGateway;
  beforeAll(async () => {
    authorization = `Bearer ${await testToken({}, { sub: 'alice' })}`;
    others = await openTestGateway({
      getSession: async () => ({ ok: true, value: { userId: 'bob' } as SessionView }),
    });
  });
  afterAll(() => others.close());

  /** The fields that the schema takes. */
  function fieldsOf(schema: unknown): Record<string, unknown> {
    if (!(schema instanceof z.ZodObject)) return {};
    return Object.fromEntries(Object.entries(FIELDS).filter(([name]) => name in schema.shape));
  }

  async function call({ method, path, query, body }: RestRoute): Promise<Response> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(fieldsOf(query))) search.set(name, String(value));
    const target = path.replace(':id', SESSION).replace(':blob', BLOB).replace(':seq', '1');
    return fetch(`${others.url}${target}?${search}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(bodyFor(body)) }),
    });
  }

  function bodyFor(body: z.ZodType): Record<string, unknown> {
    const fields = fieldsOf(body);
    return Object.keys(fields).length > 0 ? fields : { metadata: {} };
  }

  const owned = REST_ROUTES.filter(({ access }) => access === 'user');

  test.each(owned.filter(({ owner }) => owner === 'session'))(
    '$method $path answers 404 for the session of another user',
    async (route) => {
      expect((await call(route)).status).toBe(404);
    },
  );

  test.each(owned.filter(({ owner }) => owner === 'user'))(
    '$method $path answers 403 for another `user_id`',
    async (route) => {
      expect((await call(route)).status).toBe(403);
    },
  );

  test('POST /api/sessions/:id/messages answers 403 for another author', async () => {
    for (const author of [{ user_id: 'bob' }, { agent_id: 'bot' }]) {
      const response = await fetch(`${others.url}/api/sessions/${SESSION}/messages`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ ...author, content: { text: 'x' } }),
      });
      expect(response.status).toBe(403);
    }
  });
});

test('an error that the route does not document is answered as internal', async () => {
  const session = '07-01J00000000000000000000000';
  const undocumented = await openTestGateway({
    // The type of a runtime excludes it; a defect may bring it all the same.
    getSession: async () =>
      ({ ok: false, error: { code: 'conflict', detail: 'x' } }) as unknown as Awaited<
        ReturnType<Runtime['getSession']>
      >,
  });
  const response = await fetch(`${undocumented.url}/api/sessions/${session}`, {
    headers: { authorization: `Bearer ${await testToken()}` },
  });
  expect(await response.json()).toMatchObject({ status: 500, code: 'internal' });
  await undocumented.close();
});

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
