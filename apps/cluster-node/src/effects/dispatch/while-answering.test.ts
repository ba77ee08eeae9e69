import { afterEach, beforeEach, expect, test } from 'vitest';
import { DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

const seqsOfCall = (index: number): readonly number[] =>
  JSON.parse(bed.agent.calls[index]?.body ?? '{"messages":[]}').messages.map(
    ({ seq }: { seq: number }) => seq,
  );

/** The first call says this and then hangs; the others answer. */
function hangsAfter(...chunks: readonly object[]): void {
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length > 1) stream(response).end(sse(...HELLO));
    else stream(response).write(sse(...chunks));
  };
}

test('queue: what is written during an answer is answered after it', async () => {
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length === 1) void bed.say('and another');
    stream(response).end(sse(...HELLO));
  };
  await bed.say('hi');
  await bed.settled('idle', 2);
  expect(bed.texts()).toEqual([
    'user: hi',
    'user: and another',
    'agent: Hello (finish)',
    'agent: Hello (finish)',
  ]);
  expect(seqsOfCall(1)).toEqual([1, 2, 3]);
});

test('reject: nothing is taken until the answer is there', async () => {
  bed.setAgent({ whileAnswering: 'reject' });
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...HELLO.slice(0, 3)));
    finish = () => response.end(sse(...HELLO.slice(3)));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  expect(await bed.say('too early')).toMatchObject({ value: { code: 'agent-busy' } });
  finish();
  await bed.settled('idle');
  expect(await bed.say('now')).toMatchObject({ value: { type: 'appended' } });
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)', 'user: now']);
});

test('interrupt: the answer ends with what was shown of it, before the message', async () => {
  bed.setAgent({ whileAnswering: 'interrupt' });
  hangsAfter(...OPENING, delta('Long '), delta('story'));
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(4);
  await bed.say('stop that, please');
  await bed.settled('idle', 2);
  expect(bed.texts()).toEqual([
    'user: hi',
    'agent: Long story (stop)',
    'user: stop that, please',
    'agent: Hello (finish)',
  ]);
  expect(bed.reports.map(({ epoch, outcome }) => [epoch, outcome])).toEqual([
    [1, 'dropped'],
    [2, 'answered'],
  ]);
  await expect.poll(() => bed.agent.open).toBe(0);
});

test('interrupt before the first content keeps nothing', async () => {
  bed.setAgent({ whileAnswering: 'interrupt' });
  hangsAfter();
  await bed.say('hi');
  await expect.poll(() => bed.agent.calls.length).toBe(1);
  await bed.say('no, wait');
  await bed.settled('idle', 2);
  expect(bed.texts()).toEqual(['user: hi', 'user: no, wait', 'agent: Hello (finish)']);
});

test('interrupt that can not be committed leaves the answer as it was', async () => {
  bed.setAgent({ whileAnswering: 'interrupt' });
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...HELLO.slice(0, 3)));
    finish = () => response.end(sse(...HELLO.slice(3)));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  bed.intercept = async ({ type }) =>
    type === 'append-message' ? { status: 'refused', code: 'no-quorum', leader: 0 } : null;
  expect(await bed.say('lost')).toMatchObject({ status: 'refused' });
  finish();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(bed.shown).toHaveLength(HELLO.length);
});

test('while it is decided, nothing is shown that would not be kept', async () => {
  bed.setAgent({ whileAnswering: 'interrupt' });
  let more = (): void => undefined;
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length > 1) stream(response).end(sse(...HELLO));
    else {
      stream(response).write(sse(...OPENING, delta('shown')));
      more = () => response.write(sse(delta(' and not shown')));
    }
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  let commit = (): void => undefined;
  const committed = new Promise<void>((resolve) => {
    commit = resolve;
  });
  bed.intercept = async ({ type }) => {
    if (type === 'append-message') await committed;
    return null;
  };
  const sent = bed.say('next');
  more();
  // Another session is answered meanwhile: enough time for the chunk to have come.
  bed.setAgent({ id: 'other', whileAnswering: 'queue' });
  bed.createSession(`${SESSION.slice(0, -1)}1`, 'other');
  bed.intercept = async () => null;
  const before = bed.shown.length;
  await bed.say('hello', `${SESSION.slice(0, -1)}1`);
  await bed.settled('idle', 1, `${SESSION.slice(0, -1)}1`);
  expect(bed.shown.slice(before).every(({ sessionId }) => sessionId !== SESSION)).toBe(true);
  commit();
  await sent;
  await bed.settled('idle', 2);
  expect(bed.texts()[1]).toBe('agent: shown (stop)');
});

test('merge: within the window and before the first content, both are one turn', async () => {
  bed.setAgent({ whileAnswering: 'merge', debounceWindowMs: 300 });
  hangsAfter();
  await bed.say('hi', SESSION, Date.now() - 300);
  await expect.poll(() => bed.agent.calls.length).toBe(1);
  await bed.say('there');
  await bed.settled('idle', 2);
  expect(bed.texts()).toEqual(['user: hi', 'user: there', 'agent: Hello (finish)']);
  expect(seqsOfCall(1)).toEqual([1, 2]);
  expect(bed.agent.calls).toHaveLength(2);
});

test('merge: after the first content the message waits its turn', async () => {
  bed.setAgent({ whileAnswering: 'merge', debounceWindowMs: 300 });
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length > 1) {
      stream(response).end(sse(...HELLO));
      return;
    }
    stream(response).write(sse(...HELLO.slice(0, 3)));
    finish = () => response.end(sse(...HELLO.slice(3)));
  };
  await bed.say('hi', SESSION, Date.now() - 300);
  await expect.poll(() => bed.shown.length).toBe(3);
  await bed.say('there');
  finish();
  await bed.settled('idle', 2);
  expect(bed.texts()).toEqual([
    'user: hi',
    'user: there',
    'agent: Hello (finish)',
    'agent: Hello (finish)',
  ]);
});

test('a message that was taken before interrupts nothing', async () => {
  bed.setAgent({ whileAnswering: 'interrupt' });
  hangsAfter(...HELLO.slice(0, 3));
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  const first = bed.commands.find(({ type }) => type === 'append-message');
  const hold = bed.engine.hold(SESSION);
  if (first?.type !== 'append-message' || hold === null) throw new Error('nothing is held');
  expect(bed.perform({ ...first, held: hold.held })).toMatchObject({ duplicate: true });
  hold.release();
  expect(bed.session().dispatch).toMatchObject({ status: 'running', epoch: 1 });
  expect(bed.engine.liveAnswer(SESSION)?.chunks).toHaveLength(3);
});
