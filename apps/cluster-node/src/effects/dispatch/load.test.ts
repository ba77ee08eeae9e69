import { afterEach, beforeEach, expect, test } from 'vitest';
import { BREAKER_FAILURES_MAX } from './circuit-breaker.ts';
import { DispatchBed, SESSION, sessionIdOf } from './testing/dispatch-bed.ts';
import { FakeAgent, HELLO, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;
let quick: FakeAgent;

beforeEach(async () => {
  bed = await DispatchBed.start();
  quick = new FakeAgent();
  bed.setAgent({ id: 'quick', originUrl: await quick.listen() });
});
afterEach(async () => {
  await bed.close();
  await quick.close();
});

async function sessionsOf(
  agentId: string,
  from: number,
  count: number,
): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, at) => sessionIdOf(from + at));
  for (const id of ids) {
    bed.createSession(id, agentId);
    await bed.say('hi', id);
  }
  return ids;
}

test('agents that hang on every call starve no other, however many they are', async () => {
  bed.takeOver({}, { callsMax: 12, callsPerAgentMax: 4 });
  bed.agent.handler = () => undefined;
  for (let number = 0; number < 6; number += 1) {
    bed.setAgent({ id: `slow${number}`, timeoutMs: 60_000 });
    await sessionsOf(`slow${number}`, 1_000 * (number + 1), 20);
  }
  await expect.poll(() => bed.engine.stats.running).toBeGreaterThanOrEqual(10);
  const ids = await sessionsOf('quick', 10_000, 30);
  for (const id of ids) await bed.settled('idle', 1, id);
  expect(quick.calls).toHaveLength(30);
  expect(bed.engine.stats.running).toBeLessThan(12);
});

test('an agent that fails in a row is not called for a while, which is reported, and then probed once', async () => {
  bed.agent.handler = (_, response) => response.writeHead(500).end();
  bed.setAgent({ timeoutMs: 1_000 });
  const ids = await sessionsOf('bot', 1, 40);
  await expect.poll(() => bed.engine.stats.breakersOpen).toBe(1);
  expect(bed.breakers).toEqual(['bot open']);
  const { calls } = bed.agent;
  // Calls that were under way when it opened still arrive.
  await expect.poll(() => bed.engine.stats.running).toBe(0);
  expect(calls.length).toBeGreaterThanOrEqual(BREAKER_FAILURES_MAX);
  // What was under way when it opened is all that there is.
  expect(calls.length).toBeLessThanOrEqual(64);
  const before = calls.length;
  await sessionsOf('quick', 100, 5);
  await bed.settled('idle', 1, sessionIdOf(104));
  // On a slow machine the one call that looks whether the agent is back may have been made.
  expect(calls.length).toBeLessThanOrEqual(before + 1);
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  for (const id of ids) await bed.settled('idle', 1, id);
  expect(bed.breakers).toEqual(['bot open', 'bot closed']);
  expect(bed.engine.stats.breakersOpen).toBe(0);
});

test('a turn that waits too long for an agent behind an open breaker fails', async () => {
  bed.takeOver({}, { breakerWaitMs: 300 });
  bed.agent.handler = (_, response) => response.writeHead(500, { 'retry-after': '60' }).end();
  await sessionsOf('bot', 1, BREAKER_FAILURES_MAX);
  await expect.poll(() => bed.engine.stats.breakersOpen).toBe(1);
  await bed.say('hi');
  expect(await bed.settled('failed')).toMatchObject({
    attempt: 0,
    error: expect.stringContaining('not called'),
  });
  expect(bed.reports.at(-1)).toMatchObject({
    sessionId: SESSION,
    outcome: 'failed',
    failure: 'breaker',
    url: null,
  });
});

test('without a quorum nothing is tried in a hurry, and nothing is called', async () => {
  let starts = 0;
  bed.intercept = async ({ type }) => {
    if (type !== 'start-dispatch') return null;
    starts += 1;
    return starts < 6 ? { status: 'refused', code: 'no-quorum', leader: 0 } : null;
  };
  const startedAt = performance.now();
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.agent.calls).toHaveLength(1);
  expect(performance.now() - startedAt).toBeGreaterThan(5 * 45);
});

test('an answer that can not be committed at once is committed later, and made once', async () => {
  let refused = 0;
  bed.intercept = async ({ type }) => {
    if (type !== 'complete-dispatch' || refused === 3) return null;
    refused += 1;
    return refused === 2
      ? { status: 'unknown' }
      : { status: 'refused', code: 'no-quorum', leader: 0 };
  };
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(bed.agent.calls).toHaveLength(1);
});

test('ten thousand conversations that wait cost nothing until they are due', async () => {
  bed.setAgent({ debounceWindowMs: 60_000 });
  await sessionsOf('bot', 1, 10_000);
  let looked = 0;
  const { sessions } = bed.state;
  const get = sessions.get.bind(sessions);
  Object.assign(sessions, {
    get: (id: string) => {
      looked += 1;
      return get(id);
    },
  });
  bed.setAgent({ id: 'quick' });
  await sessionsOf('quick', 20_000, 1);
  await bed.settled('idle', 1, sessionIdOf(20_000));
  expect(looked).toBeLessThan(200);
});
