import { describe, expect, test } from 'vitest';
import { apply, getInbox, readMessages, sessionHead, stateDigest } from '../index.ts';
import {
  AGENT,
  agentSays,
  archive,
  complete,
  create,
  flushed,
  groupAfter,
  OTHER_SESSION,
  read,
  retry,
  SESSION,
  say,
  sessionOf,
  start,
  USER,
  update,
  upTo,
} from '../testing/commands.ts';

describe('sessions', () => {
  test('C10 a new session is active, empty, idle and in front of its inbox', () => {
    const state = groupAfter(create());
    const applied = apply(state, create({ sessionId: OTHER_SESSION, timeMs: 1_500 }));
    expect(applied.effects).toEqual([
      { type: 'inbox-changed', userId: USER, sessionId: OTHER_SESSION, version: 2 },
    ]);
    expect(applied.reply).toEqual({
      type: 'session',
      session: {
        id: OTHER_SESSION,
        userId: USER,
        agentId: AGENT,
        metadata: new TextEncoder().encode('{}'),
        status: 'active',
        lastSeq: 0,
        lastReadSeq: 0,
        insertedAtMs: 1_500,
        updatedAtMs: 1_500,
        activity: 2,
        inboxVersion: 2,
        unreadCount: 0,
        awaitsUser: false,
        lastUserSeq: 0,
        dispatch: { status: 'idle', epoch: 0 },
        debounceMs: 0,
        lastMessage: null,
        flushedSeq: 0,
        version: 1,
        flushedVersion: 0,
      },
    });
    expect(getInbox(state, USER)?.sessionIds).toEqual([OTHER_SESSION, SESSION]);
  });

  test('C11 the same creation again answers with the session and changes nothing', () => {
    const state = groupAfter(create(), say(1));
    const before = stateDigest(state);
    const again = apply(state, create({ timeMs: 8_000 }));
    expect(again).toMatchObject({
      reply: { type: 'session', session: { lastSeq: 1 } },
      effects: [],
    });
    expect(stateDigest(state)).toBe(before);
  });

  test.each([
    ['user', { userId: 'bob' }],
    ['agent', { agentId: 'other-bot' }],
    ['metadata', { metadata: new TextEncoder().encode('{"a":1}') }],
  ])('C12 an id that is taken with another %s is refused', (_name, fields) => {
    const state = groupAfter(create());
    expect(apply(state, create(fields)).reply).toMatchObject({ code: 'session-exists' });
    expect(getInbox(state, 'bob')).toBeNull();
  });

  test('C14 an archived session takes no messages but is read as before, and its cursor moves', () => {
    const state = groupAfter(create(), say(1), agentSays(2));
    const applied = apply(state, archive());
    expect(applied.reply).toMatchObject({ type: 'session', session: { status: 'archived' } });
    expect(apply(state, say(3)).reply).toMatchObject({ code: 'session-archived' });
    expect(apply(state, agentSays(3)).reply).toMatchObject({ code: 'session-archived' });
    expect(readMessages(sessionOf(state), { afterSeq: 0 }, upTo(10)).messages).toHaveLength(2);
    expect(apply(state, read(2)).reply).toEqual({ type: 'read', lastReadSeq: 2 });
  });

  test('C15 archiving ends the work: an answer on its way is refused, and nothing begins anew', () => {
    const state = groupAfter(create(), say(1), start(1, 1));
    const applied = apply(state, archive());
    expect(applied.effects).toEqual([
      { type: 'dispatch-changed', sessionId: SESSION, dispatch: { status: 'idle', epoch: 1 } },
      { type: 'inbox-changed', userId: USER, sessionId: SESSION, version: 4 },
    ]);
    expect(apply(state, complete(1, 1, 2)).reply).toMatchObject({ code: 'stale-epoch' });
    expect(apply(state, retry()).reply).toMatchObject({ code: 'session-archived' });
    expect(sessionOf(state).lastSeq).toBe(1);
  });

  test('C16 archiving twice is archiving once', () => {
    const state = groupAfter(create(), archive());
    const before = stateDigest(state);
    expect(apply(state, archive())).toMatchObject({ reply: { type: 'session' }, effects: [] });
    expect(stateDigest(state)).toBe(before);
  });

  test.each([say(1), read(0), archive(), start(1, 1), complete(1, 1, 1), retry()])(
    'C17 $type to a session that does not exist is refused',
    (command) => {
      expect(apply(groupAfter(), command).reply).toMatchObject({ code: 'session-not-found' });
    },
  );

  test('C18 an update replaces the metadata, archives or brings back, and is no activity', () => {
    const state = groupAfter(create(), say(1));
    const metadata = new TextEncoder().encode('{"title":"Refund"}');
    const renamed = apply(state, update({ metadata }));
    expect(renamed.reply).toMatchObject({ type: 'session', session: { metadata, version: 3 } });
    expect(renamed.effects).toMatchObject([{ type: 'inbox-changed' }]);
    const before = state.sessions.get(SESSION)?.activity;
    apply(state, update({ status: 'archived' }));
    expect(state.sessions.get(SESSION)).toMatchObject({ status: 'archived', metadata });
    expect(state.sessions.get(SESSION)?.dispatch.status).toBe('idle');
    apply(state, update({ status: 'active' }));
    expect(state.sessions.get(SESSION)).toMatchObject({ status: 'active', activity: before });
    expect(apply(state, say(2)).reply).toMatchObject({ type: 'appended' });
  });

  test('C18 metadata and the archive may change in one update', () => {
    const state = groupAfter(create());
    const metadata = new TextEncoder().encode('{"title":"Old"}');
    const { reply } = apply(state, update({ metadata, status: 'archived' }));
    expect(reply).toMatchObject({ session: { metadata, status: 'archived' } });
  });

  test('C19 an update to what already holds changes nothing', () => {
    const state = groupAfter(create());
    const { metadata } = state.sessions.get(SESSION) ?? { metadata: new Uint8Array() };
    expect(apply(state, update({ metadata, status: 'active' })).effects).toEqual([]);
    expect(state.sessions.get(SESSION)?.version).toBe(1);
  });

  test('C17 a watermark of a session that does not exist is passed over', () => {
    const state = groupAfter(create(), say(1));
    const watermarks = [
      { sessionId: 'gone', seq: 9, sessionVersion: 9 },
      { sessionId: SESSION, seq: 1, sessionVersion: 2 },
    ];
    expect(apply(state, { type: 'mark-flushed', mark: 1, watermarks, timeMs: 1 }).reply.type).toBe(
      'done',
    );
    expect(sessionOf(state).flushedSeq).toBe(1);
  });
});

