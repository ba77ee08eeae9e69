import { afterEach, beforeEach, expect, test } from 'vitest';
import { Feed } from '../feed/feed.ts';
import type { SessionEvent } from '../feed/feed-events.ts';
import { DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

test('stop: nothing is shown any more, and what was streamed is kept once', async () => {
  let goOn = (): void => undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING, delta('Hello')));
    goOn = () => response.write(sse(delta(' late')));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  expect(bed.engine.liveAnswer(SESSION)?.chunks).toHaveLength(3);
  expect(await bed.engine.stopAnswer(SESSION)).toEqual({ status: 'ok', value: null });
  goOn();
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (stop)']);
  expect(bed.session().dispatch.status).toBe('idle');
  expect(bed.engine.liveAnswer(SESSION)).toBeNull();
  await expect.poll(() => bed.agent.open).toBe(0);
  expect(bed.shown.length).toBe(3);
  expect(await bed.engine.stopAnswer(SESSION)).toMatchObject({
    status: 'refused',
    code: 'conflict',
  });
});

test('a stop that can not be committed leaves the answer as it was', async () => {
  let finish = (): void => undefined;
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING, delta('Hello')));
    finish = () => response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' }));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  bed.intercept = async ({ type }) =>
    type === 'stop-dispatch' ? { status: 'refused', code: 'no-quorum', leader: 0 } : null;
  expect(await bed.engine.stopAnswer(SESSION)).toMatchObject({
    status: 'refused',
    code: 'no-quorum',
  });
  finish();
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
});

test('work that waits is stopped before it is called', async () => {
  bed.setAgent({ debounceWindowMs: 60_000 });
  await bed.say('hi');
  expect(await bed.engine.stopAnswer(SESSION)).toEqual({ status: 'ok', value: null });
  expect(bed.texts()).toEqual(['user: hi']);
  expect(bed.agent.calls).toHaveLength(0);
});

test('archiving a session ends its call, and nothing of it is kept', async () => {
  bed.agent.handler = (_, response) => stream(response).write(sse(...OPENING, delta('Hello')));
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  bed.perform({ type: 'archive-session', sessionId: SESSION, timeMs: Date.now() });
  await expect.poll(() => bed.agent.open).toBe(0);
  expect(bed.texts()).toEqual(['user: hi']);
});

/** The events of one session on a device, and a device on a node that applies later than the leader. */
function devices() {
  const lagging: (() => void)[] = [];
  const received: { readonly near: SessionEvent[]; readonly far: SessionEvent[] } = {
    near: [],
    far: [],
  };
  const feeds = (['near', 'far'] as const).map((place) => {
    let dispatch = bed.session().dispatch;
    const feed = new Feed({
      self: place,
      holds: () => true,
      groupOf: () => 0,
      session: () => null,
      isConnected: () => true,
      follow: () => undefined,
      unfollow: () => undefined,
      fetchFrom: async () => null,
      sendEvent: () => true,
      inboxChanges: () => null,
      dispatchOf: () => dispatch,
      fetch: async () => null,
      checkpoint: () => null,
      sendChunk: () => undefined,
      monotonicMs: () => performance.now(),
      onError: (error) => bed.errors.push(error),
    });
    feed.subscribeSession(SESSION, (event) => received[place].push(event));
    return {
      feed,
      apply: (effect: (typeof bed.effects)[number]) => {
        if (effect.type === 'message-committed') feed.messageCommitted(effect.message);
        if (effect.type !== 'dispatch-changed') return;
        dispatch = effect.dispatch;
        feed.dispatchChanged(effect.sessionId, effect.dispatch);
      },
    };
  });
  let applied = 0;
  /** The near node applies at once; the far one when it is its turn. Chunks overtake what is committed. */
  const pump = (): void => {
    for (const effect of bed.effects.slice(applied)) {
      feeds[0]?.apply(effect);
      lagging.push(() => feeds[1]?.apply(effect));
    }
    applied = bed.effects.length;
  };
  return {
    received,
    feeds,
    pump,
    catchUp: () => lagging.splice(0).forEach((apply) => void apply()),
  };
}

const seed = Date.now() % 1_000_000;

