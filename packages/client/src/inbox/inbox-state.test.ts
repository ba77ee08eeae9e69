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

  test('without a connection the last known entries stay, marked as not live', () => {
    expect(inboxAfter(loaded, { type: 'detached' })).toEqual({ ...loaded, live: false });
  });
});
