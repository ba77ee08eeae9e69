import { afterEach, beforeEach, expect, test } from 'vitest';
import { AttemptStats, type StatsWindow, sumOf } from '../deliveries/attempt-stats.ts';
import { DeliveryLog } from '../deliveries/delivery-log.ts';
import type { Command, Proposed } from '../ports.ts';
import type { DispatchPorts } from './dispatch-api.ts';
import type { DispatchLimits } from './dispatch-limits.ts';
import { DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { HELLO, sse, stream } from './testing/fake-agent.ts';

/** What the figures of the nodes add up to when the end of a turn is not committed at the first try. */

const WINDOW: StatsWindow = 'last_24_h';
const REFUSED: Proposed = { status: 'refused', code: 'transferring', leader: 0 };

/** The record of one node, wired as on a node. */
function recordOfNode(nodeId: string) {
  const figures = new AttemptStats(Date.now());
  const log = new DeliveryLog({
    nodeId,
    onReported: (record) => figures.attempted(record, Date.now()),
    onEnded: (record) => figures.ended(record, Date.now()),
    onUnwritten: () => undefined,
  });
  const ports: Partial<DispatchPorts> = {
    onAttempt: (report) => log.report(report),
    onDecision: (decision) => log.decided(decision),
  };
  return { log, figures, ports };
}

let bed: DispatchBed;
let nodes: ReturnType<typeof recordOfNode>[];

const total = () =>
  sumOf(nodes.map(({ figures }) => figures.of('bot', Date.now()).windows[WINDOW]));
const states = (): readonly string[] =>
  nodes
    .flatMap(({ log }) => log.recent('bot', 10))
    .map(({ attempt, state }) => `${attempt} ${state}`);

beforeEach(async () => {
  bed = new DispatchBed();
  bed.setAgent({ originUrl: await bed.agent.listen() });
  bed.createSession(SESSION);
  nodes = ['n1', 'n2'].map(recordOfNode);
});
afterEach(() => bed.close());

/** The first node leads. */
function lead(limits: Partial<DispatchLimits> = {}): void {
  bed.takeOver(nodes[0]?.ports, { commitRetryMs: 5, ...limits });
}

/** Answers proposals of one type with `answer` until it is switched off; resolves with the first one. */
function intercept(type: Command['type'], answer: (command: Command) => Proposed | null) {
  let seen = (_: Command): void => undefined;
  const first = new Promise<Command>((resolve) => {
    seen = resolve;
  });
  bed.intercept = async (command) => {
    if (command.type !== type) return null;
    seen(command);
    return answer(command);
  };
  const off = (): void => {
    bed.intercept = async () => null;
  };
  return { first, off };
}

test('a failure that was not committed before a hand-over is counted once, by the node that commits it', async () => {
  bed.agent.handler = (_, response) => response.writeHead(404).end();
  const { first, off } = intercept('fail-dispatch', () => REFUSED);
  lead();
  await bed.say('hi');
  await first;
  off();
  bed.takeOver(nodes[1]?.ports);
  await bed.settled('failed');
  await expect.poll(() => bed.agent.calls.length).toBe(2);
  await expect.poll(total).toMatchObject({ failed: 1, failedAttempts: 2, delivered: 0 });
  await expect.poll(states).toEqual(['1 stopped', '2 failed']);
});

test('an answer that was not committed before a hand-over is counted once, by the node that commits it', async () => {
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  const { first, off } = intercept('complete-dispatch', () => REFUSED);
  lead();
  await bed.say('hi');
  await first;
  off();
  bed.takeOver(nodes[1]?.ports);
  await bed.settled('idle');
  await expect.poll(total).toMatchObject({ delivered: 1, failed: 0, failedAttempts: 0 });
  await expect.poll(states).toEqual(['1 stopped', '2 delivered']);
});

test('a failure that could not be committed in time is counted when the same node commits the next one', async () => {
  bed.agent.handler = (_, response) => response.writeHead(404).end();
  const { off } = intercept('fail-dispatch', () => REFUSED);
  lead({ commitLimitMs: 30 });
  await bed.say('hi');
  await expect.poll(() => bed.agent.calls.length).toBeGreaterThan(1);
  off();
  await bed.settled('failed');
  const { length } = bed.agent.calls;
  await expect.poll(total).toMatchObject({ failed: 1, failedAttempts: length });
  expect(bed.engine.stats).toMatchObject({ failed: 1, failedAttempts: length });
});

test.each(['fail-dispatch', 'complete-dispatch'] as const)(
  'a %s that was committed although its outcome was unknown is counted once',
  async (type) => {
    bed.agent.handler = (_, response) =>
      type === 'fail-dispatch'
        ? response.writeHead(404).end()
        : stream(response).end(sse(...HELLO));
    let answered = 0;
    intercept(type, (command) => {
      answered += 1;
      if (answered > 1) return null;
      bed.perform(command);
      return { status: 'unknown' };
    });
    lead();
    await bed.say('hi');
    await expect.poll(() => answered).toBe(2);
    const isFailure = type === 'fail-dispatch';
    await expect
      .poll(total)
      .toMatchObject({ failed: isFailure ? 1 : 0, delivered: isFailure ? 0 : 1 });
    expect(states()).toEqual([isFailure ? '1 failed' : '1 delivered']);
  },
);

test('a failure of a turn that was stopped before it could be committed is not counted as one', async () => {
  bed.agent.handler = (_, response) => response.writeHead(404).end();
  const { first, off } = intercept('fail-dispatch', () => REFUSED);
  lead();
  await bed.say('hi');
  await first;
  expect(await bed.engine.stopAnswer(SESSION)).toEqual({ status: 'ok', value: null });
  off();
  await expect.poll(states).toEqual(['1 stopped']);
  expect(total()).toMatchObject({ failed: 0, failedAttempts: 1 });
  expect(bed.engine.stats).toMatchObject({ failed: 0, failedAttempts: 1 });
});

test('an answer that is never taken as it is, and committed shortened, is one turn that was answered', async () => {
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  let proposed = 0;
  intercept('complete-dispatch', () => {
    proposed += 1;
    return proposed === 1 ? { status: 'refused', code: 'too-large', leader: 0 } : null;
  });
  lead();
  await bed.say('hi');
  await bed.settled('idle');
  await expect.poll(total).toMatchObject({ delivered: 1, failed: 0, failedAttempts: 0 });
  await expect.poll(states).toEqual(['1 delivered']);
  expect(bed.engine.stats).toMatchObject({ completed: 1, failed: 0 });
  bed.errors.length = 0;
});
