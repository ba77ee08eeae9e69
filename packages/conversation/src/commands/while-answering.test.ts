import { describe, expect, test } from 'vitest';
import { answerCheckpoint, apply, CHECKPOINT_BYTES_MAX, stateDigest } from '../index.ts';
import {
  checkpoint,
  complete,
  create,
  defer,
  effectTypes,
  fail,
  groupAfter,
  message,
  say,
  sessionOf,
  start,
  stop,
} from '../testing/commands.ts';

const held = (epoch: number, attempt: number, partial: number | null) => ({
  epoch,
  attempt,
  partial: partial === null ? null : message(partial, { kind: 'assistant' }),
});
const senders = (state: Parameters<typeof sessionOf>[0]) =>
  sessionOf(state).tail.map(({ sender }) => sender.type);

describe('a message while the agent answers', () => {
  test('C55 an agent that rejects takes no message until its answer is there', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const before = stateDigest(state);
    const rejected = say(2, { whileAnswering: 'reject' });
    expect(apply(state, rejected)).toMatchObject({ reply: { code: 'agent-busy' }, effects: [] });
    expect(stateDigest(state)).toBe(before);
    apply(state, defer(1, 1, 30_000));
    expect(apply(state, rejected).reply).toMatchObject({ code: 'agent-busy' });
    apply(state, start(1, 2));
    apply(state, complete(1, 2, 3));
    expect(apply(state, rejected).reply).toMatchObject({ type: 'appended', duplicate: false });
  });

  test('C55 a message that was taken before is answered, also while the agent is busy', () => {
    const first = say(1, { whileAnswering: 'reject' });
    const state = groupAfter(create(), first, start(1, 1));
    expect(apply(state, first).reply).toMatchObject({ type: 'appended', duplicate: true });
  });

  test('C56 an interrupted answer stands before the message that ended it, and new work begins', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const applied = apply(
      state,
      say(2, { whileAnswering: 'interrupt', held: held(1, 1, 7), timeMs: 9_000 }),
    );
    expect(effectTypes(applied)).toEqual([
      'message-committed',
      'message-committed',
      'dispatch-changed',
      'inbox-changed',
    ]);
    expect(applied.reply).toMatchObject({ type: 'appended', message: { seq: 3 } });
    expect(senders(state)).toEqual(['user', 'agent', 'user']);
    expect(sessionOf(state).dispatch).toMatchObject({
      status: 'waiting',
      epoch: 2,
      dueAtMs: 9_500,
    });
    expect(apply(state, complete(1, 1, 4)).reply).toMatchObject({ code: 'stale-epoch' });
    expect(apply(state, stop(1, message(5))).reply).toMatchObject({ code: 'stale-epoch' });
    expect(sessionOf(state).lastSeq).toBe(3);
  });

  test('C56 nothing is kept of an answer without content', () => {
    const state = groupAfter(
      create(),
      say(1),
      start(1, 1),
      say(2, { whileAnswering: 'interrupt', held: held(1, 1, null) }),
    );
    expect(senders(state)).toEqual(['user', 'user']);
    expect(sessionOf(state).dispatch).toMatchObject({ status: 'waiting', epoch: 2 });
  });

  test('C56 an answer that ended in between stays as it is', () => {
    const state = groupAfter(create(), say(1), start(1, 1), complete(1, 1, 2));
    apply(state, say(3, { whileAnswering: 'interrupt', held: held(1, 1, 7) }));
    expect(senders(state)).toEqual(['user', 'agent', 'user']);
    expect(sessionOf(state).dispatch).toMatchObject({ status: 'waiting', epoch: 2 });
  });

  test('C56 between two attempts what was streamed is kept, too', () => {
    const state = groupAfter(create(), say(1), start(1, 1), checkpoint(1, 1, 0, 3), start(1, 2));
    apply(state, defer(1, 2, 60_000));
    apply(state, say(2, { whileAnswering: 'interrupt', held: held(1, 2, 7) }));
    expect(senders(state)).toEqual(['user', 'agent', 'user']);
    expect(sessionOf(state).dispatch).toMatchObject({ status: 'waiting', epoch: 2, attempt: 0 });
  });

  test('C57 a message in the debounce window of a call without content joins its work', () => {
    const state = groupAfter(create(), say(1), start(1, 1, 8_000));
    apply(state, say(2, { whileAnswering: 'merge', held: held(1, 1, null), timeMs: 8_300 }));
    expect(sessionOf(state).dispatch).toMatchObject({
      status: 'waiting',
      epoch: 2,
      dueAtMs: 8_800,
    });
    apply(state, start(2, 1));
    expect(sessionOf(state).dispatch).toMatchObject({ throughSeq: 2 });
    expect(senders(state)).toEqual(['user', 'user']);
  });

  test('C57 later, or after the first content, it waits for the answer to end', () => {
    for (const late of [
      say(2, { whileAnswering: 'merge', held: held(1, 1, null), timeMs: 8_501 }),
      say(2, { whileAnswering: 'merge', held: held(1, 1, 7), timeMs: 8_100 }),
    ]) {
      const state = groupAfter(create(), say(1), start(1, 1, 8_000), late);
      expect(sessionOf(state).dispatch).toMatchObject({ status: 'running', epoch: 1 });
      expect(senders(state)).toEqual(['user', 'user']);
    }
  });

  test('C58 an answer that was not held up for this message is never cut off', () => {
    for (const stale of [null, held(1, 2, 7), held(2, 1, 7)]) {
      const state = groupAfter(create(), say(1), start(1, 1));
      apply(state, say(2, { whileAnswering: 'interrupt', held: stale }));
      expect(sessionOf(state).dispatch).toMatchObject({ status: 'running', epoch: 1 });
      expect(senders(state)).toEqual(['user', 'user']);
    }
  });
});

