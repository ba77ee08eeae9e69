import {
  BODY_BYTES_MAX,
  BODY_DEPTH_MAX,
  BODY_VALUES_MAX,
  CHAT_BODY_BYTES_MAX,
  CONTENT_BYTES_MAX,
} from '@fleetlm/protocol';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestGateway, TEST_API_KEY, type TestGateway } from '../testing/test-gateway.ts';
import { jsonShapeFault } from './json-body.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await openTestGateway();
});
afterAll(() => gateway.close());

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

test.each([
  [nested(3), 3, false],
  [nested(4), 3, true],
  ['{"a":{"b":[]}}', 3, false],
  ['{"a":{"b":[[]]}}', 3, true],
  [JSON.stringify({ a: '[[[[[', b: '\\"[[[[' }), 1, false],
  ['[[],[],[],[]]', 2, false],
  [`"${'['.repeat(9)}`, 3, false],
])('%s is nested deeper than %d: %s', (json, depth, expected) => {
  const fault = jsonShapeFault(json, { depth, values: 100, keys: 100 });
  expect(fault?.includes('nested') ?? false).toBe(expected);
});

test.each([
  ['[1,2,3]', { values: 4 }, null],
  ['[1,2,3]', { values: 3 }, 'values'],
  ['{"a":[1,2],"b":{}}', { values: 6 }, null],
  ['{"a":[1,2],"b":{}}', { values: 5 }, 'values'],
  ['{"a":1,"b":2}', { keys: 2 }, null],
  ['{"a":1,"b":2}', { keys: 1 }, 'keys'],
  ['[{"a":1},{"a":1},{"a":1}]', { keys: 1 }, null],
  ['{"a":[1,2,3]}', { keys: 1 }, null],
  ['{"a":{"b":1,"c":2}}', { keys: 1 }, 'keys'],
  ['1,2', { keys: 1 }, null],
  [']]]],,,,', { keys: 1 }, null],
])('%s within %j: %s', (json, limit, expected) => {
  const fault = jsonShapeFault(json, { depth: 9, values: 99, keys: 99, ...limit });
  if (expected === null) expect(fault).toBeNull();
  else expect(fault).toContain(expected);
});

async function post(path: string, body: string): Promise<{ status: number; problem: unknown }> {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${TEST_API_KEY}`, 'content-type': 'application/json' },
  });
  return { status: response.status, problem: await response.json() };
}

test('a body nested too deeply is refused before it is parsed', async () => {
  for (const depth of [BODY_DEPTH_MAX + 1, 100_000])
    expect(await post('/api/chat', nested(depth))).toMatchObject({
      status: 422,
      problem: { code: 'invalid_request', errors: [{ path: '' }] },
    });
});

test('a body of too many values is refused before it is parsed', async () => {
  const body = `[${'{},'.repeat(BODY_VALUES_MAX)}{}]`;
  expect(await post('/api/chat', body)).toMatchObject({
    status: 422,
    problem: { errors: [{ path: '', message: expect.stringContaining('values') }] },
  });
});

test('content of its full size fits, whatever it is made of', () => {
  const half = '0,'.repeat(CONTENT_BYTES_MAX / 2 - 20);
  const keys = Array.from({ length: 30_000 }, (_, n) => `"${n.toString(36)}":0`).join();
  for (const content of [`{"a":[${half}0]}`, `{${keys}}`])
    expect(jsonShapeFault(`{"user_id":"a","content":${content}}`)).toBeNull();
});

test('malformed JSON names the body as what is wrong', async () => {
  expect(await post('/api/sessions', '{"a":')).toMatchObject({
    status: 422,
    problem: { errors: [{ path: '', message: 'is not well-formed JSON' }] },
  });
});

test.each([
  ['/api/sessions', BODY_BYTES_MAX],
  ['/api/chat', CHAT_BODY_BYTES_MAX],
])('a body of %s has at most %d bytes', async (path, bytesMax) => {
  const body = (bytes: number): string => `{"x":"${'a'.repeat(bytes - '{"x":""}'.length)}"}`;
  expect((await post(path, body(bytesMax))).status).toBe(422);
  expect(await post(path, body(bytesMax + 1))).toMatchObject({
    status: 413,
    problem: { code: 'payload_too_large' },
  });
});
