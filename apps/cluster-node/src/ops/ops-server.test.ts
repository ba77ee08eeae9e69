import { problemSchema } from '@fleetlm/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { IdentityVerifier } from '../gateway/access/identity.ts';
import { TEST_API_KEY, TEST_TOKENS, testToken } from '../gateway/testing/test-gateway.ts';
import type { ReadinessState } from '../runtime/runtime-api.ts';
import { createLogger, type NodeLogger } from '../telemetry/logger.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { LOG_LEVEL_SECONDS_MAX, OPS_CONNECTIONS_MAX, PROFILE_SECONDS_MAX } from './limits.ts';
import { LogLevelControl } from './log-level.ts';
import { type OpsServer, openOpsServer } from './ops-server.ts';
import { Profiler } from './profiler.ts';

let ops: OpsServer;
let logger: NodeLogger;
let url: string;
let readiness: ReadinessState;

beforeEach(async () => {
  readiness = { ready: true, reasons: [], degraded: [] };
  logger = createLogger({ level: 'silent', nodeId: 'n1', file: '/dev/null' });
  ops = await openOpsServer(
    { host: '127.0.0.1', port: 0 },
    {
      nodeId: 'n1',
      readiness: () => readiness,
      metrics: createMetrics(),
      identities: new IdentityVerifier({ ...TEST_TOKENS, wallClockMs: Date.now }),
      logLevel: new LogLevelControl(logger.log, 'silent', Date.now),
      profiler: new Profiler(),
    },
  );
  const address = ops.server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(() => ops.close());

const call = (
  method: string,
  path: string,
  token: string | null = TEST_API_KEY,
  signal: AbortSignal | null = null,
): Promise<Response> =>
  fetch(`${url}${path}`, {
    method,
    signal,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });

async function problemOf(response: Response): Promise<unknown> {
  const { code, errors } = problemSchema.parse(await response.json());
  return { status: response.status, code, paths: errors.map(({ path }) => path) };
}

test('metrics and health need no token', async () => {
  const metrics = await call('GET', '/metrics', null);
  expect(metrics.status).toBe(200);
  expect(metrics.headers.get('content-type')).toContain('text/plain');
  expect(await metrics.text()).toContain('process_cpu_seconds_total');
  expect((await call('GET', '/health/live', null)).status).toBe(200);
  expect((await call('GET', '/health/ready', null)).status).toBe(200);
  readiness = { ready: false, reasons: ['this node is stopping'], degraded: [] };
  const ready = await call('GET', '/health/ready', null);
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ reasons: ['this node is stopping'] });
});

describe('what shows or changes the process is for operators', () => {
  test.each([
    ['GET', '/debug/log-level'],
    ['PUT', '/debug/log-level?level=debug'],
    ['POST', '/debug/profiles/cpu'],
    ['POST', '/debug/profiles/heap'],
  ])('%s %s', async (method, path) => {
    const without = await call(method, path, null);
    expect(await problemOf(without)).toMatchObject({ status: 401, code: 'unauthenticated' });
    const user = await call(method, path, await testToken());
    expect(await problemOf(user)).toMatchObject({ status: 403, code: 'forbidden' });
  });
});

test.each([
  ['cpu', 'nodes'],
  ['heap', 'head'],
])('a %s profile is what developer tools read', async (kind, field) => {
  const response = await call('POST', `/debug/profiles/${kind}?seconds=1`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toContain(`n1.${kind}profile`);
  expect(await response.json()).toHaveProperty(field);
});

test('one profile is taken at once, and one whose caller is gone ends', async () => {
  const gone = new AbortController();
  const first = call('POST', '/debug/profiles/cpu?seconds=60', TEST_API_KEY, gone.signal);
  const isGone = first.catch(() => 'gone');
  await expect
    .poll(async () => (await call('POST', '/debug/profiles/heap?seconds=1')).status)
    .toBe(409);
  gone.abort();
  expect(await isGone).toBe('gone');
  await expect
    .poll(async () => (await call('POST', '/debug/profiles/heap?seconds=1')).status)
    .toBe(200);
});

test('the log level changes at once, and returns by itself', async () => {
  const set = await call('PUT', '/debug/log-level?level=debug&seconds=1');
  expect(await set.json()).toMatchObject({ level: 'debug', until: expect.stringMatching(/Z$/) });
  expect(logger.log.level).toBe('debug');
  await expect.poll(() => logger.log.level).toBe('silent');
  expect(await (await call('GET', '/debug/log-level')).json()).toEqual({
    level: 'silent',
    until: null,
  });
  await call('PUT', '/debug/log-level?level=error');
  expect(logger.log.level).toBe('error');
});

describe('a query is bounded, and the wrong field is named', () => {
  test.each([
    ['POST', `/debug/profiles/cpu?seconds=${PROFILE_SECONDS_MAX + 1}`, 'seconds'],
    ['POST', '/debug/profiles/heap?seconds=0', 'seconds'],
    ['POST', '/debug/profiles/heap?seconds=1e1', 'seconds'],
    ['POST', '/debug/profiles/cpu?second=1', 'second'],
    ['PUT', '/debug/log-level', 'level'],
    ['PUT', '/debug/log-level?level=loud', 'level'],
    ['PUT', `/debug/log-level?level=debug&seconds=${LOG_LEVEL_SECONDS_MAX + 1}`, 'seconds'],
  ])('%s %s', async (method, path, field) => {
    expect(await problemOf(await call(method, path))).toEqual({
      status: 422,
      code: 'invalid_request',
      paths: [field],
    });
  });

  test('a level of its longest time is taken', async () => {
    const path = `/debug/log-level?level=warn&seconds=${LOG_LEVEL_SECONDS_MAX}`;
    expect((await call('PUT', path)).status).toBe(200);
  });
});

test.each([
  ['GET', '/', 404, 'not_found'],
  ['GET', '/api/admin/cluster', 404, 'not_found'],
  ['GET', '/__proto__', 404, 'not_found'],
  ['GET', '//', 404, 'not_found'],
  ['DELETE', '/metrics', 405, 'method_not_allowed'],
])('%s %s is no call of this port', async (method, path, status, code) => {
  expect(await problemOf(await call(method, path))).toMatchObject({ status, code });
});

test('it takes a bounded number of connections', () => {
  expect(ops.server.maxConnections).toBe(OPS_CONNECTIONS_MAX);
});
