import { expect, test } from 'vitest';
import {
  apply,
  dueDispatches,
  exportState,
  findHead,
  type GroupState,
  importState,
  isCold,
  stateDigest,
} from '../index.ts';
import {
  accepted,
  agentSays,
  archive,
  complete,
  completeAsking,
  create,
  decide,
  defer,
  erase,
  evict,
  evictable,
  fail,
  flushedAll,
  groupAfter,
  hydrate,
  message,
  retry,
  SESSION,
  say,
  sessionOf,
  start,
  stop,
  uuid,
} from '../testing/commands.ts';

/** A reply, message 2, that asks for two decisions. */
const ASKED = [create(), say(1), start(1, 1), completeAsking(1, 2, ['p1', 'p2'])] as const;

const replyOf = (state: GroupState, command: Parameters<typeof apply>[1]) =>
  apply(state, command).reply;
const refusal = (code: string) => ({ type: 'refused', code });

test('C116 a session says whether its last reply waits for the user, in memory and out of it', () => {
  const state = groupAfter(...ASKED);
  const awaits = () => findHead(state, SESSION)?.awaitsUser;
  expect(awaits()).toBe(true);
  accepted(apply(state, decide(10, 2, ['p1'])));
  expect(awaits()).toBe(true);
  apply(state, flushedAll(state));
  accepted(apply(state, evict(evictable(state))));
  expect(isCold(state, SESSION)).toBe(true);
  expect(awaits()).toBe(true);
  const overtaken = groupAfter(...ASKED, say(3));
  expect(sessionOf(overtaken).awaitsUser).toBe(false);
  const decided = groupAfter(...ASKED, decide(10, 2, ['p1', 'p2']));
  expect(sessionOf(decided).awaitsUser).toBe(false);
});

test.each([
  ['one after the other', [['p1'], ['p2']]],
  ['in the other order', [['p2'], ['p1']]],
  ['together', [['p1', 'p2']]],
])('C110 the agent is called when every request of its message is decided: %s', (_, decisions) => {
  const state = groupAfter(...ASKED);
  decisions.forEach((keys, at) => {
    expect(sessionOf(state).dispatch.status).toBe('idle');
    accepted(apply(state, decide(10 + at, 2, keys)));
  });
  const { dispatch, lastSeq } = sessionOf(state);
  expect(dispatch).toMatchObject({ status: 'waiting', epoch: 2, attempt: 0 });
  expect(lastSeq).toBe(2 + decisions.length);
  // Each decision is a message of the log all the same.
  accepted(apply(state, start(2, 1)));
  expect(sessionOf(state).dispatch).toMatchObject({ throughSeq: lastSeq });
  accepted(apply(state, complete(2, 1, 20)));
  expect(sessionOf(state).dispatch).toEqual({ status: 'idle', epoch: 2 });
});

test('C111 the first decision counts; a later one is refused and changes nothing', () => {
  const state = groupAfter(...ASKED, decide(10, 2, ['p1']));
  const digest = stateDigest(state);
  expect(replyOf(state, decide(11, 2, ['p1']))).toMatchObject(refusal('request-decided'));
  expect(replyOf(state, decide(11, 2, ['unknown']))).toMatchObject(refusal('request-decided'));
  expect(stateDigest(state)).toBe(digest);
  // Sent again under the same id, it is answered as it was.
  expect(replyOf(state, decide(10, 2, ['p1']))).toMatchObject({
    type: 'appended',
    duplicate: true,
  });
  accepted(apply(state, decide(12, 2, ['p2'])));
  expect(replyOf(state, decide(13, 2, ['p2']))).toMatchObject(refusal('request-decided'));
  accepted(apply(state, start(2, 1)));
  expect(replyOf(state, decide(13, 2, ['p2']))).toMatchObject(refusal('request-decided'));
});

test('C112 what the user writes instead overtakes the requests: a decision about them is refused', () => {
  const state = groupAfter(...ASKED, decide(10, 2, ['p1']), say(3));
  expect(replyOf(state, decide(11, 2, ['p2']))).toMatchObject(refusal('request-overtaken'));
  accepted(apply(state, start(2, 1)));
  accepted(apply(state, complete(2, 1, 4)));
  expect(replyOf(state, decide(11, 2, ['p2']))).toMatchObject(refusal('request-overtaken'));
  expect(replyOf(groupAfter(create(), say(1)), decide(2, 1, ['p1']))).toMatchObject(
    refusal('request-overtaken'),
  );
});

