import type { InboxEntry } from '@fleetlm/client';

/** In the order in which they stand. */
const SECTIONS = ['Pinned', 'Today', 'Yesterday', 'Last 7 days', 'Last 30 days', 'Older'] as const;
export type InboxSection = (typeof SECTIONS)[number];

export function isPinned({ pinned, status }: InboxEntry): boolean {
  return pinned === true && status !== 'archived';
}

/** Those that are pinned in front; the rest stays in its order. */
export function pinnedFirst(entries: readonly InboxEntry[]): readonly InboxEntry[] {
  const pinned = entries.filter(isPinned);
  return pinned.length === 0
    ? entries
    : [...pinned, ...entries.filter((entry) => !isPinned(entry))];
}

/**
 * The section that begins at each entry, by its place; null: it belongs to the one before. Sections never go back: in an order that
 * is held for a user who looks at it, an entry that has changed stays where it is.
 */
export function sectionStarts(
  entries: readonly InboxEntry[],
  nowMs: number,
): readonly (InboxSection | null)[] {
  const sectionOf = sectionsAt(nowMs);
  let last = -1;
  return entries.map((entry) => {
    const section = Math.max(last, isPinned(entry) ? 0 : sectionOf(entry.updated_at));
    const isStart = section !== last;
    last = section;
    return isStart ? (SECTIONS[section] ?? null) : null;
  });
}

/** Days are those of this device. */
function sectionsAt(nowMs: number): (iso: string) => number {
  const midnight = (daysAgo: number): number => {
    const day = new Date(nowMs);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() - daysAgo).getTime();
  };
  const begins = [0, 1, 7, 30].map(midnight);
  return (iso) => {
    const atMs = Date.parse(iso);
    const place = begins.findIndex((beginsAtMs) => atMs >= beginsAtMs);
    return 1 + (place < 0 ? begins.length : place);
  };
}
