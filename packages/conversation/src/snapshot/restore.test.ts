import { describe, expect, test } from 'vitest';
import { apply, exportState, importState, leaveGaps, VOID_KIND } from '../index.ts';
import {
  agentSays,
  complete,
  create,
  flushed,
  groupAfter,
  read,
  SESSION,
  say,
  sessionOf,
  start,
} from '../testing/commands.ts';

const GAPS = { voidSeqs: 3, counters: 1_000, rowVersions: new Map([[SESSION, 40]]) };

function restored() {
  const state = groupAfter(create(), say(1), agentSays(2), read(2), flushed(2, 4));
  leaveGaps(state, GAPS);
  return importState(structuredClone(exportState(state)));
}

describe('after a restore', () => {
  test('C90 numbers that may have been given are left void in front of the next message, once, and count as read', () => {
    const state = restored();
    expect(sessionOf(state).lastSeq).toBe(2);
    const { reply, effects } = apply(state, say(9));
    expect(reply).toMatchObject({ type: 'appended', message: { seq: 6, kind: 'text' } });
    const committed = effects.flatMap((effect) =>
      effect.type === 'message-committed' ? [effect.message] : [],
    );
    expect(committed.map(({ seq, kind }) => [seq, kind])).toEqual([
      [3, VOID_KIND],
      [4, VOID_KIND],
      [5, VOID_KIND],
      [6, 'text'],
    ]);
    expect(new Set(committed.map(({ id }) => id)).size).toBe(4);
    expect(sessionOf(state)).toMatchObject({ unreadCount: 0, lastUserSeq: 6 });
    expect(state.flushBacklog).toBe(4);
    expect(apply(state, say(10)).reply).toMatchObject({ message: { seq: 7 } });
  });

  test('C90 an answer of the agent leaves them void too, and they are no work for it', () => {
    const state = restored();
    const epoch = sessionOf(state).dispatch.epoch;
    apply(state, say(9));
    const again = groupAfter(create(), say(1), start(1, 1));
    leaveGaps(again, GAPS);
    expect(apply(again, complete(1_001, 1, 5)).effects.map(({ type }) => type)).toEqual([
      'message-committed',
      'message-committed',
      'message-committed',
      'message-committed',
      'dispatch-changed',
      'inbox-changed',
    ]);
    expect(sessionOf(again)).toMatchObject({ lastSeq: 5, dispatch: { status: 'idle' } });
    expect(epoch).toBeGreaterThan(1_000);
  });

  test('C91 epochs, versions and activities go on above all that may have been seen, in the same order', () => {
    const state = restored();
    expect(sessionOf(state)).toMatchObject({ version: 1_040, activity: 1_003 });
    expect(sessionOf(state).dispatch.epoch).toBe(1_001);
    expect(state.archiveMark).toBe(0);
  });
});
