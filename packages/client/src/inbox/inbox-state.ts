import type { InboxEntry } from '../wire.ts';

/** A user's conversations, newest activity first. */
export interface InboxState {
  /** `loading` until the first snapshot; after that the last known entries stay, whatever the connection does. */
  readonly status: 'loading' | 'ready';
  /** Whether changes arrive now. */
  readonly live: boolean;
  readonly version: number;
  readonly entries: readonly InboxEntry[];
  /** Where the older ones begin; null: there are none. */
  readonly next: string | null;
  /** Whether pages of older ones are held. */
  readonly paged: boolean;
}

export type InboxEvent =
  | {
      readonly type: 'snapshot';
      readonly version: number;
      readonly entries: readonly InboxEntry[];
      readonly next: string | null;
    }
  | {
      readonly type: 'page';
      readonly entries: readonly InboxEntry[];
      readonly next: string | null;
    }
  | { readonly type: 'delta'; readonly version: number; readonly entries: readonly InboxEntry[] }
  | { readonly type: 'detached' };

export const EMPTY_INBOX: InboxState = {
  status: 'loading',
  live: false,
  version: 0,
  entries: [],
  next: null,
  paged: false,
};

/** The inbox after an event; the same object when nothing has changed. A delta that is older than what is held is dropped. */
export function inboxAfter(state: InboxState, event: InboxEvent): InboxState {
  switch (event.type) {
    case 'snapshot':
      return afterSnapshot(state, event);
    case 'page':
      return {
        ...state,
        entries: newestFirst([...state.entries, ...without(event.entries, state.entries)]),
        next: event.next,
        paged: true,
      };
    case 'delta': {
      if (event.version <= state.version) return state;
      const kept = without(state.entries, event.entries);
      return {
        ...state,
        version: event.version,
        entries: newestFirst([...kept, ...event.entries.filter(isThere)]),
      };
    }
    case 'detached':
      return state.live ? { ...state, live: false } : state;
    default:
      return event satisfies never;
  }
}

/**
 * A snapshot has the newest ones only. What was held beyond them stays in view: had it been active, it would be in the
 * snapshot.
 */
function afterSnapshot(
  state: InboxState,
  { version, entries, next }: Extract<InboxEvent, { type: 'snapshot' }>,
): InboxState {
  const paged = state.paged && next !== null;
  const older = paged ? without(state.entries, entries) : [];
  return {
    status: 'ready',
    live: true,
    version,
    entries: newestFirst([...entries.filter(isThere), ...older]),
    next: paged ? state.next : next,
    paged,
  };
}

function without(
  entries: readonly InboxEntry[],
  others: readonly InboxEntry[],
): readonly InboxEntry[] {
  const named = new Set(others.map(({ session_id }) => session_id));
  return entries.filter(({ session_id }) => !named.has(session_id));
}

/** Messages not read yet, without those of the session in view: they are being read. */
export function unreadTotal(state: InboxState, sessionInView: string | null): number {
  return state.entries.reduce(
    (total, entry) => (entry.session_id === sessionInView ? total : total + entry.unread_count),
    0,
  );
}

/** An erased conversation is named once more, so that every device forgets it. */
function isThere({ status }: InboxEntry): boolean {
  return status !== 'erased';
}

function newestFirst(entries: readonly InboxEntry[]): readonly InboxEntry[] {
  return [...entries].sort((a, b) =>
    a.updated_at === b.updated_at
      ? a.session_id < b.session_id
        ? 1
        : -1
      : a.updated_at < b.updated_at
        ? 1
        : -1,
  );
}
