import { answerCheckpoint } from '@fleetlm/conversation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CHECKPOINT_EVERY_MS } from './attempt/checkpointer.ts';
import { ATTEMPTS_MAX } from './attempt/retry-policy.ts';
import { DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

/** The first call says this and hangs; later ones do what is given. */
function hangsAfter(chunks: readonly object[], later: typeof bed.agent.handler): void {
  bed.agent.handler = (request, response, body) => {
    if (bed.agent.calls.length === 1) stream(response).write(sse(...chunks));
    else later(request, response, body);
  };
}

const checkpoint = () => answerCheckpoint(bed.session());
const untilCheckpointed = (index: number) => expect.poll(() => checkpoint()?.index).toBe(index);
/** The node that streamed is gone without a word; another one takes over. */
const killNode = (): void => {
  bed.leads = false;
  bed.takeOver();
};

test('what is shown is checkpointed, at most twice a second, merged', async () => {
  let writing: NodeJS.Timeout | undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING));
    writing = setInterval(() => response.write(sse(delta('x'))), 5);
    response.once('close', () => clearInterval(writing));
  };
  const startedAt = performance.now();
  await bed.say('hi');
  await expect.poll(() => checkpoint()?.segments.length).toBe(3);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(3 * CHECKPOINT_EVERY_MS - 20);
  clearInterval(writing);
  const segments = checkpoint()?.segments.map((segment) =>
    JSON.parse(new TextDecoder().decode(segment)),
  );
  expect(segments?.map(({ length }) => length)).toEqual([3, 1, 1]);
  expect(segments?.[0]?.[0]).toMatchObject({ type: 'start', messageId: expect.any(String) });
  expect(bed.engine.liveAnswer(SESSION)?.chunks).toHaveLength(3);
  expect(bed.engine.liveAnswer(SESSION)?.nextIndex).toBe(bed.shown.length);
});

test('a group is busy from before the call of an agent until its turn has ended', async () => {
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    const answer = stream(response);
    answer.write(sse(...OPENING));
    finish = () => answer.end(sse(...HELLO.slice(OPENING.length)));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBeGreaterThan(0);
  expect(bed.busyChanges).toEqual([expect.stringMatching(/ true$/)]);
  finish();
  await bed.settled('idle');
  await expect.poll(() => bed.busyChanges.at(-1)).toMatch(/ false$/);
});

test('a short answer costs no extra entry', async () => {
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.commands.filter(({ type }) => type === 'checkpoint-answer')).toEqual([]);
});

test('retry: what was on the screen stays there until the next attempt has its first content', async () => {
  let speak = (): void => undefined;
  hangsAfter([...OPENING, delta('Once upon')], (_, response) => {
    stream(response).write(sse(...OPENING.slice(0, 1)));
    speak = () => response.end(sse(...HELLO.slice(1)));
  });
  await bed.say('hi');
  await untilCheckpointed(3);
  const messageId = bed.engine.liveAnswer(SESSION)?.chunks[0]?.messageId;
  killNode();
  await expect.poll(() => bed.agent.calls.length).toBe(2);
  expect(bed.engine.liveAnswer(SESSION)).toMatchObject({
    epoch: 1,
    attempt: 1,
    nextIndex: 3,
    chunks: [{ type: 'start', messageId }, { type: 'text-start' }, { delta: 'Once upon' }],
  });
  speak();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  // The same message wherever it is shown: it is replaced, not doubled.
  expect(bed.session().tail.at(-1)?.id).toBe(messageId);
  expect(bed.shown.slice(3).map(({ attempt, index }) => [attempt, index])).toEqual([
    [2, 0],
    [2, 1],
    [2, 2],
    [2, 3],
    [2, 4],
  ]);
});

test('seal: what was streamed stands as it is, and the agent is not called again', async () => {
  bed.setAgent({ afterNodeLoss: 'seal' });
  hangsAfter([...OPENING, delta('Once upon')], () => undefined);
  await bed.say('hi');
  await untilCheckpointed(3);
  killNode();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Once upon (disconnect)']);
  expect(bed.agent.calls).toHaveLength(1);
});

test('seal, without content: the agent is called again', async () => {
  bed.setAgent({ afterNodeLoss: 'seal' });
  hangsAfter([], (_, response) => stream(response).end(sse(...HELLO)));
  await bed.say('hi');
  await expect.poll(() => bed.agent.calls.length).toBe(1);
  killNode();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
});

