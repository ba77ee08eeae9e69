import { describe, expect, test } from 'vitest';
import {
  apply,
  CLIENT_CLOCK_AHEAD_MAX_MS,
  CLIENT_MESSAGE_IDS_MAX,
  exportState,
  importState,
  stateDigest,
} from '../index.ts';
import {
  AGENT,
  agentSays,
  archive,
  create,
  effectTypes,
  flushed,
  groupAfter,
  message,
  OTHER_SESSION,
  payloadOf,
  SESSION,
  say,
  sessionOf,
  USER,
  uuid,
} from '../testing/commands.ts';

describe('messages', () => {
  test('C20 a message gets the next seq and is announced once, after it the work and the inbox', () => {
    const state = groupAfter(create(), say(1));
    const applied = apply(state, say(2, { message: message(2, { kind: 'image' }) }));
    const committed = {
      id: uuid(2),
      sessionId: SESSION,
      seq: 2,
      sender: { type: 'user', id: USER },
      kind: 'image',
      payload: payloadOf('message 2'),
      insertedAtMs: 1_002,
    };
    expect(applied.reply).toEqual({ type: 'appended', message: committed, duplicate: false });
    expect(applied.effects).toEqual([
      { type: 'message-committed', message: committed },
      { type: 'inbox-changed', userId: USER, sessionId: SESSION, version: 3 },
    ]);
    const session = sessionOf(state);
    expect(session.tail.at(-1)).toEqual(committed);
    expect(session).toMatchObject({
      lastSeq: 2,
      lastUserSeq: 2,
      updatedAtMs: 1_002,
      lastMessage: { kind: 'image', preview: 'message 2', insertedAtMs: 1_002 },
    });
  });

  test.each([
    ['another user', { type: 'user', id: 'mallory' }],
    ['another agent', { type: 'agent', id: 'other-bot' }],
    ['the user as an agent', { type: 'agent', id: USER }],
    ['the agent as a user', { type: 'user', id: AGENT }],
  ] as const)('C21 %s is refused', (_name, sender) => {
    const state = groupAfter(create());
    expect(apply(state, say(1, { sender })).reply).toMatchObject({ code: 'not-participant' });
  });

  test('C22 a client message id that was seen is answered with the first message and changes nothing', () => {
    const state = groupAfter(create(), say(1), say(2));
    const before = stateDigest(state);
    const again = apply(
      state,
      say(1, { message: message(99, { preview: 'other' }), timeMs: 9_000 }),
    );
    expect(again).toMatchObject({
      reply: { type: 'appended', duplicate: true, message: { seq: 1, id: uuid(1) } },
      effects: [],
    });
    expect(stateDigest(state)).toBe(before);
  });

  test('C23 a repeated id whose message has left memory is answered with number, id and time', () => {
    const state = groupAfter(create(), ...numbered(1, 100), flushed(100, 101));
    expect(sessionOf(state).tail).toHaveLength(64);
    expect(apply(state, say(3)).reply).toEqual({
      type: 'duplicate',
      seq: 3,
      messageId: uuid(3),
      insertedAtMs: 1_003,
    });
  });

  test('C24 a ULID or UUIDv7 that has left the window is refused, never stored a second time', () => {
    for (const idAt of [ulidAt, uuidV7At]) {
      const start = 1_764_500_000_000;
      const sent = (number: number) =>
        say(number, { clientMessageId: idAt(start + number), timeMs: start + number + 50 });
      const count = CLIENT_MESSAGE_IDS_MAX + 100;
      const commands = Array.from({ length: count }, (_, at) => sent(at + 1));
      const state = importState(exportState(groupAfter(create(), ...commands)));
      const before = stateDigest(state);
      for (let number = 1; number <= count; number += 1)
        expect(apply(state, sent(number)).reply).toMatchObject(
          number <= 100
            ? { type: 'refused', code: 'client-message-id-expired' }
            : { duplicate: true, message: { seq: number } },
        );
      expect(stateDigest(state)).toBe(before);
      expect(apply(state, sent(count + 1)).reply).toMatchObject({ duplicate: false });
      expect(stateDigest(importState(exportState(state)))).toBe(stateDigest(state));
    }
  });

  test('C24 the window of the user is not the one of the agent', () => {
    const state = groupAfter(create(), say(1));
    for (let number = 1; number <= CLIENT_MESSAGE_IDS_MAX; number += 1)
      apply(state, agentSays(number));
    expect(apply(state, say(1)).reply).toMatchObject({ duplicate: true, message: { seq: 1 } });
    for (let number = 2; number <= CLIENT_MESSAGE_IDS_MAX; number += 1) apply(state, say(number));
    expect(apply(state, agentSays(1)).reply).toMatchObject({
      duplicate: true,
      message: { seq: 2 },
    });
    const restored = importState(exportState(state));
    expect(apply(restored, say(1)).reply).toMatchObject({ duplicate: true, message: { seq: 1 } });
    expect(stateDigest(restored)).toBe(stateDigest(state));
  });

  test('C24 a clock that is far ahead, and ids that nodes made, do not shut out the ids of others', () => {
    const start = 1_764_500_000_000;
    const sent = (number: number, madeAtMs: number) =>
      say(number, { clientMessageId: ulidAt(madeAtMs), timeMs: start + number });
    const state = groupAfter(create());
    for (let number = 1; number <= 2 * CLIENT_MESSAGE_IDS_MAX; number += 1)
      apply(state, sent(number, start + CLIENT_CLOCK_AHEAD_MAX_MS + 10_000 + number));
    expect(apply(state, sent(2_000, start + 2_000)).reply).toMatchObject({ duplicate: false });
    for (let number = 3_000; number <= 3_000 + 2 * CLIENT_MESSAGE_IDS_MAX; number += 1) {
      const id = uuidV7At(start + number);
      const own = message(number, { id });
      apply(state, say(number, { clientMessageId: id, message: own, timeMs: start + number }));
    }
    expect(apply(state, sent(5_000, start + 2_500)).reply).toMatchObject({ duplicate: false });
  });

  test('C24 the newest 512 client message ids are remembered; an older one without a time is new', () => {
    const count = CLIENT_MESSAGE_IDS_MAX + 1;
    const state = groupAfter(create(), ...numbered(1, count));
    expect(apply(state, say(2)).reply).toMatchObject({ duplicate: true, message: { seq: 2 } });
    expect(apply(state, say(1)).reply).toMatchObject({
      duplicate: false,
      message: { seq: count + 1 },
    });
  });

  test('C25 client message ids of the user, of the agent and of other sessions are apart', () => {
    const state = groupAfter(create(), create({ sessionId: OTHER_SESSION }), say(1));
    expect(apply(state, agentSays(1)).reply).toMatchObject({
      duplicate: false,
      message: { seq: 2 },
    });
    expect(apply(state, say(1, { sessionId: OTHER_SESSION })).reply).toMatchObject({
      duplicate: false,
    });
  });

  test('C25 ids that are no UUIDs, that are much alike or not Latin are distinguished', () => {
    const odd = ['a', 'A', 'aa', '用户', '用戶', uuid(7), uuid(7).toUpperCase(), `${uuid(7)} `];
    // Each pair has one and the same 32-bit FNV-1a hash.
    const ids = [...odd, 'costarring', 'liquid', 'declinate', 'macallums', 'altarage', 'zinke'];
    const state = groupAfter(
      create(),
      ...ids.map((clientMessageId, index) => say(index + 1, { clientMessageId })),
    );
    for (const [index, clientMessageId] of ids.entries())
      expect(apply(state, say(50 + index, { clientMessageId })).reply).toMatchObject({
        duplicate: true,
        message: { seq: index + 1 },
      });
  });

  test('C26 a repeated message to an archived session is answered as before it was archived', () => {
    const state = groupAfter(create(), say(1), archive());
    expect(apply(state, say(1)).reply).toMatchObject({ duplicate: true, message: { seq: 1 } });
    expect(apply(state, say(2)).reply).toMatchObject({ code: 'session-archived' });
  });

  test('C27 within a session time does not go back when a leader with a slower clock takes over', () => {
    const state = groupAfter(create(), say(1, { timeMs: 9_000 }), say(2, { timeMs: 4_000 }));
    expect(sessionOf(state).tail.map(({ insertedAtMs }) => insertedAtMs)).toEqual([9_000, 9_000]);
  });

  test("C28 the agent's own message makes no work", () => {
    const state = groupAfter(create());
    expect(effectTypes(apply(state, agentSays(1)))).toEqual(['message-committed', 'inbox-changed']);
    expect(sessionOf(state)).toMatchObject({
      lastSeq: 1,
      lastUserSeq: 0,
      dispatch: { status: 'idle', epoch: 0 },
    });
  });

  test('C35 of two messages that expect the same newest seq the first is taken', () => {
    const state = groupAfter(create(), say(1));
    expect(apply(state, say(2, { expectedSeq: 1 })).reply).toMatchObject({ message: { seq: 2 } });
    const before = stateDigest(state);
    for (const expectedSeq of [0, 1, 3])
      expect(apply(state, say(3, { expectedSeq }))).toEqual({
        reply: {
          type: 'refused',
          code: 'seq-moved-on',
          detail: 'the conversation has moved on: its newest message is 2',
          lastSeq: 2,
        },
        effects: [],
      });
    expect(stateDigest(state)).toBe(before);
    expect(apply(state, say(3, { expectedSeq: 2 })).reply).toMatchObject({ message: { seq: 3 } });
  });

  test('C35 a message that was taken before is answered as such, whatever it expects', () => {
    const state = groupAfter(create(), say(1, { expectedSeq: 0 }), say(2));
    expect(apply(state, say(1, { expectedSeq: 0 })).reply).toMatchObject({
      duplicate: true,
      message: { seq: 1 },
    });
  });

  test('C36 a change of the context is in the log, and its user sees nothing of it', () => {
    const state = groupAfter(create(), create({ sessionId: OTHER_SESSION }), say(1));
    apply(state, say(2, { sessionId: OTHER_SESSION }));
    const { lastMessage, activity, dispatch } = sessionOf(state);
    const change = message(3, { kind: 'context-change', preview: '' });
    expect(apply(state, agentSays(3, { message: change })).reply).toMatchObject({
      message: { seq: 2, kind: 'context-change' },
    });
    expect(sessionOf(state)).toMatchObject({
      lastSeq: 2,
      unreadCount: 0,
      lastMessage,
      activity,
      dispatch,
    });
    const restored = importState(exportState(state));
    expect(stateDigest(restored)).toBe(stateDigest(state));
  });

  test("C29 the state keeps its own bytes: the command's buffer may be used again", () => {
    const payload = payloadOf('kept');
    const metadata = new TextEncoder().encode('{"a":1}');
    const state = groupAfter(create({ metadata }), say(1, { message: message(1, { payload }) }));
    payload.fill(0);
    metadata.fill(0);
    expect(sessionOf(state).tail[0]?.payload).toEqual(payloadOf('kept'));
    expect(sessionOf(state).metadata).toEqual(new TextEncoder().encode('{"a":1}'));
  });

  test('C29 ids, kinds and payloads of any form come back as they were', () => {
    const odd = message(1, {
      id: 'not-a-uuid-用户',
      kind: 'ünï\ud800',
      payload: new Uint8Array([0, 255, 1]),
    });
    const empty = message(2, { payload: new Uint8Array(0) });
    const state = groupAfter(create(), say(1, { message: odd }), say(2, { message: empty }));
    const [first, second] = sessionOf(state).tail;
    expect(first).toMatchObject({ id: odd.id, kind: odd.kind, payload: odd.payload });
    expect(second).toMatchObject({ id: empty.id, payload: empty.payload });
  });
});

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function ulidAt(timeMs: number): string {
  let time = '';
  for (let rest = timeMs; time.length < 10; rest = Math.floor(rest / 32))
    time = CROCKFORD.charAt(rest % 32) + time;
  return `${time}0000000000000000`;
}

function uuidV7At(timeMs: number): string {
  const time = timeMs.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

function numbered(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, index) => say(from + index));
}