describe('read cursors', () => {
  test('C30 a cursor moves and other devices receive it', () => {
    const state = groupAfter(create(), agentSays(1), agentSays(2));
    expect(apply(state, read(1))).toEqual({
      reply: { type: 'read', lastReadSeq: 1 },
      effects: [
        { type: 'read-moved', sessionId: SESSION, userId: USER, lastReadSeq: 1 },
        { type: 'inbox-changed', userId: USER, sessionId: SESSION, version: 4 },
      ],
    });
    expect(sessionOf(state)).toMatchObject({ lastReadSeq: 1, unreadCount: 1, version: 4 });
  });

  test('C31 a cursor never goes back: the answer is where it is', () => {
    const state = groupAfter(create(), agentSays(1), agentSays(2), read(2));
    const before = stateDigest(state);
    for (const seq of [0, 1, 2])
      expect(apply(state, read(seq))).toEqual({
        reply: { type: 'read', lastReadSeq: 2 },
        effects: [],
      });
    expect(stateDigest(state)).toBe(before);
  });

  test('C32 a cursor beyond the newest message is refused', () => {
    const state = groupAfter(create(), agentSays(1));
    expect(apply(state, read(2)).reply).toMatchObject({ code: 'seq-beyond-last' });
  });

  test('C33 unread are the messages of others above the cursor, wherever it stops', () => {
    const commands = Array.from({ length: 300 }, (_, index) =>
      index % 3 === 0 ? say(index + 1) : agentSays(index + 1),
    );
    const state = groupAfter(create(), ...commands, flushed(300, 301));
    for (const seq of [1, 2, 31, 32, 33, 63, 64, 65, 100, 299, 300]) {
      apply(state, read(seq));
      const unread = commands.filter((_, index) => index % 3 !== 0 && index + 1 > seq).length;
      expect(sessionOf(state).unreadCount).toBe(unread);
    }
  });

  test("C34 only the session's user moves its cursor", () => {
    const state = groupAfter(create(), agentSays(1));
    expect(apply(state, read(1, { userId: 'mallory' })).reply).toMatchObject({
      code: 'not-participant',
    });
  });
});

test('C7 a message that was read stays what it was when memory is given back behind it', () => {
  const commands = Array.from({ length: 500 }, (_, index) => agentSays(index + 1));
  const state = groupAfter(create(), ...commands);
  const { messages } = readMessages(sessionOf(state), { afterSeq: 0 }, upTo(500));
  const copies = structuredClone(messages);
  apply(state, flushed(500, 501));
  apply(state, agentSays(501));
  expect(sessionOf(state).tail).toHaveLength(64);
  expect(messages).toEqual(copies);
});

test('C7 what was handed out earlier does not change with later commands', () => {
  const state = groupAfter(create(), say(1));
  const head = sessionHead(sessionOf(state));
  const [message] = readMessages(sessionOf(state), { afterSeq: 0 }, upTo(1)).messages;
  const copies = structuredClone({ head, message });
  for (let number = 2; number <= 200; number += 1) {
    apply(state, agentSays(number));
    apply(state, flushed(number, number));
  }
  expect({ head, message }).toEqual(copies);
  expect('tail' in head).toBe(false);
});