describe('the checkpoint of an answer', () => {
  const checkpointed = (state: Parameters<typeof sessionOf>[0]) => {
    const checkpointed = answerCheckpoint(sessionOf(state));
    if (checkpointed === null) return null;
    const { attempt, index, segments } = checkpointed;
    return { attempt, index, bytes: segments.flatMap((segment) => [...segment]) };
  };

  test('C83 grows piece by piece, each beginning where the last one ended', () => {
    const state = groupAfter(create(), say(1), start(1, 1), checkpoint(1, 1, 0, 3));
    expect(apply(state, checkpoint(1, 1, 2, 4)).reply).toMatchObject({ code: 'stale-epoch' });
    expect(apply(state, checkpoint(1, 1, 4, 5)).reply).toMatchObject({ code: 'stale-epoch' });
    apply(state, checkpoint(1, 1, 3, 5));
    expect(checkpointed(state)).toEqual({ attempt: 1, index: 5, bytes: [0, 1, 2, 3, 4] });
    expect(apply(state, checkpoint(1, 1, 3, 5)).reply).toMatchObject({ code: 'stale-epoch' });
  });

  test('C83 is taken under the running epoch and attempt only', () => {
    const state = groupAfter(create(), say(1));
    expect(apply(state, checkpoint(1, 1, 0, 1)).reply).toMatchObject({ code: 'stale-epoch' });
    apply(state, start(1, 1));
    for (const other of [checkpoint(1, 2, 0, 1), checkpoint(2, 1, 0, 1)])
      expect(apply(state, other).reply).toMatchObject({ code: 'stale-epoch' });
    expect(checkpointed(state)).toBeNull();
  });

  test('C84 stays through further attempts until one of them has streamed something', () => {
    const state = groupAfter(create(), say(1), start(1, 1), checkpoint(1, 1, 0, 3));
    apply(state, start(1, 2));
    apply(state, defer(1, 2, 60_000));
    expect(checkpointed(state)).toMatchObject({ attempt: 1, index: 3 });
    apply(state, start(1, 3));
    apply(state, checkpoint(1, 3, 0, 1));
    expect(checkpointed(state)).toEqual({ attempt: 3, index: 1, bytes: [0] });
  });

  test('C85 is gone when the epoch has ended', () => {
    for (const end of [
      complete(1, 1, 4),
      fail(1, 1),
      stop(1, message(4)),
      say(4, { whileAnswering: 'interrupt', held: held(1, 1, 5) }),
    ]) {
      const state = groupAfter(create(), say(1), start(1, 1), checkpoint(1, 1, 0, 3), end);
      expect(checkpointed(state)).toBeNull();
    }
    const again = groupAfter(create(), say(1), start(1, 1), checkpoint(1, 1, 0, 3), say(2));
    apply(again, complete(1, 1, 4));
    expect(sessionOf(again).dispatch).toMatchObject({ status: 'waiting', epoch: 2 });
    expect(checkpointed(again)).toBeNull();
  });

  test('C86 has a limit, and says so', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const huge = new Uint8Array(CHECKPOINT_BYTES_MAX);
    expect(apply(state, { ...checkpoint(1, 1, 0, 1), chunks: huge }).reply.type).toBe('dispatch');
    expect(apply(state, checkpoint(1, 1, 1, 2)).reply).toMatchObject({ code: 'checkpoint-full' });
    expect(checkpointed(state)).toMatchObject({ index: 1 });
  });

  test('C87 is not published', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const { version, inboxVersion } = sessionOf(state);
    expect(apply(state, checkpoint(1, 1, 0, 3)).effects).toEqual([]);
    expect(sessionOf(state)).toMatchObject({ version, inboxVersion });
  });
});
