import { describe, expect, test } from 'vitest';
import type { InboxEntry } from '../wire.ts';
import { EMPTY_INBOX, inboxAfter, unreadTotal } from './inbox-state.ts';

function entry(sessionId: string, minute: number, unread = 0): InboxEntry {
  return {
    session_id: sessionId,
    agent_id: 'echo',
    agent_name: 'Echo',
    title: null,
    status: 'idle',
    last_seq: 3,
    last_read_seq: 3 - unread,
    unread_count: unread,
    last_message: null,
    updated_at: `2026-11-23T12:${String(minute).padStart(2, '0')}:00.000Z`,
  };
}

describe('the inbox', () => {
  const loaded = inboxAfter(EMPTY_INBOX, {
    type: 'snapshot',
    version: 4,
    entries: [entry('a', 1), entry('b', 2)],
    next: null,
  });

  test('the newest activity is on top, and a change moves its entry there', () => {
    expect(loaded.entries.map((held) => held.session_id)).toEqual(['b', 'a']);
    const moved = inboxAfter(loaded, {
      type: 'delta',
      version: 6,
      entries: [entry('a', 3, 2), entry('c', 0)],
    });
    expect(moved.entries.map((held) => held.session_id)).toEqual(['a', 'b', 'c']);
    expect(unreadTotal(moved, null)).toBe(2);
    expect(unreadTotal(moved, 'a')).toBe(0);
  });

  test('a delta that is older than the snapshot is dropped', () => {
    expect(inboxAfter(loaded, { type: 'delta', version: 4, entries: [entry('a', 9, 9)] })).toBe(
      loaded,
    );
  });

  test('a conversation that was erased on another device is gone', () => {
    const erased = { ...entry('b', 2), status: 'erased' };
    const after = inboxAfter(loaded, { type: 'delta', version: 5, entries: [erased] });
    expect(after.entries.map((held) => held.session_id)).toEqual(['a']);
  });

  describe('with older ones', () => {
    const snapshot = (version: number, entries: readonly InboxEntry[]) =>
      ({ type: 'snapshot', version, entries, next: 'c' }) as const;
    const newest = inboxAfter(EMPTY_INBOX, snapshot(4, [entry('d', 9), entry('c', 8)]));
    const ids = ({ entries }: typeof newest) => entries.map((held) => held.session_id);

    test('a page goes behind what is held, and names where the next one begins', () => {
      const page = [entry('c', 0), entry('b', 7), entry('a', 6)];
      const paged = inboxAfter(newest, { type: 'page', entries: page, next: null });
      expect(ids(paged)).toEqual(['d', 'c', 'b', 'a']);
      expect(paged.entries[1]).toEqual(entry('c', 8));
      expect(paged.next).toBe(null);
    });

    test('after a reconnect they stay, and what fell out of the newest ones does too', () => {
      const page = { type: 'page', entries: [entry('b', 7), entry('a', 6)], next: 'a' } as const;
      const paged = inboxAfter(inboxAfter(newest, page), { type: 'detached' });
      const again = inboxAfter(paged, snapshot(9, [entry('a', 12, 1), entry('d', 9)]));
      expect(ids(again)).toEqual(['a', 'd', 'c', 'b']);
      expect(again).toMatchObject({ live: true, version: 9, next: 'a' });
      expect(again.entries[0]).toMatchObject({ unread_count: 1 });
    });

    test('a snapshot without older ones is all there is', () => {
      const page = { type: 'page', entries: [entry('a', 6)], next: null } as const;
      const all = { ...snapshot(9, [entry('d', 9)]), next: null };
      expect(ids(inboxAfter(inboxAfter(newest, page), all))).toEqual(['d']);
    });

    test('no older ones were asked for: a snapshot holds the newest only', () => {
      const again = inboxAfter(newest, snapshot(9, [entry('e', 10), entry('d', 9)]));
      expect(ids(again)).toEqual(['e', 'd']);
      expect(again.next).toBe('c');
    });
  });

  test('without a connection the last known entries stay, marked as not live', () => {
    expect(inboxAfter(loaded, { type: 'detached' })).toEqual({ ...loaded, live: false });
  });
});
