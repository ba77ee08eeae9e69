import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  apply,
  coldStats,
  createGroupState,
  EVICTED_TAIL_BYTES_MAX,
  evictionCandidates,
  exportState,
  FormatError,
  findHead,
  type GroupState,
  getInbox,
  importState,
  inboxChanges,
  isCold,
  leaveGaps,
  listSessions,
  parseCommand,
  readColdMessages,
  type SessionSnapshot,
  stateDigest,
  versioned,
} from '../index.ts';
import {
  agentSays,
  archive,
  complete,
  create,
  evict,
  evictable,
  fail,
  flushed,
  flushedAll,
  groupAfter,
  hydrate,
  message,
  OTHER_SESSION,
  read,
  SESSION,
  say,
  sessionOf,
  start,
  stop,
  USER,
  update,
  upTo,
} from '../testing/commands.ts';
import { intents, SESSIONS, Wishes } from '../testing/intents.ts';
import type { Command } from './commands.ts';
import type { Applied } from './results.ts';

/** One session with an answer, all of it in Postgres. */
function quiet(...more: readonly Command[]): GroupState {
  const state = groupAfter(create(), say(1), start(1, 1), complete(1, 1, 2), ...more);
  apply(state, flushedAll(state));
  return state;
}

function evictAll(state: GroupState): readonly SessionSnapshot[] {
  const archived = structuredClone(evictable(state));
  apply(state, evict(archived));
  return archived;
}

describe('leaving memory', () => {
  test('C92 a session leaves when all of it is in Postgres, nothing is to be done for it, and it is as it was archived', () => {
    const state = quiet();
    const before = findHead(state, SESSION);
    evictAll(state);
    expect(isCold(state, SESSION)).toBe(true);
    expect(findHead(state, SESSION)).toEqual(before);
    expect(coldStats(state).sessions).toBe(1);
    expect(state.sessions.size).toBe(0);
  });

  test.each<[string, readonly Command[]]>([
    ['a message is not flushed', [agentSays(3)]],
    ['its row is not flushed', [read(1)]],
    ['it was changed since, and flushed again', [agentSays(3), flushed(3, 99)]],
    ['it was read since, and flushed again', [read(1), flushed(2, 99)]],
    ['work waits', [say(3), flushed(3, 99)]],
    ['work is running', [say(3), start(2, 1), flushed(3, 99)]],
  ])('C92 it stays when %s', (_name, since) => {
    const state = quiet();
    const archived = structuredClone(evictable(state));
    for (const command of since) {
      const flush = command.type === 'mark-flushed' ? flushedAll(state) : command;
      expect(apply(state, flush).reply.type).not.toBe('refused');
    }
    apply(state, evict(archived));
    expect(isCold(state, SESSION)).toBe(false);
  });

  test('C92 candidates are those that have been clean longest, and none that was clean only just now', () => {
    const state = quiet(create({ sessionId: OTHER_SESSION }));
    apply(state, read(2));
    apply(state, { ...flushed(2, sessionOf(state).version), timeMs: 50_000 });
    const ids = (cleanBeforeMs: number) => {
      const query = { sessionsMax: 9, bytesMax: 1e9, cleanBeforeMs };
      return evictionIds(state, query);
    };
    expect(ids(49_999)).toEqual([OTHER_SESSION]);
    expect(ids(50_000)).toEqual([OTHER_SESSION, SESSION]);
  });
});

function evictionIds(state: GroupState, query: Parameters<typeof evictionCandidates>[1]) {
  return evictionCandidates(state, query).map(({ id }) => id);
}