test('seal, when only the opening of an answer is checkpointed: the agent is called again', async () => {
  bed.setAgent({ afterNodeLoss: 'seal' });
  hangsAfter(OPENING.slice(0, 1), (_, response) => stream(response).end(sse(...HELLO)));
  await bed.say('hi');
  await untilCheckpointed(1);
  killNode();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
});

test('when no further attempt succeeds, what users had read is kept, once', async () => {
  hangsAfter([...OPENING, delta('Once upon')], (_, response) => response.writeHead(500).end());
  await bed.say('hi');
  await untilCheckpointed(3);
  killNode();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Once upon (disconnect)']);
  expect(bed.agent.calls).toHaveLength(ATTEMPTS_MAX);
});

test('an attempt that breaks off earlier than the one before it takes nothing back', async () => {
  hangsAfter([...OPENING, delta('Once upon a time')], (_, response) => {
    stream(response).write(sse(...OPENING, delta('Once')), () => response.destroy());
  });
  await bed.say('hi');
  await untilCheckpointed(3);
  killNode();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Once upon a time (disconnect)']);
});

test('a stop between two attempts keeps what was read of the first', async () => {
  hangsAfter([...OPENING, delta('Once upon')], (_, response) =>
    response.writeHead(503, { 'retry-after': '60' }).end(),
  );
  await bed.say('hi');
  await untilCheckpointed(3);
  killNode();
  await expect.poll(() => bed.session().dispatch).toMatchObject({ status: 'waiting', attempt: 2 });
  expect(bed.engine.liveAnswer(SESSION)?.chunks).toHaveLength(3);
  expect(await bed.engine.stopAnswer(SESSION)).toEqual({ status: 'ok', value: null });
  expect(bed.texts()).toEqual(['user: hi', 'agent: Once upon (stop)']);
});

test('a node that stops in order notes the last words before it goes', async () => {
  hangsAfter([...OPENING, delta('Once upon')], () => undefined);
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  expect(checkpoint()).toBeNull();
  await bed.engine.stop(0);
  expect(checkpoint()?.index).toBe(3);
  expect(bed.texts()).toEqual(['user: hi']);
});

test('an outcome that is not known is neither checkpointed twice nor lost', async () => {
  let number = 0;
  bed.intercept = async (command) => {
    if (command.type !== 'checkpoint-answer') return null;
    number += 1;
    // The first one is applied, and no node learns of it; the second one is not.
    if (number === 1) bed.perform(command);
    return number <= 2 ? { status: 'unknown' } : null;
  };
  let writing: NodeJS.Timeout | undefined;
  bed.agent.handler = (_, response) => {
    let word = 0;
    stream(response).write(sse(...OPENING));
    writing = setInterval(() => {
      word += 1;
      response.write(sse(delta(`${word} `)));
    }, 50);
    response.once('close', () => clearInterval(writing));
  };
  await bed.say('hi');
  await expect.poll(() => checkpoint()?.segments.length).toBe(3);
  clearInterval(writing);
  const text = checkpoint()
    ?.segments.flatMap((segment) => JSON.parse(new TextDecoder().decode(segment)))
    .map(({ delta: word }) => word ?? '')
    .join('');
  const words = text?.trim().split(' ').map(Number) ?? [];
  expect(words).toEqual(words.map((_, at) => at + 1));
});

test('a node that has just started calls no agent, and fails nothing, before it has read the registrations', async () => {
  const known = bed.setAgent();
  bed.agents.clear();
  let reads = 0;
  bed.leads = false;
  bed.takeOver({
    catchUpAgents: async () => {
      reads += 1;
      if (reads < 3) return false;
      bed.agents.set(known.id, known);
      return true;
    },
  });
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
  expect(reads).toBe(3);
  expect(bed.reports.map(({ attempt, status }) => [attempt, status])).toEqual([[1, 200]]);
});

test('what a node knew before it was restarted is not called before it has read what holds now', async () => {
  const old = bed.setAgent({ webhookPath: '/old' });
  bed.takeOver({
    catchUpAgents: async () => {
      bed.agents.set(old.id, { ...old, webhookPath: '/new' });
      return true;
    },
  });
  await bed.say('hi');
  await bed.settled('idle');
  expect(bed.reports.map(({ url }) => url?.split('/').at(-1))).toEqual(['new']);
});