test('C112 what the agent sends by itself overtakes nothing, and may ask, too', () => {
  const state = groupAfter(...ASKED, agentSays(3), decide(10, 2, ['p1', 'p2']));
  expect(sessionOf(state).dispatch).toMatchObject({ status: 'waiting', epoch: 2 });
  const requests = { names: [uuid(3)], keys: ['p3'] };
  const asking = groupAfter(create(), agentSays(3, { message: message(3, { requests }) }));
  expect(sessionOf(asking).dispatch.status).toBe('idle');
  accepted(apply(asking, decide(4, 3, ['p3'])));
  expect(sessionOf(asking).dispatch.status).toBe('waiting');
});

test('C113 a message behind the last decision is the next turn, not a part of the continued one', () => {
  const state = groupAfter(...ASKED, decide(10, 2, ['p1', 'p2']), say(11, { timeMs: 1_400 }));
  // It does not push the continuation back either.
  expect(dueDispatches(state, 1_010)).toHaveLength(1);
  accepted(apply(state, start(2, 1)));
  expect(sessionOf(state).dispatch).toMatchObject({ throughSeq: 3 });
  accepted(apply(state, defer(2, 1, 2_500)));
  accepted(apply(state, start(2, 2)));
  expect(sessionOf(state).dispatch).toMatchObject({ throughSeq: 3 });
  accepted(apply(state, complete(2, 2, 20)));
  expect(sessionOf(state).dispatch).toMatchObject({ status: 'waiting', epoch: 3 });
  accepted(apply(state, start(3, 1)));
  expect(sessionOf(state).dispatch).toMatchObject({ throughSeq: 4 });
});

test('C113 a message is never merged with a turn that continues a message', () => {
  const state = groupAfter(...ASKED, decide(10, 2, ['p1', 'p2']), start(2, 1, 1_020));
  const held = { epoch: 2, attempt: 1, partial: null };
  accepted(apply(state, say(11, { whileAnswering: 'merge', held, timeMs: 1_021 })));
  expect(sessionOf(state).dispatch).toMatchObject({ status: 'running', epoch: 2 });
  const other = groupAfter(create(), say(1), start(1, 1, 1_020));
  accepted(
    apply(other, say(11, { whileAnswering: 'merge', held: { ...held, epoch: 1 }, timeMs: 1_021 })),
  );
  expect(sessionOf(other).dispatch).toMatchObject({ status: 'waiting', epoch: 2 });
});

test('C114 a retry continues the message again; stopping and writing something else end that', () => {
  const failed = [...ASKED, decide(10, 2, ['p1', 'p2']), start(2, 1), fail(2, 1)] as const;
  const retried = groupAfter(...failed, retry(), say(11), start(3, 1));
  expect(sessionOf(retried).dispatch).toMatchObject({ epoch: 3, throughSeq: 3 });
  const moved = groupAfter(...failed, say(11), start(3, 1));
  expect(sessionOf(moved).dispatch).toMatchObject({ epoch: 3, throughSeq: 4 });
  const stopped = groupAfter(...ASKED, decide(10, 2, ['p1', 'p2']), stop(2), say(11), start(3, 1));
  expect(sessionOf(stopped).dispatch).toMatchObject({ epoch: 3, throughSeq: 4 });
  const archived = groupAfter(...ASKED, decide(10, 2, ['p1', 'p2']), archive());
  expect(sessionOf(archived).dispatch.status).toBe('idle');
  expect(() => importState(structuredClone(exportState(archived)))).not.toThrow();
});

test('C115 open requests outlive a snapshot and an eviction, and go with an erasure', () => {
  for (const decided of [[], [decide(10, 2, ['p1'])]]) {
    const state = groupAfter(...ASKED, ...decided);
    const restored = importState(structuredClone(exportState(state)));
    expect(stateDigest(restored)).toBe(stateDigest(state));
    accepted(apply(state, flushedAll(state)));
    const back = hydrate(state);
    accepted(apply(state, evict(evictable(state))));
    expect(state.sessions.size).toBe(0);
    accepted(apply(state, back));
    for (const one of [state, restored]) {
      accepted(apply(one, decide(12, 2, decided.length === 0 ? ['p1', 'p2'] : ['p2'])));
      expect(sessionOf(one).dispatch.status).toBe('waiting');
    }
  }
  const erased = groupAfter(...ASKED, erase());
  expect(exportState(erased).sessions[0]).not.toHaveProperty('requests');
});

test.each([
  ['keys', Array.from({ length: 129 }, (_, at) => `k${at}`)],
  ['keys.0', ['k'.repeat(67)]],
])('C115 a snapshot whose requests exceed a bound is refused: %s', (path, keys) => {
  const snapshot = structuredClone(exportState(groupAfter(...ASKED)));
  const [session] = snapshot.sessions;
  const changed = { ...session, requests: { names: [uuid(2)], keys, decidedSeq: 0 } };
  expect(() => importState({ ...snapshot, sessions: [changed] })).toThrow(`requests.${path}`);
});
