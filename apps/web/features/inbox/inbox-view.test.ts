import type { InboxEntry } from '@fleetlm/client';
import { describe, expect, it } from 'vitest';
import { filtered, inHeldOrder, movedCount } from './inbox-view.ts';

const entry = (session_id: string, over: Partial<InboxEntry> = {}): InboxEntry => ({
  session_id,
  agent_id: 'a',
  agent_name: 'Ava',
  title: null,
  status: 'idle',
  last_seq: 1,
  last_read_seq: 1,
  unread_count: 0,
  last_message: null,
  updated_at: '2026-11-23T12:00:00.000Z',
  ...over,
});
const ids = (entries: readonly InboxEntry[]) => entries.map(({ session_id }) => session_id);

describe('the inbox', () => {
  it('shows archived conversations only among the archived', () => {
    const entries = [entry('a'), entry('b', { status: 'archived', unread_count: 2 })];
    expect(ids(filtered(entries, 'all'))).toEqual(['a']);
    expect(ids(filtered(entries, 'unread'))).toEqual([]);
    expect(ids(filtered(entries, 'archived'))).toEqual(['b']);
  });

  it('moves nothing under a pointer, and lets new ones in', () => {
    const now = ['c', 'new', 'a', 'b'].map((id) => entry(id));
    const shown = inHeldOrder(now, ['a', 'b', 'c']);
    expect(ids(shown)).toEqual(['new', 'a', 'b', 'c']);
    expect(movedCount(shown, now)).toBe(1);
    expect(movedCount(now, now)).toBe(0);
  });

  it('puts older ones that were asked for behind the others', () => {
    const now = ['b', 'a', 'older', 'oldest'].map((id) => entry(id));
    expect(ids(inHeldOrder(now, ['a', 'b']))).toEqual(['a', 'b', 'older', 'oldest']);
  });

  it('lets go of what is gone', () => {
    expect(ids(inHeldOrder([entry('b')], ['a', 'b']))).toEqual(['b']);
  });
});
