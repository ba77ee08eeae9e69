import { describe, expect, test } from 'vitest';
import { groupRecordOf } from '../group-record.ts';
import {
  apply,
  createGroupState,
  exportState,
  type GroupState,
  getInbox,
  importState,
  METADATA_BYTES_PER_USER_MAX,
  SESSIONS_PER_USER_MAX,
  stateDigest,
} from '../index.ts';
import {
  create,
  erase,
  evict,
  evictable,
  flushedAll,
  groupAfter,
  hydrate,
  OTHER_SESSION,
  SESSION,
  say,
  USER,
  update,
} from '../testing/commands.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function idOf(n: number): string {
  let suffix = '';
  for (let at = 0, rest = n; at < 4; at += 1, rest = Math.floor(rest / 32))
    suffix = CROCKFORD.charAt(rest % 32) + suffix;
  return `7f-01JQ000000000000000000${suffix}`;
}

function inboxOf(state: GroupState): { readonly size: number; readonly metadataBytes: number } {
  return groupRecordOf(state).inboxOf(USER);
}

function metadata(bytes: number): Uint8Array {
  return new Uint8Array(bytes).fill(0x20);
}

describe('what one user may have', () => {
  test('C13 is SESSIONS_PER_USER_MAX sessions; another user is not concerned', () => {
    const state = createGroupState();
    for (let n = 0; n < SESSIONS_PER_USER_MAX; n += 1)
      expect(apply(state, create({ sessionId: idOf(n) })).reply.type).toBe('session');
    const before = stateDigest(state);
    expect(apply(state, create({ sessionId: idOf(SESSIONS_PER_USER_MAX) })).reply).toMatchObject({
      type: 'refused',
      code: 'inbox-full',
    });
    expect(stateDigest(state)).toEqual(before);
    // The same creation again is no new session.
    expect(apply(state, create({ sessionId: idOf(0) })).reply.type).toBe('session');
    const others = create({ sessionId: idOf(SESSIONS_PER_USER_MAX), userId: 'bob' });
    expect(apply(state, others).reply.type).toBe('session');
  });

  test('C13 is METADATA_BYTES_PER_USER_MAX bytes of metadata, at creation and at update', () => {
    const most = METADATA_BYTES_PER_USER_MAX - 10;
    const state = groupAfter(create({ metadata: metadata(most) }));
    const full = { type: 'refused', code: 'inbox-full' };
    const second = create({ sessionId: OTHER_SESSION, metadata: metadata(11) });
    expect(apply(state, second).reply).toMatchObject(full);
    const fitting = create({ sessionId: OTHER_SESSION, metadata: metadata(10) });
    expect(apply(state, fitting).reply.type).toBe('session');
    expect(apply(state, update({ metadata: metadata(most + 1) })).reply).toMatchObject(full);
    expect(apply(state, update({ metadata: metadata(most - 1) })).reply.type).toBe('session');
    expect(apply(state, update({ metadata: metadata(most) })).reply.type).toBe('session');
  });

  test('C13 is counted the same whichever way a replica came to its state', () => {
    const state = groupAfter(
      create({ metadata: metadata(100) }),
      create({ sessionId: OTHER_SESSION, metadata: metadata(50) }),
      say(1),
    );
    const expectCount = (size: number, metadataBytes: number): void => {
      expect(inboxOf(state)).toMatchObject({ size, metadataBytes });
      expect(getInbox(state, USER)?.sessionIds).toHaveLength(size);
      expect(inboxOf(importState(exportState(state)))).toMatchObject({ size, metadataBytes });
    };
    expectCount(2, 150);
    apply(state, update({ metadata: metadata(70) }));
    expectCount(2, 120);
    apply(state, flushedAll(state));
    const sessions = evictable(state);
    apply(state, evict(sessions));
    expectCount(2, 120);
    apply(state, erase(OTHER_SESSION));
    expectCount(2, 70 + inboxOf(groupAfter(create(), erase())).metadataBytes);
    apply(state, erase(SESSION));
    expectCount(2, 2 * inboxOf(groupAfter(create(), erase())).metadataBytes);
  });

  test('C13 is counted the same after a session came back to memory', () => {
    const state = groupAfter(create({ metadata: metadata(100) }), say(1));
    apply(state, flushedAll(state));
    const back = hydrate(state);
    apply(state, evict(evictable(state)));
    apply(state, back);
    expect(inboxOf(state)).toMatchObject({ size: 1, metadataBytes: 100 });
  });
});
