import type { InboxEntry } from '@fleetlm/client';

export type InboxFilter = 'all' | 'unread' | 'archived';

/** The entries of a filter; archived ones are only among the archived. */
export function filtered(
  entries: readonly InboxEntry[],
  filter: InboxFilter,
): readonly InboxEntry[] {
  switch (filter) {
    case 'all':
      return entries.filter(({ status }) => status !== 'archived');
    case 'unread':
      return entries.filter(
        ({ status, unread_count }) => status !== 'archived' && unread_count > 0,
      );
    case 'archived':
      return entries.filter(({ status }) => status === 'archived');
    default:
      return filter satisfies never;
  }
}

/**
 * The entries in the order that is on the screen: nothing moves under their pointer. What is new comes in front,
 * what is older than all of them behind, what is gone goes, and everything says what it says now.
 */
export function inHeldOrder(
  entries: readonly InboxEntry[],
  held: readonly string[],
): readonly InboxEntry[] {
  const places = new Map(held.map((id, at) => [id, at]));
  const isHeld = ({ session_id }: InboxEntry): boolean => places.has(session_id);
  const end = entries.findLastIndex(isHeld) + 1;
  const fresh = entries.slice(0, end).filter((entry) => !isHeld(entry));
  const known = entries
    .filter(isHeld)
    .toSorted((a, b) => (places.get(a.session_id) ?? 0) - (places.get(b.session_id) ?? 0));
  return [...fresh, ...known, ...entries.slice(end)];
}

/** How many stand elsewhere than they would. */
export function movedCount(shown: readonly InboxEntry[], wanted: readonly InboxEntry[]): number {
  const order = new Map(shown.map(({ session_id }, at) => [session_id, at]));
  let moved = 0;
  let furthest = -1;
  // Read from the end: what was brought to the front is out of order, not what it passed.
  for (const { session_id } of [...wanted].reverse()) {
    const at = shown.length - 1 - (order.get(session_id) ?? 0);
    if (at > furthest) furthest = at;
    else moved += 1;
  }
  return moved;
}
