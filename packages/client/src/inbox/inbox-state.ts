import type { InboxEntry } from '../wire.ts';

/** A person's conversations, newest activity first. */
export interface InboxState {
  /** `loading` until the first snapshot; after that the last known entries stay, whatever the connection does. */
  readonly status: 'loading' | 'ready';
  /** Whether changes arrive now. */
  readonly live: boolean;
  readonly version: number;
  readonly entries: readonly InboxEntry[];
}

export type InboxEvent =
  | { readonly type: 'snapshot'; readonly version: number; readonly entries: readonly InboxEntry[] }
  | { readonly type: 'delta'; readonly version: number; readonly entries: readonly InboxEntry[] }
  | { readonly type: 'detached' };

export const EMPTY_INBOX: InboxState = { status: 'loading', live: false, version: 0, entries: [] };

/** The inbox after an event; the same object when nothing has changed. A delta that is older than what is held is dropped. */
export function inboxAfter(state: InboxState, event: InboxEvent): InboxState {
  switch (event.type) {
    case 'snapshot':
      return {
        status: 'ready',
        live: true,
        version: event.version,
        entries: newestFirst(event.entries.filter(isThere)),
      };
    case 'delta': {
      if (event.version <= state.version) return state;
      const changed = new Map(event.entries.map((entry) => [entry.session_id, entry]));
      const kept = state.entries.filter((entry) => !changed.has(entry.session_id));
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