describe('out of memory', () => {
  test('C93 every command for it is refused, changes nothing, and has no effects', () => {
    const state = quiet();
    evictAll(state);
    const digest = stateDigest(state);
    for (const command of [
      say(9),
      agentSays(9),
      create(),
      read(2),
      archive(),
      update({ status: 'archived' }),
      start(1, 2),
      complete(1, 1, 9),
      fail(1, 1),
      stop(1, message(9)),
    ])
      expect(apply(state, command), command.type).toMatchObject({
        reply: { type: 'refused', code: 'session-cold' },
        effects: [],
      });
    expect(stateDigest(state)).toBe(digest);
  });

  test('C93 its inbox shows it where it was, and a page of it is a range of the archive', () => {
    const state = quiet(create({ sessionId: OTHER_SESSION }), say(7, { sessionId: OTHER_SESSION }));
    const inbox = structuredClone(getInbox(state, USER)?.sessionIds);
    const heads = listSessions(state, USER, upTo(9));
    const changes = inboxChanges(state, USER, 1, upTo(50));
    evictAll(state);
    expect(coldStats(state).sessions).toBe(1);
    expect(getInbox(state, USER)?.sessionIds).toEqual(inbox);
    expect(listSessions(state, USER, upTo(9))).toEqual(heads);
    expect(inboxChanges(state, USER, 1, upTo(50))).toEqual(changes);
    const head = findHead(state, SESSION);
    if (head === null) throw new Error('it is gone');
    expect(readColdMessages(head, { afterSeq: 0 }, upTo(1))).toEqual({
      messages: [],
      archive: { afterSeq: 0, throughSeq: 1 },
      lastSeq: 2,
      hasMore: true,
    });
    expect(readColdMessages(head, { beforeSeq: 99 }, upTo(9))).toMatchObject({
      archive: { afterSeq: 0, throughSeq: 2 },
      hasMore: false,
    });
  });

  test('C96 a snapshot has it, and a damaged one is refused', () => {
    const state = quiet(
      create({ sessionId: OTHER_SESSION, userId: 'böb ☃' }),
      archive(OTHER_SESSION),
    );
    apply(state, flushedAll(state));
    const archived = evictAll(state);
    expect(archived).toHaveLength(2);
    const snapshot = structuredClone(exportState(state));
    const restored = importState(structuredClone(snapshot));
    expect(stateDigest(restored)).toBe(stateDigest(state));
    for (const { id } of archived) expect(findHead(restored, id)).toEqual(findHead(state, id));
    for (let at = 0; at < snapshot.cold.length; at += 1) {
      const cold = new Uint8Array(snapshot.cold);
      cold[at] = (cold[at] ?? 0) ^ 0x10;
      try {
        importState({ ...snapshot, cold });
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });
});

const WRONG_STATES: [name: string, wrong: Partial<SessionSnapshot>][] = [
  ['an older version', { inboxVersion: 1 }],
  ['another cursor', { lastReadSeq: 1 }],
  ['other messages', { tail: new Uint8Array(0), lastSeq: 1 }],
  ['another user', { userId: 'mallory' }],
];

describe('coming back', () => {
  test('C72 of a session with large messages, only as many of the newest come back as left with it', () => {
    const state = groupAfter(create());
    const payload = new Uint8Array(100_000).fill(0x20);
    for (let number = 1; number <= 10; number += 1)
      apply(state, agentSays(number, { message: message(number, { payload }) }));
    apply(state, flushedAll(state));
    const [session] = evictAll(state);
    if (session === undefined) throw new Error('nothing left');
    expect(session.tail.length).toBeLessThanOrEqual(EVICTED_TAIL_BYTES_MAX);
    apply(state, { type: 'hydrate-session', session, timeMs: 1 });
    expect(sessionOf(state).tail.map(({ seq }) => seq)).toEqual([9, 10]);
    expect(apply(state, agentSays(11)).reply).toMatchObject({ message: { seq: 11 } });
    expect(sessionOf(state).tail.map(({ seq }) => seq)).toEqual([9, 10, 11]);
  });

  test('C94 is the same again; twice is once', () => {
    const state = quiet();
    const digest = stateDigest(state);
    const back = hydrate(state);
    evictAll(state);
    expect(apply(state, back).reply).toMatchObject({ type: 'session', session: { lastSeq: 2 } });
    expect(stateDigest(state)).toBe(digest);
    expect(apply(state, back).reply.type).toBe('session');
    expect(stateDigest(state)).toBe(digest);
    expect(coldStats(state).sessions).toBe(0);
  });

  test('C94 commands travel through the log like any other', () => {
    const state = quiet();
    for (const command of [hydrate(state), evict(evictable(state))])
      expect(parseCommand(structuredClone(versioned(command)))).toEqual({ ok: true, command });
  });

  test.each(WRONG_STATES)(
    'C95 what the archive has is refused when it is %s, and changes nothing',
    (_name, wrong) => {
      const state = quiet();
      const back = hydrate(state);
      evictAll(state);
      const digest = stateDigest(state);
      const command: Command = { ...back, session: { ...back.session, ...wrong } };
      expect(apply(state, command)).toMatchObject({
        reply: { type: 'refused', code: 'stale-archive' },
        effects: [],
      });
      expect(stateDigest(state)).toBe(digest);
    },
  );

  test('C94 after a restore it comes back with the gaps that were left for it', () => {
    const state = quiet();
    const back = hydrate(state);
    evictAll(state);
    leaveGaps(state, { voidSeqs: 5, counters: 1_000, rowVersions: new Map() });
    const restored = importState(structuredClone(exportState(state)));
    expect(findHead(restored, SESSION)?.dispatch.epoch).toBe(1_001);
    expect(apply(restored, back).reply.type).toBe('session');
    expect(apply(restored, say(9)).reply).toMatchObject({ message: { seq: 8 } });
  });
});

/** A state that evicts, with the archive behind it: what a leader does about a cold session. */
class Evicting {
  readonly state = createGroupState();
  readonly #archive = new Map<string, SessionSnapshot>();
  hydrated = 0;

  apply(command: Command): Applied {
    const applied = apply(this.state, command);
    if (applied.reply.type !== 'refused' || applied.reply.code !== 'session-cold') return applied;
    const sessionId = 'sessionId' in command ? command.sessionId : '';
    this.hydrate(sessionId);
    return apply(this.state, command);
  }

  hydrate(sessionId: string): void {
    const session = this.#archive.get(sessionId);
    if (session === undefined) throw new Error(`${sessionId} was never archived`);
    const { reply } = apply(this.state, { type: 'hydrate-session', session, timeMs: 1 });
    expect(reply.type).toBe('session');
    this.hydrated += 1;
  }

  evict(): void {
    for (const session of evictAll(this.state)) this.#archive.set(session.id, session);
  }
}

describe('any run of commands', () => {
  test('C94 gets the same replies, effects, inboxes and states whether or not sessions leave memory in between', () => {
    let hydrated = 0;
    fc.assert(
      fc.property(intents, fc.array(fc.nat({ max: 3 }), { minLength: 1 }), (wanted, rhythm) => {
        const always = createGroupState();
        const evicting = new Evicting();
        let step = 0;
        for (const command of new Wishes().commands(always, wanted)) {
          step += 1;
          expect(evicting.apply(command)).toEqual(apply(always, command));
          const beat = rhythm[step % rhythm.length];
          if (beat === 0) {
            const flush = flushedAll(always);
            expect(evicting.apply(flush)).toEqual(apply(always, flush));
            evicting.evict();
          }
          if (beat === 1) evicting.evict();
          compare(evicting.state, always);
        }
        for (const id of SESSIONS) if (isCold(evicting.state, id)) evicting.hydrate(id);
        hydrated += evicting.hydrated;
        expect(exportState(evicting.state)).toEqual(exportState(always));
      }),
      { numRuns: 60 },
    );
    expect(hydrated, 'a run without any of it shows nothing').toBeGreaterThan(0);
  });

  test('C96 goes on the same way from a snapshot that has sessions out of memory in it', () => {
    fc.assert(
      fc.property(intents, fc.nat({ max: 120 }), (wanted, snapshotAfter) => {
        const state = createGroupState();
        let restored: GroupState | null = null;
        let steps = 0;
        for (const command of new Wishes().commands(state, wanted)) {
          const expected = apply(state, command);
          if (restored !== null) expect(apply(restored, command)).toEqual(expected);
          steps += 1;
          if (steps === snapshotAfter) {
            apply(state, flushedAll(state));
            evictAll(state);
            restored = importState(structuredClone(exportState(state)));
          }
        }
        if (restored !== null) expect(exportState(restored)).toEqual(exportState(state));
      }),
      { numRuns: 40 },
    );
  });
});

function compare(evicting: GroupState, always: GroupState): void {
  for (const id of SESSIONS) expect(findHead(evicting, id)).toEqual(findHead(always, id));
  for (const userId of always.inboxes.keys()) {
    expect(getInbox(evicting, userId)?.sessionIds).toEqual(getInbox(always, userId)?.sessionIds);
    expect(listSessions(evicting, userId, upTo(3))).toEqual(listSessions(always, userId, upTo(3)));
    expect(inboxChanges(evicting, userId, 3, upTo(50))).toEqual(
      inboxChanges(always, userId, 3, upTo(50)),
    );
  }
  expect(evicting.flushBacklog).toBe(always.flushBacklog);
}
