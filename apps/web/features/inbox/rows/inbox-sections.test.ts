import type { InboxEntry } from '@fleetlm/client';
import { expect, test } from 'vitest';
import { isPinned, pinnedFirst, sectionStarts } from './inbox-sections.ts';
import { inboxEntry } from './testing/inbox-entry.ts';

const NOW = new Date(2026, 10, 30, 9, 30).getTime();
const daysAgo = (days: number, hour = 12): string =>
  new Date(2026, 10, 30 - days, hour).toISOString();
const at = (updated_at: string, over: Partial<InboxEntry> = {}) =>
  inboxEntry(updated_at, { updated_at, ...over });

test('conversations are grouped by the day of their newest activity', () => {
  const entries = [
    at(daysAgo(0, 9)),
    at(daysAgo(0, 0)),
    at(daysAgo(1, 23)),
    at(daysAgo(2)),
    at(daysAgo(7, 0)),
    at(daysAgo(8)),
    at(daysAgo(30, 0)),
    at(daysAgo(31)),
  ];
  expect(sectionStarts(entries, NOW)).toEqual([
    'Today',
    null,
    'Yesterday',
    'Last 7 days',
    null,
    'Last 30 days',
    null,
    'Older',
  ]);
});

test('an entry that changes while the order is held stays in its section', () => {
  const held = [at(daysAgo(0)), at(daysAgo(1)), at(daysAgo(0)), at(daysAgo(1))];
  expect(sectionStarts(held, NOW)).toEqual(['Today', 'Yesterday', null, null]);
});

test('what is pinned stands above the others, until it is archived', () => {
  const entries = [
    at(daysAgo(0)),
    at(daysAgo(40), { pinned: true }),
    at(daysAgo(3), { pinned: true, status: 'archived' }),
  ];
  const shown = pinnedFirst(entries);
  expect(shown.map(isPinned)).toEqual([true, false, false]);
  expect(sectionStarts(shown, NOW)).toEqual(['Pinned', 'Today', 'Last 7 days']);
  expect(pinnedFirst(entries.slice(0, 1))).toEqual(entries.slice(0, 1));
});
