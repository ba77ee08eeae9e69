import type { InboxEntry } from '@fleetlm/client';

/** A conversation that has been read and waits for nothing. */
export function inboxEntry(session_id: string, over: Partial<InboxEntry> = {}): InboxEntry {
  return {
    session_id,
    agent_id: 'a',
    agent_name: 'Ava',
    title: null,
    pinned: false,
    status: 'idle',
    last_seq: 1,
    last_read_seq: 1,
    unread_count: 0,
    awaits_user: false,
    last_message: null,
    updated_at: '2026-11-23T12:00:00.000Z',
    ...over,
  };
}
