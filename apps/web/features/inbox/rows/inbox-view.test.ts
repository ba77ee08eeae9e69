import { describe, expect, it } from 'vitest';
import { filtered, inHeldOrder, movedCount } from './inbox-view.ts';
import { inboxEntry as entry } from './testing/inbox-entry.ts';

const ids = (entries: readonly ReturnType<typeof entry>[]) =>
  entries.map(({ session_id }) => session_id);

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
