import { doubledMs, jitteredMs } from '@fleetlm/protocol/plain';
import type { JsonObject } from '@fleetlm/protocol/ui-stream';
import type { Connection } from '../connection/connection.ts';
import { Store } from '../store.ts';
import { ulid } from '../ulid.ts';
import { type Message, malformed, type WireError } from '../wire.ts';
import {
  nextToSend,
  OUTBOX_ENTRIES_MAX,
  type OutboxEntry,
  type OutboxEvent,
  outboxAfter,
  sessionsToSend,
} from './outbox-state.ts';
import type { OutboxStorage } from './outbox-storage.ts';
import { sizeRefusal } from './payload-size.ts';

const RETRY_MIN_MS = 250;
const RETRY_MAX_MS = 5_000;

export interface OutboxOptions {
  readonly connection: Connection;
  readonly storage: OutboxStorage;
  readonly userId: string;
  /** The cluster has the message on a quorum of disks. */
  readonly onCommitted: (message: Message) => void;
}

/** `ok`: kept, and sent until there is a definite answer. Else nothing was kept: OUTBOX_ENTRIES_MAX are waiting. */
export type SendResult =
  | { readonly ok: true; readonly clientMessageId: string }
  | { readonly ok: false; readonly error: WireError };

/**
 * Brings messages to the cluster exactly once and in order, one in flight a conversation. Whatever happens in
 * between (a lost connection, a time-out, a reload), the same id is sent again until there is a definite answer.
 */
export class Outbox {
  readonly entries: Store<readonly OutboxEntry[]>;
  #options: OutboxOptions;
  #draining = new Set<string>();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.entries = new Store(options.storage.load());
  }

  /** Takes a message over; it is stored before the first try. Refused only when OUTBOX_ENTRIES_MAX are waiting. */
  add(sessionId: string, kind: string, content: JsonObject, metadata: JsonObject = {}): SendResult {
    if (this.entries.get().length >= OUTBOX_ENTRIES_MAX) return { ok: false, error: OUTBOX_FULL };
    const clientMessageId = ulid();
    const entry: OutboxEntry = {
      status: 'pending',
      clientMessageId,
      sessionId,
      kind,
      content,
      metadata,
      createdAtMs: Date.now(),
    };
    this.#apply({ type: 'added', entry });
    void this.#drain(sessionId);
    return { ok: true, clientMessageId };
  }

  /** Sends everything that waits: at the start, and whenever a connection opens. */
  flush(): void {
    for (const sessionId of sessionsToSend(this.entries.get())) void this.#drain(sessionId);
  }

  /** These messages were seen in the log. */
  committed(clientMessageIds: readonly string[]): void {
    for (const clientMessageId of clientMessageIds)
      this.#apply({ type: 'committed', clientMessageId });
  }

  retry(clientMessageId: string): void {
    this.#apply({ type: 'retried', clientMessageId });
    this.flush();
  }

  discard(clientMessageId: string): void {
    this.#apply({ type: 'discarded', clientMessageId });
  }

  #apply(event: OutboxEvent): void {
    const entries = outboxAfter(this.entries.get(), event);
    if (entries === this.entries.get()) return;
    this.#options.storage.save(entries);
    this.entries.set(entries);
  }

  async #drain(sessionId: string): Promise<void> {
    if (this.#draining.has(sessionId)) return;
    this.#draining.add(sessionId);
    try {
      let failures = 0;
      for (
        let entry = nextToSend(this.entries.get(), sessionId);
        entry !== null;
        entry = nextToSend(this.entries.get(), sessionId)
      ) {
        const error = await this.#send(entry);
        if (error === null) failures = 0;
        // The next open connection flushes.
        else if (error.code === 'disconnected') return;
        else if (error.retryable) {
          await delay(jitteredMs(doubledMs(failures, RETRY_MIN_MS, RETRY_MAX_MS), Math.random()));
          failures += 1;
        } else this.#apply({ type: 'refused', clientMessageId: entry.clientMessageId, error });
      }
    } finally {
      this.#draining.delete(sessionId);
    }
  }

  async #send(entry: OutboxEntry): Promise<WireError | null> {
    const { clientMessageId, sessionId, kind, content } = entry;
    const metadata = { ...entry.metadata, client_message_id: clientMessageId };
    const tooLarge = sizeRefusal(content, metadata);
    if (tooLarge !== null) return tooLarge;
    const payload = {
      session_id: sessionId,
      client_message_id: clientMessageId,
      kind,
      content,
      metadata,
    };
    const ack = await this.#options.connection.request('session:send', payload);
    if (!ack.ok) return ack.error;
    const { seq, id, inserted_at } = ack.body;
    if (typeof seq !== 'number' || typeof id !== 'string' || typeof inserted_at !== 'string')
      return malformed('an acknowledgement');
    const message = {
      id,
      session_id: sessionId,
      seq,
      sender_id: this.#options.userId,
      kind,
      content,
      metadata,
      inserted_at,
    };
    this.#options.onCommitted(message);
    this.#apply({ type: 'committed', clientMessageId });
    return null;
  }
}

const OUTBOX_FULL: WireError = {
  code: 'overloaded',
  message: `${OUTBOX_ENTRIES_MAX} messages are waiting to be sent already.`,
  retryable: true,
};

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
