import { isObject, stringField } from '@fleetlm/protocol/ui-stream';
import type { OutboxEntry } from './outbox-state.ts';

/** Where unsent messages survive a reload. Both calls are synchronous: `save` runs before the first try to send. */
export interface OutboxStorage {
  load(): readonly OutboxEntry[];
  save(entries: readonly OutboxEntry[]): void;
}

/** An outbox that ends with the page: for tests, and where there is no storage. */
export function memoryOutbox(): OutboxStorage {
  let saved: readonly OutboxEntry[] = [];
  return {
    load: () => saved,
    save: (entries) => {
      saved = entries;
    },
  };
}

/**
 * Keeps one user's outbox in the browser, an item an entry, so that two tabs do not overwrite each
 * other. A full or forbidden storage costs durability over a reload, never the sending itself: it is
 * reported through `onError` and the messages stay in memory.
 */
export function browserOutbox(
  userId: string,
  storage: Storage,
  onError: (error: unknown) => void,
): OutboxStorage {
  const prefix = prefixOf(userId);
  let saved: readonly OutboxEntry[] = [];
  return {
    load: () => {
      // ULIDs sort by the time of writing.
      saved = keysOf(storage, prefix).flatMap((key) => {
        try {
          return readEntry(JSON.parse(storage.getItem(key) ?? 'null'));
        } catch (error) {
          onError(error);
          return [];
        }
      });
      return saved;
    },
    save: (entries) => {
      try {
        for (const entry of saved) {
          if (!entries.some((other) => other.clientMessageId === entry.clientMessageId))
            storage.removeItem(prefix + entry.clientMessageId);
        }
        for (const entry of entries)
          if (!saved.includes(entry))
            storage.setItem(prefix + entry.clientMessageId, JSON.stringify(entry));
      } catch (error) {
        onError(error);
      }
      saved = entries;
    },
  };
}

/** How many messages of this user wait in the browser. */
export function unsentInBrowser(userId: string, storage: Storage): number {
  return keysOf(storage, prefixOf(userId)).length;
}

/** At a sign-out: nothing of this user stays in the browser. */
export function clearBrowserOutbox(userId: string, storage: Storage): void {
  for (const key of keysOf(storage, prefixOf(userId))) storage.removeItem(key);
}

function prefixOf(userId: string): string {
  return `fleetlm.outbox.${userId}.`;
}

/** ULIDs have no dot: a key that goes on with one is of a user whose id begins alike. */
function keysOf(storage: Storage, prefix: string): readonly string[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  return keys
    .filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('.'))
    .sort();
}

/** One entry as it was stored, or nothing when it is not one: an older version of the page may have written it. */
function readEntry(value: unknown): readonly OutboxEntry[] {
  if (!isObject(value) || !isObject(value.content)) return [];
  const clientMessageId = stringField(value, 'clientMessageId');
  const sessionId = stringField(value, 'sessionId');
  const kind = stringField(value, 'kind');
  const createdAtMs = value.createdAtMs;
  if (
    clientMessageId === null ||
    sessionId === null ||
    kind === null ||
    typeof createdAtMs !== 'number'
  )
    return [];
  const outgoing = {
    clientMessageId,
    sessionId,
    kind,
    content: value.content,
    ...(isObject(value.metadata) ? { metadata: value.metadata } : {}),
    createdAtMs,
  };
  const error = value.error;
  if (value.status !== 'failed' || !isObject(error)) return [{ ...outgoing, status: 'pending' }];
  const code = stringField(error, 'code') ?? 'internal';
  const message = stringField(error, 'message') ?? 'The message was not accepted.';
  return [{ ...outgoing, status: 'failed', error: { code, message, retryable: false } }];
}
