import { describe, expect, test } from 'vitest';
import { apply, dueDispatches, runningDispatches, stateDigest } from '../index.ts';
import {
  complete,
  create,
  DEBOUNCE_MS,
  defer,
  effectTypes,
  fail,
  groupAfter,
  message,
  OTHER_SESSION,
  retry,
  SESSION,
  say,
  sessionOf,
  start,
  stop,
} from '../testing/commands.ts';

const at = (number: number, timeMs: number) => say(number, { timeMs });

describe('work for the agent', () => {
  test('C40 the first message makes work that waits for the debounce', () => {
    const state = groupAfter(create());
    const applied = apply(state, at(1, 10_000));
    expect(sessionOf(state).dispatch).toEqual({
      status: 'waiting',
      epoch: 1,
      attempt: 0,
      dueAtMs: 10_500,
      dueByMs: 15_000,
      error: null,
    });
    expect(effectTypes(applied)).toEqual([
      'message-committed',
      'dispatch-changed',
      'inbox-changed',
    ]);
  });

  test('C41 further messages push the call back, but ten windows after the first it is due', () => {
    const state = groupAfter(create(), at(1, 10_000));
    for (let number = 2; number <= 40; number += 1) {
      const timeMs = 10_000 + (number - 1) * 400;
      const applied = apply(state, at(number, timeMs));
      expect(effectTypes(applied)).toEqual(['message-committed', 'inbox-changed']);
      expect(sessionOf(state).dispatch).toMatchObject({
        epoch: 1,
        dueAtMs: Math.min(timeMs + DEBOUNCE_MS, 15_000),
      });
    }
  });

  test('C41 a clock that went back does not bring the call forward', () => {
    const state = groupAfter(create(), at(1, 10_000), at(2, 2_000));
    expect(sessionOf(state).dispatch).toMatchObject({ dueAtMs: 10_500 });
  });

  test('C42 a call begins under the next attempt and has seen the newest message of the user', () => {
    const state = groupAfter(create(), say(1), say(2));
    expect(apply(state, start(1, 2)).reply).toMatchObject({ code: 'stale-epoch' });
    expect(apply(state, start(2, 1)).reply).toMatchObject({ code: 'stale-epoch' });
    const running = {
      status: 'running',
      epoch: 1,
      attempt: 1,
      startedAtMs: 2_000,
      throughSeq: 2,
    };
    expect(apply(state, start(1, 1)).reply).toEqual({ type: 'dispatch', dispatch: running });
    expect(sessionOf(state).dispatch).toEqual(running);
  });

  test('C43 a message during a call is answered by new work after it', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    expect(effectTypes(apply(state, say(2)))).toEqual(['message-committed', 'inbox-changed']);
    expect(sessionOf(state).dispatch).toMatchObject({ status: 'running', epoch: 1 });
    apply(state, complete(1, 1, 3, 20_000));
    expect(sessionOf(state).dispatch).toMatchObject({
      status: 'waiting',
      epoch: 2,
      attempt: 0,
      dueAtMs: 20_500,
    });
  });

  test('C44 a new leader takes the call up as the next attempt; the answer of the old one is refused', () => {
    const state = groupAfter(create(), say(1), start(1, 1), say(2), start(1, 2));
    expect(sessionOf(state).dispatch).toMatchObject({ epoch: 1, attempt: 2, throughSeq: 2 });
    expect(apply(state, complete(1, 1, 3)).reply).toMatchObject({ code: 'stale-epoch' });
    apply(state, complete(1, 2, 4));
    expect(sessionOf(state)).toMatchObject({ lastSeq: 3, dispatch: { status: 'idle', epoch: 1 } });
  });

  test('C45 an answer is one message of the agent, and an epoch has at most one', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const applied = apply(state, complete(1, 1, 2));
    expect(effectTypes(applied)).toEqual([
      'message-committed',
      'dispatch-changed',
      'inbox-changed',
    ]);
    expect(sessionOf(state).tail.at(-1)).toMatchObject({ seq: 2, sender: { type: 'agent' } });
    const before = stateDigest(state);
    expect(apply(state, complete(1, 1, 3)).reply).toMatchObject({ code: 'stale-epoch' });
    expect(apply(state, stop(1, message(3))).reply).toMatchObject({ code: 'nothing-to-stop' });
    expect(stateDigest(state)).toBe(before);
  });

  test('C46 a failed attempt waits until the time given, whatever the user writes meanwhile', () => {
    const state = groupAfter(create(), say(1), start(1, 1), defer(1, 1, 30_000));
    expect(sessionOf(state).dispatch).toMatchObject({
      status: 'waiting',
      epoch: 1,
      attempt: 1,
      dueAtMs: 30_000,
      error: 'status 503',
    });
    apply(state, at(2, 5_000));
    apply(state, at(3, 29_900));
    expect(sessionOf(state).dispatch).toMatchObject({ dueAtMs: 30_000, attempt: 1 });
    apply(state, start(1, 2));
    expect(sessionOf(state).dispatch).toMatchObject({ attempt: 2, throughSeq: 3 });
  });

  test('C47 after the last attempt the work has failed, visibly', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const applied = apply(state, fail(1, 1, 'status 500'));
    const failed = { status: 'failed', epoch: 1, attempt: 1, error: 'status 500' };
    expect(applied.effects).toContainEqual({
      type: 'dispatch-changed',
      sessionId: SESSION,
      dispatch: failed,
    });
    expect(sessionOf(state).dispatch).toEqual(failed);
  });

  test('C47 work without an agent to call fails without an attempt', () => {
    const state = groupAfter(create(), say(1), fail(1, 0, 'the agent is disabled'));
    expect(sessionOf(state).dispatch).toMatchObject({ status: 'failed', attempt: 0 });
  });

  test('C48 a call that fails after a newer message makes new work that remembers why', () => {
    const state = groupAfter(create(), say(1), start(1, 1), say(2), fail(1, 1, 'status 500'));
    expect(sessionOf(state).dispatch).toMatchObject({
      status: 'waiting',
      epoch: 2,
      error: 'status 500',
    });
  });

  test('C49 stopping ends the epoch and keeps what was streamed so far, once', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    apply(state, stop(1, message(2, { kind: 'assistant' })));
    expect(sessionOf(state)).toMatchObject({ lastSeq: 2, dispatch: { status: 'idle', epoch: 1 } });
    expect(apply(state, stop(1, message(3))).reply).toMatchObject({ code: 'nothing-to-stop' });
    expect(apply(state, complete(1, 1, 4)).reply).toMatchObject({ code: 'stale-epoch' });
    expect(sessionOf(state).lastSeq).toBe(2);
  });

  test('C49 work that waits is stopped, too, and nothing is committed', () => {
    const state = groupAfter(create(), say(1), stop(1));
    expect(sessionOf(state)).toMatchObject({ lastSeq: 1, dispatch: { status: 'idle', epoch: 1 } });
    expect(dueDispatches(state, 1_000_000)).toEqual([]);
  });

  test('C50 a message that the stopped call had not seen is answered all the same', () => {
    const state = groupAfter(create(), say(1), start(1, 1), say(2), stop(1, message(3)));
    expect(sessionOf(state)).toMatchObject({
      lastSeq: 3,
      dispatch: { status: 'waiting', epoch: 2 },
    });
  });

  test('C51 there is nothing to stop before work, after it, or in another epoch', () => {
    const state = groupAfter(create());
    expect(apply(state, stop(0)).reply).toMatchObject({ code: 'nothing-to-stop' });
    apply(state, say(1));
    expect(apply(state, stop(2)).reply).toMatchObject({ code: 'stale-epoch' });
    apply(state, start(1, 1));
    apply(state, fail(1, 1));
    expect(apply(state, stop(1)).reply).toMatchObject({ code: 'nothing-to-stop' });
  });

  test('C52 after a failure a user may ask again: new epoch, due at once', () => {
    const state = groupAfter(create(), say(1));
    expect(apply(state, retry()).reply).toMatchObject({ code: 'nothing-to-retry' });
    apply(state, start(1, 1));
    expect(apply(state, retry()).reply).toMatchObject({ code: 'nothing-to-retry' });
    apply(state, fail(1, 1));
    apply(state, retry(8_000));
    expect(sessionOf(state).dispatch).toEqual({
      status: 'waiting',
      epoch: 2,
      attempt: 0,
      dueAtMs: 8_000,
      dueByMs: 8_000,
      error: null,
    });
    expect(apply(state, retry()).reply).toMatchObject({ code: 'nothing-to-retry' });
  });

  test('C53 a message after a failure makes new work', () => {
    const state = groupAfter(create(), say(1), start(1, 1), fail(1, 1), say(2));
    expect(sessionOf(state).dispatch).toMatchObject({ status: 'waiting', epoch: 2, error: null });
  });
});

describe('what the dispatch engine reads', () => {
  test('C81 work is due from its time on, longest overdue first, then by session', () => {
    const state = groupAfter(
      create(),
      create({ sessionId: OTHER_SESSION }),
      create({ sessionId: '7f-A' }),
      at(1, 10_000),
      say(2, { sessionId: OTHER_SESSION, timeMs: 9_000 }),
      say(3, { sessionId: '7f-A', timeMs: 10_000 }),
    );
    const dueAt = (nowMs: number) => dueDispatches(state, nowMs).map(({ session }) => session.id);
    expect(dueAt(9_499)).toEqual([]);
    expect(dueAt(9_500)).toEqual([OTHER_SESSION]);
    expect(dueAt(10_500)).toEqual([OTHER_SESSION, SESSION, '7f-A']);
    apply(state, start(1, 1));
    expect(dueAt(10_500)).toEqual([OTHER_SESSION, '7f-A']);
  });

  test('C82 running work is found by session until it ends', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    expect(runningDispatches(state).map(({ dispatch }) => dispatch.epoch)).toEqual([1]);
    apply(state, complete(1, 1, 2));
    expect(runningDispatches(state)).toEqual([]);
  });
});
