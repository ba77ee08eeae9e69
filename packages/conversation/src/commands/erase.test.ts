import { describe, expect, test } from 'vitest';
import {
  apply,
  dueDispatches,
  evictionCandidates,
  exportState,
  findHead,
  flushCandidates,
  getSession,
  importState,
  inboxChanges,
  listSessions,
  stateDigest,
} from '../index.ts';
import {
  AGENT,
  accepted,
  agentSays,
  archive,
  complete,
  create,
  effectTypes,
  erase,
  flushed,
  groupAfter,
  OTHER_SESSION,
  read,
  retry,
  SESSION,
  say,
  start,
  USER,
  update,
  upTo,
} from '../testing/commands.ts';

const SECRET = 'the-password-is-swordfish';
const secret = new TextEncoder().encode(
  JSON.stringify({ content: { text: SECRET }, metadata: {} }),
);

/** A session with a secret wherever a user may write one, and another one beside it. */
function groupWithSecrets() {
  const fields = {
    message: {
      id: '0197d3b0-0000-7000-8000-0000000000aa',
      kind: 'text',
      payload: secret,
      preview: SECRET,
    },
    clientMessageId: SECRET,
  };
  return groupAfter(
    create({ metadata: new TextEncoder().encode(JSON.stringify({ title: SECRET })) }),
    create({ sessionId: OTHER_SESSION }),
    say(1, fields),
    agentSays(2, { ...fields, clientMessageId: `${SECRET}-2` }),
    say(3, { sessionId: OTHER_SESSION }),
  );
}

function bytesOf(value: unknown): string {
  return JSON.stringify(value, (_key, one) =>
    one instanceof Uint8Array ? Buffer.from(one).toString('latin1') : one,
  );
}

describe('erasing', () => {
  test('C100 takes away all that was written, from snapshots and from what leaves memory too', () => {
    const state = groupWithSecrets();
    expect(bytesOf(exportState(state))).toContain(SECRET);
    accepted(apply(state, erase()));
    expect(bytesOf(exportState(state))).not.toContain(SECRET);
    expect(bytesOf(inboxChanges(state, USER, 0, upTo(50)))).not.toContain(SECRET);
    expect(bytesOf(flushCandidates(state, 1_000))).not.toContain(SECRET);
    const head = state.sessions.get(SESSION);
    accepted(apply(state, flushed(head?.lastSeq ?? 0, head?.version ?? 0)));
    const states = evictionCandidates(state, {
      sessionsMax: 9,
      bytesMax: 9e9,
      cleanBeforeMs: 9e15,
    });
    expect(states.map(({ id }) => id)).toEqual([SESSION]);
    expect(bytesOf(states)).not.toContain(SECRET);
  });

  test('C101 it is as one that never was, but its id is taken for good', () => {
    const state = groupWithSecrets();
    accepted(apply(state, erase()));
    const before = stateDigest(state);
    for (const command of [
      say(4),
      agentSays(5),
      read(1),
      archive(),
      update({ status: 'active' }),
      start(1, 1),
      complete(1, 1, 6),
      retry(),
    ])
      expect(apply(state, command).reply).toMatchObject({
        type: 'refused',
        code: 'session-not-found',
        detail: `session ${SESSION} was erased`,
      });
    expect(apply(state, create()).reply).toMatchObject({ code: 'session-exists' });
    expect(stateDigest(state)).toBe(before);
    expect(getSession(state, SESSION)).toBeNull();
    expect(findHead(state, SESSION)).toBeNull();
    expect(listSessions(state, USER, upTo(10)).sessions.map(({ id }) => id)).toEqual([
      OTHER_SESSION,
    ]);
  });

  test('C101 out of memory and in a snapshot it stays erased', () => {
    const state = groupWithSecrets();
    accepted(apply(state, erase()));
    const { lastSeq = 0, version = 0, inboxVersion = 0 } = state.sessions.get(SESSION) ?? {};
    accepted(apply(state, flushed(lastSeq, version)));
    const sessions = [{ sessionId: SESSION, inboxVersion }];
    accepted(apply(state, { type: 'evict-sessions', sessions, timeMs: 8_000 }));
    expect(state.sessions.has(SESSION)).toBe(false);
    for (const later of [state, importState(structuredClone(exportState(state)))]) {
      expect(findHead(later, SESSION)).toBeNull();
      expect(listSessions(later, USER, upTo(10)).sessions.map(({ id }) => id)).toEqual([
        OTHER_SESSION,
      ]);
      expect(
        inboxChanges(later, USER, 0, upTo(50)).sessions.map(({ id, status }) => [id, status]),
      ).toEqual([
        [OTHER_SESSION, 'active'],
        [SESSION, 'erased'],
      ]);
    }
  });

  test("C102 ends the agent's work; what was not archived is no backlog, and the row is to be written", () => {
    const state = groupWithSecrets();
    accepted(apply(state, start(1, 1)));
    expect(state.flushBacklog).toBe(3);
    const { effects } = accepted(apply(state, erase()));
    expect(effects[0]).toMatchObject({ type: 'dispatch-changed', dispatch: { status: 'idle' } });
    expect(dueDispatches(state, 9e15).map(({ session }) => session.id)).toEqual([OTHER_SESSION]);
    expect(state.flushBacklog).toBe(1);
    const row = flushCandidates(state, 1_000).find(({ session }) => session.id === SESSION);
    expect(row).toMatchObject({ messages: [], session: { status: 'erased', agentId: AGENT } });
  });

  test('C103 other devices receive it like any change of the inbox; it is no activity', () => {
    const state = groupWithSecrets();
    const before = state.sessions.get(SESSION)?.activity;
    const { version } = inboxChanges(state, USER, 0, upTo(50));
    const applied = accepted(apply(state, erase()));
    expect(effectTypes(applied)).toContain('inbox-changed');
    expect(inboxChanges(state, USER, version, upTo(50)).sessions).toMatchObject([
      { id: SESSION, status: 'erased', activity: before },
    ]);
  });

  test('C104 erasing an erased session changes nothing', () => {
    const state = groupWithSecrets();
    accepted(apply(state, erase()));
    const before = stateDigest(state);
    expect(accepted(apply(state, erase())).effects).toEqual([]);
    expect(stateDigest(state)).toBe(before);
  });

  test('C105 a session that has left memory is erased as if it had not', () => {
    const hot = groupWithSecrets();
    accepted(apply(hot, archive()));
    const { lastSeq = 0, version = 0 } = hot.sessions.get(SESSION) ?? {};
    accepted(apply(hot, flushed(lastSeq, version)));
    const cold = importState(structuredClone(exportState(hot)));
    const { inboxVersion = 0 } = cold.sessions.get(SESSION) ?? {};
    const sessions = [{ sessionId: SESSION, inboxVersion }];
    accepted(apply(cold, { type: 'evict-sessions', sessions, timeMs: 8_000 }));
    expect(cold.sessions.has(SESSION)).toBe(false);
    expect(accepted(apply(cold, erase()))).toEqual(accepted(apply(hot, erase())));
    expect(stateDigest(cold)).toBe(stateDigest(hot));
  });
});
