import { describe, expect, test } from 'vitest';
import {
  apply,
  exportState,
  FormatError,
  importState,
  SNAPSHOT_VERSION,
  stateDigest,
} from '../index.ts';
import {
  agentSays,
  checkpoint,
  create,
  flushed,
  groupAfter,
  OTHER_SESSION,
  read,
  SESSION,
  say,
  sessionOf,
  start,
} from '../testing/commands.ts';

/** A snapshot with something in every field, free to be damaged. */
function rich(): Record<string, unknown> {
  const state = groupAfter(
    create(),
    create({ sessionId: OTHER_SESSION, userId: 'bob' }),
    say(1),
    agentSays(2),
    agentSays(3),
    read(2),
    start(1, 1),
    checkpoint(1, 1, 0, 3),
    flushed(1, 2),
  );
  return { ...structuredClone(exportState(state)) };
}

/** The value at a dotted path is replaced; `undefined` takes it away. */
function damaged(path: string, value: unknown): unknown {
  const snapshot = rich();
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let target: unknown = snapshot;
  for (const key of keys) target = Reflect.get(Object(target), key);
  if (value === undefined) Reflect.deleteProperty(Object(target), last);
  else Reflect.set(Object(target), last, value);
  return snapshot;
}

describe('snapshots', () => {
  test('C4 a state that was exported and imported is the same', () => {
    const state = importState(rich());
    expect(stateDigest(state)).toBe(stateDigest(importState(structuredClone(exportState(state)))));
    expect(sessionOf(state)).toMatchObject({ lastSeq: 3, unreadCount: 1, flushedSeq: 1 });
    expect(sessionOf(state).tail.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(state.flushBacklog).toBe(2);
  });

  test('C4 a snapshot does not change with later commands, and does not need its buffer after import', () => {
    const state = groupAfter(create(), say(1));
    const snapshot = exportState(state);
    const copy = structuredClone(snapshot);
    for (let number = 2; number <= 300; number += 1) {
      apply(state, say(number));
      apply(state, flushed(number, number));
    }
    expect(snapshot).toEqual(copy);
    const imported = importState(copy);
    const digest = stateDigest(imported);
    for (const { tail, metadata } of copy.sessions) {
      tail.fill(0);
      metadata.fill(0);
    }
    expect(stateDigest(imported)).toBe(digest);
  });

  test.each([0, SNAPSHOT_VERSION + 1, '1', null])('C5 version %j is refused', (version) => {
    expect(() => importState({ ...rich(), version })).toThrow(/snapshot\.version is .*knows 1/);
  });

  test.each([null, 3, [], 'x', {}])('C5 %j is no snapshot', (plain) => {
    expect(() => importState(plain)).toThrow(FormatError);
  });

  test.each<[string, unknown]>([
    ['extra', 1],
    ['sessions', undefined],
    ['sessions', {}],
    ['flushOrder', []],
    ['cold', undefined],
    ['cold', new Uint8Array(3)],
    ['cold', new Uint8Array(200)],
    ['archiveMark', -1],
    ['archiveMark', undefined],
    ['flushOrder.0', SESSION],
    ['flushOrder.0', 'gone'],
    ['inboxes', []],
    ['inboxes.0.userId', 'bob'],
    ['inboxes.0.version', 1],
    ['inboxes.0.sessionIds', []],
    ['inboxes.0.sessionIds.0', OTHER_SESSION],
    ['inboxes.0.sessionIds.1', SESSION],
    ['sessions.0.id', OTHER_SESSION],
    ['sessions.0.id', ''],
    ['sessions.0.userId', 'unknown'],
    ['sessions.0.color', 'red'],
    ['sessions.0.status', 'deleted'],
    ['sessions.0.status', 'archived'],
    ['sessions.0.lastSeq', 4],
    ['sessions.0.lastSeq', 2.5],
    ['sessions.0.lastReadSeq', 9],
    ['sessions.0.lastReadSeq', 3],
    ['sessions.0.lastUserSeq', 9],
    ['sessions.0.insertedAtMs', -1],
    ['sessions.0.flushedSeq', 9],
    ['sessions.0.flushedVersion', 99],
    ['sessions.0.inboxVersion', 99],
    ['sessions.0.lastMessage', null],
    ['sessions.1.lastMessage', { sender: {}, kind: '', preview: '', insertedAtMs: 0 }],
    ['sessions.0.lastMessage.sender.type', 'system'],
    ['sessions.0.dispatch.status', 'sleeping'],
    ['sessions.0.dispatch.status', 'idle'],
    ['sessions.0.dispatch.throughSeq', 7],
    ['sessions.0.dispatch.attempt', 0],
    ['sessions.0.metadata', '{}'],
    ['sessions.0.tailFirstSeq', 2],
    ['sessions.0.tailFirstSeq', 0],
    ['sessions.0.tail', new Uint8Array(0)],
    ['sessions.0.tail', new Uint8Array(40)],
    ['sessions.0.clientMessageIds', new Uint8Array(9)],
    ['sessions.0.voidSeqs', undefined],
    ['sessions.0.voidSeqs', 1_001],
    ['sessions.0.checkpoint', undefined],
    ['sessions.0.checkpoint.attempt', 2],
    ['sessions.0.checkpoint.index', 0],
    ['sessions.0.checkpoint.segments', null],
    ['sessions.0.checkpoint.segments.0', 'text'],
    ['sessions.0.checkpoint.segments.0', new Uint8Array(2 ** 20 + 1)],
    ['sessions.1.checkpoint', { attempt: 1, index: 1, segments: [] }],
    ['sessions.0.unread.words.0', 0],
    ['sessions.0.unread.words.0', 1],
    ['sessions.0.unread.words.0', 16],
    ['sessions.0.unread.words.0', 2 ** 31],
    ['sessions.0.unread.firstWord', 1],
  ])('C5 a snapshot whose %s is %j is refused by name', (path, value) => {
    importState(rich());
    expect(() => importState(damaged(path, value))).toThrow(FormatError);
  });

  test('C5 packed messages and client message ids with any bit of their framing flipped are refused or read, never crash', () => {
    for (const field of ['tail', 'clientMessageIds']) {
      const bytes = Reflect.get(Object(damagedSession()), field);
      if (!(bytes instanceof Uint8Array)) throw new Error(`${field} is no bytes`);
      for (let index = 0; index < bytes.length * 8; index += 1) {
        const flipped = new Uint8Array(bytes);
        flipped[index >> 3] = (flipped[index >> 3] ?? 0) ^ (1 << (index & 7));
        try {
          sessionOf(importState(damaged(`sessions.0.${field}`, flipped))).tail.at(0);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }
  });
});

function damagedSession(): unknown {
  const { sessions } = rich();
  return Array.isArray(sessions) ? sessions[0] : null;
}
