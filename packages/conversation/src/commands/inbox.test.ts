import { describe, expect, test } from 'vitest';
import { apply, getInbox, inboxChanges, listSessions } from '../index.ts';
import {
  agentSays,
  archive,
  complete,
  create,
  groupAfter,
  OTHER_SESSION,
  read,
  SESSION,
  say,
  start,
  USER,
  upTo,
} from '../testing/commands.ts';

const THIRD_SESSION = '7f-01JAZZZZZZZZZZZZZZZZZZZZZZ';
const three = [
  create(),
  create({ sessionId: OTHER_SESSION }),
  create({ sessionId: THIRD_SESSION }),
];

describe('inboxes', () => {
  test('C60 a message brings its session to the front; reading, archiving and calls do not', () => {
    const state = groupAfter(...three);
    const order = () => getInbox(state, USER)?.sessionIds;
    expect(order()).toEqual([THIRD_SESSION, OTHER_SESSION, SESSION]);
    apply(state, say(1));
    expect(order()).toEqual([SESSION, THIRD_SESSION, OTHER_SESSION]);
    apply(state, agentSays(2, { sessionId: OTHER_SESSION }));
    expect(order()).toEqual([OTHER_SESSION, SESSION, THIRD_SESSION]);
    for (const command of [start(1, 1), read(1), archive(THIRD_SESSION)]) apply(state, command);
    expect(order()).toEqual([OTHER_SESSION, SESSION, THIRD_SESSION]);
    apply(state, complete(1, 1, 3));
    expect(order()).toEqual([SESSION, OTHER_SESSION, THIRD_SESSION]);
  });

  test('C61 every change of an entry is one version of its inbox, and of no other', () => {
    const state = groupAfter(create(), create({ sessionId: OTHER_SESSION, userId: 'bob' }));
    for (const [index, command] of [
      say(1),
      start(1, 1),
      agentSays(2),
      read(1),
      archive(),
    ].entries())
      expect(apply(state, command).effects.at(-1)).toEqual({
        type: 'inbox-changed',
        userId: USER,
        sessionId: SESSION,
        version: 2 + index,
      });
    expect(getInbox(state, 'bob')?.version).toBe(1);
    expect(getInbox(state, 'unknown')).toBeNull();
  });

  test('C62 what changed since a version is each changed entry once, in the order of the changes', () => {
    const state = groupAfter(...three);
    expect(inboxChanges(state, USER, 3, upTo(50))).toEqual({
      version: 3,
      sessions: [],
      isWhole: true,
    });
    for (const command of [say(1), agentSays(2, { sessionId: OTHER_SESSION }), read(1)])
      apply(state, command);
    const { version, sessions } = inboxChanges(state, USER, 3, upTo(50));
    expect(version).toBe(6);
    expect(sessions.map(({ id, inboxVersion }) => [id, inboxVersion])).toEqual([
      [OTHER_SESSION, 5],
      [SESSION, 6],
    ]);
    expect(inboxChanges(state, 'unknown', 0, upTo(50))).toEqual({
      version: 0,
      sessions: [],
      isWhole: true,
    });
  });

  test('C63 a page of an inbox is cut at its bytes, and holds at least one session', () => {
    const metadata = new Uint8Array(50_000).fill(0x20);
    const ids = Array.from({ length: 9 }, (_, at) => `7f-01JB${String(at).padStart(22, '0')}`);
    const state = groupAfter(...ids.map((sessionId) => create({ sessionId, metadata })));
    for (const [bytesMax, perPage] of [
      [1, 1],
      [150_299, 2],
      [150_300, 3],
      [10_000_000, 9],
    ] as const) {
      const size = { limit: 50, bytesMax, envelopeBytes: 100 };
      const seen: string[] = [];
      let page = listSessions(state, USER, size);
      for (;;) {
        expect(page.sessions.length).toBeLessThanOrEqual(perPage);
        seen.push(...page.sessions.map(({ id }) => id));
        if (page.next === null) break;
        expect(page.sessions).toHaveLength(perPage);
        page = listSessions(state, USER, { ...size, beforeActivity: page.next });
      }
      expect(seen).toEqual(ids.toReversed());
    }
  });

  test('changes that are more than fits are reported as too many, and one of any size is given', () => {
    const metadata = new Uint8Array(50_000).fill(0x20);
    const ids = Array.from({ length: 3 }, (_, at) => `7f-01JB${String(at).padStart(22, '0')}`);
    const state = groupAfter(...ids.map((sessionId) => create({ sessionId, metadata })));
    const since = (version: number, bytesMax: number, limit = 50) =>
      inboxChanges(state, USER, version, { limit, bytesMax, envelopeBytes: 100 });
    const three = 3 * 50_100;
    expect(since(0, three).sessions.map(({ id }) => id)).toEqual(ids);
    expect(since(0, three, 3).isWhole).toBe(true);
    for (const cut of [since(0, three - 1), since(0, three, 2)])
      expect(cut).toEqual({ version: 3, sessions: [], isWhole: false });
    expect(since(2, 1)).toMatchObject({ sessions: [{ id: ids[2] }], isWhole: true });
  });

  test('C63 pages of an inbox go by activity and neither repeat nor leave out', () => {
    const state = groupAfter(...three, say(1));
    const first = listSessions(state, USER, upTo(2));
    expect(first.sessions.map(({ id }) => id)).toEqual([SESSION, THIRD_SESSION]);
    const beforeActivity = first.next ?? 0;
    const second = listSessions(state, USER, { ...upTo(2), beforeActivity });
    expect(second.sessions.map(({ id }) => id)).toEqual([OTHER_SESSION]);
    expect(second.next).toBeNull();
    expect(listSessions(state, 'unknown', upTo(2))).toEqual({ sessions: [], next: null });
  });
});
