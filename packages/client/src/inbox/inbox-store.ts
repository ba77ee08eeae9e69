import { isObject } from '@fleetlm/protocol/ui-stream';
import type { Connection } from '../connection/connection.ts';
import { type ReadableStore, Store } from '../store.ts';
import { type InboxEntry, isInboxEntry, type WireError } from '../wire.ts';
import { EMPTY_INBOX, type InboxEvent, type InboxState, inboxAfter } from './inbox-state.ts';

const REJOIN_AFTER_MS = 500;

/** A user's inbox: a snapshot, then changes; live while at least one holder has it open. */
export class InboxStore {
  readonly state: ReadableStore<InboxState>;
  #state = new Store(EMPTY_INBOX);
  #connection: Connection;
  #holders = 0;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #paging: Promise<WireError | null> | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.state = this.#state;
  }

  open(): () => void {
    this.#holders += 1;
    if (this.#holders === 1) this.rejoin();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
    };
  }

  detached(): void {
    this.#round += 1;
    this.#apply({ type: 'detached' });
  }

  rejoin(): void {
    if (this.#holders === 0 || this.#connection.view.status !== 'online') return;
    this.#round += 1;
    void this.#join(this.#round);
  }

  receiveDelta(payload: unknown): void {
    const delta = readEntries(payload);
    if (delta !== null) this.#apply({ type: 'delta', ...delta });
  }

  /**
   * Marks conversations as read up to what is known of them, one after the other. Null: all of them are; else the first
   * refusal, at which it stops. The inbox says so itself as it takes effect.
   */
  async markRead(
    entries: readonly Pick<InboxEntry, 'session_id' | 'last_seq'>[],
  ): Promise<WireError | null> {
    for (const { session_id, last_seq } of entries) {
      const ack = await this.#connection.request('session:read', { session_id, last_seq });
      if (!ack.ok) return ack.error;
    }
    return null;
  }

  /** Brings the page of conversations that are older than all held. Null: they are there; else the refusal. */
  loadOlder(): Promise<WireError | null> {
    const { next } = this.#state.get();
    if (next === null) return Promise.resolve(null);
    this.#paging ??= this.#page(next).finally(() => {
      this.#paging = null;
    });
    return this.#paging;
  }

  async #page(before: string): Promise<WireError | null> {
    const ack = await this.#connection.request('inbox:page', { before });
    if (!ack.ok) return ack.error;
    const page = readPage(ack.body);
    if (page === null) return UNREADABLE;
    // Of two rounds: a snapshot that came meanwhile may end elsewhere.
    if (this.#state.get().next === before) this.#apply({ type: 'page', ...page });
    return null;
  }

  async #join(round: number): Promise<void> {
    const ack = await this.#connection.request('inbox:join', {});
    if (round !== this.#round) return;
    const page = ack.ok ? readPage(ack.body) : null;
    const snapshot = ack.ok ? readEntries(ack.body) : null;
    if (snapshot !== null && page !== null) this.#apply({ type: 'snapshot', ...snapshot, ...page });
    else if (!ack.ok && ack.error.retryable) {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.rejoin();
      }, REJOIN_AFTER_MS);
    }
  }

  #apply(event: InboxEvent): void {
    this.#state.set(inboxAfter(this.#state.get(), event));
  }
}

const UNREADABLE: WireError = {
  code: 'internal',
  message: 'The node answered with something that is no page of an inbox.',
  retryable: false,
};

function readPage(
  value: unknown,
): { readonly next: string | null; readonly entries: readonly InboxEntry[] } | null {
  if (!isObject(value)) return null;
  const { sessions, next } = value;
  if (next !== null && typeof next !== 'string') return null;
  return Array.isArray(sessions) && sessions.every(isInboxEntry)
    ? { next, entries: sessions }
    : null;
}

function readEntries(
  value: unknown,
): { readonly version: number; readonly entries: readonly InboxEntry[] } | null {
  if (!isObject(value) || typeof value.version !== 'number') return null;
  const sessions = value.sessions;
  return Array.isArray(sessions) && sessions.every(isInboxEntry)
    ? { version: value.version, entries: sessions }
    : null;
}
