import { REPLY_BYTES_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ATTEMPTS_MAX } from './attempt/retry-policy.ts';
import { TurnSlices } from './attempt/turn-slices.ts';
import { contentOf, DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

/** What bounds a turn beside its agent: attempts across leaders, ends that can't be committed, holds, pauses. */

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

/** The node is gone without a word; another one takes over. */
function killNode(): void {
  bed.leads = false;
  bed.takeOver();
}

test('a turn that takes its node down does not walk through the cluster', async () => {
  bed.agent.handler = killNode;
  await bed.say('hi');
  expect(await bed.settled('failed')).toMatchObject({
    attempt: ATTEMPTS_MAX,
    error: `The turn was started ${ATTEMPTS_MAX} times and did not end.`,
  });
  expect(bed.agent.calls).toHaveLength(ATTEMPTS_MAX);
  expect(bed.reports.at(-1)).toMatchObject({
    outcome: 'failed',
    failure: 'exhausted',
    failureCode: 'attempts_exhausted',
  });
});

test('nor does one of which something was read: that is kept', async () => {
  bed.agent.handler = (_, response) => stream(response).write(sse(...OPENING, delta('Once')));
  await bed.say('hi');
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    await expect
      .poll(() => bed.commands.filter(({ type }) => type === 'checkpoint-answer').length, {
        timeout: 5_000,
      })
      .toBe(attempt);
    killNode();
  }
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Once (disconnect)']);
  expect(bed.agent.calls).toHaveLength(ATTEMPTS_MAX);
}, 20_000);

/** Of an attempt; whatever else is committed. */
const refuse =
  (...types: readonly string[]): typeof bed.intercept =>
  async ({ type }) =>
    types.includes(type) ? { status: 'refused', code: 'too-large', leader: 0 } : null;

test('a reply that can not be committed is failed at once, and the agent is not called again', async () => {
  bed.intercept = refuse('complete-dispatch');
  await bed.say('hi');
  expect(await bed.settled('failed')).toMatchObject({
    error: 'The turn failed because of an internal error.',
  });
  expect(bed.agent.calls).toHaveLength(1);
  expect(bed.reports.at(-1)).toMatchObject({ outcome: 'failed', failureCode: 'internal' });
  expect(bed.errors.splice(0)).toHaveLength(2);
});

test('of a reply that can not be committed as it is, the beginning of its text is', async () => {
  let refused = 0;
  bed.intercept = async ({ type }) => {
    if (type !== 'complete-dispatch' || refused > 0) return null;
    refused += 1;
    return { status: 'refused', code: 'too-large', leader: 0 };
  };
  bed.agent.handler = (_, response) =>
    stream(response).end(
      sse(...OPENING, delta('x'.repeat(100_000)), { type: 'data-x', data: 1 }, { type: 'finish' }),
    );
  await bed.say('hi');
  await bed.settled('idle');
  const { content, metadata } = contentOf(bed.session().tail.at(-1));
  expect(content.parts).toEqual([{ type: 'text', text: 'x'.repeat(65_536), state: 'done' }]);
  expect(metadata.termination).toBe('error');
  expect(bed.agent.calls).toHaveLength(1);
  expect(bed.errors.splice(0)).toHaveLength(1);
});

test('chunks that are more than a checkpoint are not proposed, and the run goes on', async () => {
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    const large = { type: 'data-x', data: 'x'.repeat(300_000), transient: true };
    stream(response).write(sse(...OPENING, delta('Hello'), large, large, large, large));
    finish = () => response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' }));
  };
  let proposed = 0;
  bed.intercept = async (command) => {
    if (command.type === 'checkpoint-answer') proposed = command.chunks.length;
    return null;
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(7);
  // A pause longer than that between checkpoints, which the chunk after it shows.
  setTimeout(finish, 700);
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(proposed).toBe(0);
});

test('a run that is held up and never released goes on by itself', async () => {
  bed.takeOver({}, { holdLimitMs: 100 });
  bed.setAgent({ whileAnswering: 'interrupt' });
  let goOn = (): void => undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING, delta('Hello')));
    goOn = () => response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' }));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  expect(bed.engine.hold(SESSION)?.held.partial).not.toBeNull();
  goOn();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(bed.errors.splice(0)).toMatchObject([{ message: expect.stringContaining('held up') }]);
});

test('a stop whose proposal throws is answered, and the run goes on', async () => {
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...HELLO.slice(0, 3)));
    finish = () => response.end(sse(...HELLO.slice(3)));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  bed.intercept = async ({ type }) => {
    if (type === 'stop-dispatch') throw new RangeError('a proposal of too many bytes');
    return null;
  };
  expect(await bed.engine.stopAnswer(SESSION)).toEqual({ status: 'unknown' });
  finish();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(bed.errors.splice(0)).toHaveLength(1);
});

test('a stop and an interruption of the longest reply fit', async () => {
  bed.setAgent({ whileAnswering: 'interrupt' });
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length > 1) stream(response).end(sse(...HELLO));
    else stream(response).write(sse(...OPENING, ...Array(1_000).fill(delta('ö'.repeat(500)))));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length, { timeout: 5_000 }).toBe(1_002);
  await bed.say('enough');
  await bed.settled('idle', 2);
  const sizes = bed.session().tail.map(({ payload }) => payload.length);
  expect(Math.max(...sizes)).toBeGreaterThan(1_000_000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(REPLY_BYTES_MAX);
}, 10_000);

test('work that can not be started is looked at ever more seldom', async () => {
  const at: number[] = [];
  bed.intercept = async ({ type }) => {
    if (type !== 'start-dispatch') return null;
    at.push(performance.now());
    return { status: 'refused', code: 'no-quorum', leader: 0 };
  };
  await bed.say('hi');
  await expect.poll(() => at.length, { timeout: 10_000 }).toBe(6);
  const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
  for (const [index, pauseMs] of pauses.entries())
    expect(pauseMs).toBeGreaterThanOrEqual(50 * 2 ** index - 5);
  bed.intercept = async () => null;
  await bed.settled('idle');
  expect(bed.agent.calls).toHaveLength(1);
}, 20_000);

test('long work leaves the event loop a turn between any two slices', async () => {
  const slices = new TurnSlices();
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const slicesOfEach = 3;
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const slice = slices.begin();
      for (let taken = 0; taken < slicesOfEach; taken += 1) {
        while (!slice.isOver());
        await slice.next();
      }
      expect(slice.spentMs()).toBeGreaterThan(0);
    }),
  );
  isOver = true;
  expect(turns).toBeGreaterThanOrEqual(10 * slicesOfEach - 1);
});