test(`races of stop, chunks and the answer's end (seed ${seed}): nothing after the stop, one message, all that was shown`, async () => {
  let random = seed;
  const next = (bound: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    return (random >>> 8) % bound;
  };
  const { received, feeds, pump, catchUp } = devices();
  bed.takeOver({
    publishChunk: (chunk) => {
      pump();
      for (const { feed } of feeds) feed.publishChunk(chunk);
      if (next(4) === 0) catchUp();
    },
  });
  bed.intercept = async () => {
    for (let turn = next(4); turn > 0; turn -= 1) await new Promise(setImmediate);
    return null;
  };
  bed.agent.handler = (_, response) => {
    stream(response).write(sse(...OPENING));
    const words = 1 + next(40);
    let word = 0;
    const write = (): void => {
      if (response.destroyed) return;
      for (let burst = 1 + next(6); burst > 0 && word < words; burst -= 1) {
        word += 1;
        response.write(sse(delta(`w${word} `)));
      }
      if (word < words) setImmediate(write);
      else response.end(sse({ type: 'text-end', id: '1' }, { type: 'finish' }));
    };
    write();
  };
  for (let round = 1; round <= 40; round += 1) {
    await bed.say(`round ${round}`);
    const stopAt = next(60);
    for (let turn = 0; turn < stopAt; turn += 1) await new Promise(setImmediate);
    await bed.engine.stopAnswer(SESSION);
    await bed.settled('idle', round);
    pump();
    catchUp();
    const answers = bed
      .session()
      .tail.filter(({ sender, payload }) => sender.type === 'agent' && isOfEpoch(payload, round));
    expect(answers.length, `answers of round ${round}`).toBeLessThanOrEqual(1);
    for (const events of [received.near, received.far]) {
      const ended = events.findIndex(
        (event) => event.type === 'status' && isEnd(event.dispatch, round),
      );
      expect(ended).toBeGreaterThanOrEqual(0);
      const late = events.slice(ended).filter((event) => isChunkOf(event, round));
      expect(late, `late chunks of round ${round}`).toEqual([]);
      const shown = events
        .filter((event) => isChunkOf(event, round))
        .map(wordOf)
        .join('');
      const [answer] = answers;
      const kept = answer === undefined ? '' : textOf(answer.payload);
      expect(kept.startsWith(shown), `"${kept}" keeps "${shown}" of round ${round}`).toBe(true);
    }
  }
});

function isEnd(dispatch: { readonly status: string; readonly epoch: number }, epoch: number) {
  return dispatch.epoch === epoch && dispatch.status === 'idle';
}

function isChunkOf(event: SessionEvent, epoch: number): boolean {
  return event.type === 'chunk' && event.epoch === epoch;
}

function wordOf(event: SessionEvent): string {
  return event.type === 'chunk' && typeof event.chunk.delta === 'string' ? event.chunk.delta : '';
}

function isOfEpoch(payload: Uint8Array, epoch: number): boolean {
  return JSON.parse(new TextDecoder().decode(payload)).metadata.epoch === epoch;
}

function textOf(payload: Uint8Array): string {
  const { parts } = JSON.parse(new TextDecoder().decode(payload)).content;
  return parts.map((part: { text?: string }) => part.text ?? '').join('');
}

test('a message right behind a stop is the next turn: both replies are there, each once and in its place', async () => {
  bed.agent.handler = (_, response) => {
    if (bed.agent.calls.length === 1) stream(response).write(sse(...OPENING, delta('Hello')));
    else stream(response).end(sse(...HELLO));
  };
  await bed.say('hi');
  await expect.poll(() => bed.shown.length).toBe(3);
  const [stopped] = await Promise.all([bed.engine.stopAnswer(SESSION), bed.say('wait')]);
  expect(stopped).toEqual({ status: 'ok', value: null });
  await bed.settled('idle', 2);
  const texts = bed.texts();
  expect(texts.filter((text) => text === 'agent: Hello (stop)')).toHaveLength(1);
  expect(texts.at(-1)).toBe('agent: Hello (finish)');
  expect(texts).toHaveLength(4);
  expect(bed.agent.calls).toHaveLength(2);
  // Nothing of the first reply is shown under the second one.
  const epochs = bed.shown.map(({ epoch }) => epoch);
  expect(epochs).toEqual(epochs.toSorted((a, b) => a - b));
});
