import { problem } from '@fleetlm/protocol/plain';
import { describe, expect, test } from 'vitest';
import type { HttpAnswer } from '../drive/http-answers.ts';
import type { FuzzCase } from '../inputs/case.ts';
import { CaseLog } from './case-log.ts';
import { checkAccess, checkAck, checkAnswer, checkStatus } from './check-answer.ts';
import { Findings } from './findings.ts';
import { userOfGroup } from './group-check.ts';
import { blockMs } from './loop-sample.ts';
import { isAbove } from './memory-check.ts';

const PROBLEM = 'application/problem+json';

function answer(status: number, body: unknown, type = PROBLEM): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    status,
    headers: new Map([['content-type', type]]),
    body: Buffer.from(text),
    isWhole: true,
  };
}

function kindsOf(given: HttpAnswer, route: string | null = null): readonly string[] {
  return checkAnswer(given, route).map(({ kind }) => kind);
}

describe('answers of REST', () => {
  test('a problem of the contract is no finding', () => {
    const errors = [{ path: 'last_seq', message: 'is beyond the head' }] as const;
    expect(kindsOf(answer(422, problem({ code: 'invalid_request', detail: 'x', errors })))).toEqual(
      [],
    );
    expect(kindsOf(answer(503, problem({ code: 'no_quorum', detail: 'x' })))).toEqual([]);
  });

  test('a node that says why it is not ready is no finding, and any other 503 without a problem is', () => {
    const json = 'application/json; charset=utf-8';
    const ready = { ready: false, reasons: ['8 groups have no leader in contact'], degraded: [] };
    expect(kindsOf(answer(503, ready, json))).toEqual([]);
    expect(kindsOf(answer(503, { ready: false }, json))).toEqual(['bad-answer']);
  });

  test.each([
    ['another content type', answer(400, '{"error":"Bad Request"}', 'application/json')],
    ['a body that is no problem', answer(404, '{"code":"not_found"}')],
    [
      'a code outside of the table',
      answer(404, { ...problem({ code: 'not_found', detail: 'x' }), code: 'gone' }),
    ],
    ['a status that is not the code’s', answer(404, problem({ code: 'no_quorum', detail: 'x' }))],
    [
      'invalid_request without a field',
      answer(422, {
        ...problem({ code: 'not_found', detail: 'x' }),
        code: 'invalid_request',
        status: 422,
      }),
    ],
  ])('%s is found', (_what, given) => {
    expect(kindsOf(given)).toContain('bad-answer');
  });

  test('an internal error is found', () => {
    expect(kindsOf(answer(500, problem({ code: 'internal', detail: 'x' })))).toContain(
      'internal-error',
    );
  });

  test.each([
    'invalid byte sequence for encoding "UTF8": 0x00',
    'at Object.apply (file.ts:3:4)',
    'ENOENT /tmp/fleetlm/n1/log',
    'SELECT * FROM messages',
    'RangeError: Maximum call stack size exceeded',
    'connect ECONNREFUSED',
  ])('"%s" in an error is found', (detail) => {
    expect(kindsOf(answer(503, problem({ code: 'archive_unavailable', detail })))).toContain(
      'internal-text',
    );
  });

  test('a success that is not as documented is found', () => {
    const live = 'GET /health/live';
    expect(kindsOf(answer(200, { live: true }, 'application/json'), live)).toEqual([]);
    expect(kindsOf(answer(200, { live: 1 }, 'application/json'), live)).toEqual(['bad-answer']);
    expect(kindsOf(answer(202, { live: true }, 'application/json'), live)).toEqual(['bad-answer']);
  });

  test('what is served without a token, or to a user what is an operator’s, is found', () => {
    const create = 'POST /api/sessions';
    const cluster = 'GET /api/admin/cluster';
    expect(checkAccess(422, create, 'anonymous')).toHaveLength(1);
    expect(checkAccess(201, create, 'anonymous')).toHaveLength(1);
    expect(checkAccess(401, create, 'anonymous')).toEqual([]);
    const signed = 'GET /api/blobs';
    expect(checkAccess(422, signed, 'anonymous')).toEqual([]);
    expect(checkAccess(200, signed, 'anonymous')).toHaveLength(1);
    expect(checkAccess(201, create, 'user')).toEqual([]);
    expect(checkAccess(200, cluster, 'user')).toHaveLength(1);
    expect(checkAccess(200, cluster, 'operator')).toEqual([]);
  });

  test('a status that the case does not expect is found', () => {
    expect(checkStatus(422, [401])).toHaveLength(1);
    expect(checkStatus(401, [401])).toEqual([]);
    expect(checkStatus(500, undefined)).toEqual([]);
  });
});

test('acknowledgements are held against the contract', () => {
  const error = { code: 'invalid_request', message: 'x', retryable: false };
  expect(checkAck({ ok: true, seq: 1 })).toEqual([]);
  expect(
    checkAck({ ok: false, error: { ...error, errors: [{ path: 'a', message: 'b' }] } }),
  ).toEqual([]);
  expect(checkAck({ ok: false, error })).toHaveLength(1);
  expect(checkAck({ ok: false, error: { ...error, code: 'internal' } })).toHaveLength(1);
  expect(checkAck({ ok: false, error: 'broken' })).toHaveLength(1);
  expect(checkAck('fine')).toHaveLength(1);
});

describe('suspects', () => {
  const named = (name: string): FuzzCase => ({ name, edge: 'mesh', pieces: [] });

  test('those that were played at the time, or just before', () => {
    let nowMs = 0;
    const log = new CaseLog(() => nowMs);
    log.begin(named('long over'))();
    nowMs = 60_000;
    const end = log.begin(named('just over'));
    nowMs = 61_000;
    end();
    log.begin(named('going on'));
    expect(log.between(62_000, 63_000).map(({ name }) => name)).toEqual(['going on', 'just over']);
  });

  test('the same fault is one finding, counted', async () => {
    const lines: string[] = [];
    const findings = new Findings((text) => lines.push(text));
    const kinds = await findings.during(async () => {
      findings.add('bad-answer', 'x', [named('a')], 'same');
      findings.add('bad-answer', 'y', [named('b')], 'same');
      findings.add('memory', 'z');
    });
    expect(findings.all.map(({ count }) => count)).toEqual([2, 1]);
    expect(lines).toHaveLength(2);
    expect([...kinds]).toEqual(['bad-answer', 'memory']);
  });
});

test('a loop is blocked for as long as its own thread runs', () => {
  const sample = { node: 'n1', fromMs: 0, untilMs: 900, cpuMs: 900, starvedMs: 0 };
  expect(blockMs(sample)).toBe(900);
  expect(blockMs({ ...sample, starvedMs: 700, cpuMs: 200 })).toBe(200);
  expect(blockMs({ ...sample, cpuMs: 100 })).toBe(100);
  // Where the system tells nothing of its threads, all of it counts.
  expect(blockMs({ ...sample, cpuMs: 0 })).toBe(900);
});

test('memory may grow within bounds', () => {
  const base = { rssMb: 200, heapMb: 50 };
  expect(isAbove({ rssMb: 900, heapMb: 190 }, base)).toBe(false);
  expect(isAbove({ rssMb: 950, heapMb: 60 }, base)).toBe(true);
  expect(isAbove({ rssMb: 210, heapMb: 200 }, base)).toBe(true);
});

test('every group has a user whose sessions it holds', () => {
  const users = Array.from({ length: 256 }, (_, group) => userOfGroup(group, 256));
  expect(new Set(users).size).toBe(256);
});
