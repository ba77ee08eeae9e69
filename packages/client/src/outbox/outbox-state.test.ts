import { describe, expect, test } from 'vitest';
import { rowsOf } from '../session/rows.ts';
import { message, SESSION_ID } from '../session/testing.ts';
import { nextToSend, OUTBOX_ENTRIES_MAX, type OutboxEntry, outboxAfter } from './outbox-state.ts';
import { browserOutbox, clearBrowserOutbox, unsentInBrowser } from './outbox-storage.ts';

function entry(clientMessageId: string, sessionId = SESSION_ID): OutboxEntry {
  return {
    status: 'pending',
    clientMessageId,
    sessionId,
    kind: 'text',
    content: { text: clientMessageId },
    createdAtMs: 1,
  };
}

const REFUSED = { code: 'payload_too_large', message: 'Too large.', retryable: false };

describe('the outbox', () => {
  test('the oldest unsent message of a conversation goes first; a refused one does not hold up the rest', () => {
    const entries = [entry('1'), entry('other', 'x'), entry('2')];
    expect(nextToSend(entries, SESSION_ID)?.clientMessageId).toBe('1');
    const refused = outboxAfter(entries, { type: 'refused', clientMessageId: '1', error: REFUSED });
    expect(refused[0]).toMatchObject({ status: 'failed', error: REFUSED });
    expect(nextToSend(refused, SESSION_ID)?.clientMessageId).toBe('2');
    const retried = outboxAfter(refused, { type: 'retried', clientMessageId: '1' });
    expect(nextToSend(retried, SESSION_ID)?.clientMessageId).toBe('1');
  });

  test('takes no more than its limit', () => {
    const full = Array.from({ length: OUTBOX_ENTRIES_MAX }, (_, index) => entry(String(index)));
    expect(outboxAfter(full, { type: 'added', entry: entry('one more') })).toBe(full);
  });

  test('a committed message takes the place of its outgoing line under the same key', () => {
    const sent = message(1, { metadata: { client_message_id: '1' } });
    expect(
      rowsOf(SESSION_ID, [], [entry('1'), entry('2')]).rows.map((row) => [row.type, row.key]),
    ).toEqual([
      ['outgoing', '1'],
      ['outgoing', '2'],
    ]);
    expect(
      rowsOf(SESSION_ID, [sent], [entry('1'), entry('2')]).rows.map((row) => [row.type, row.key]),
    ).toEqual([
      ['message', '1'],
      ['outgoing', '2'],
    ]);
  });
});

/** The parts of the browser's Storage that are used. */
function fakeStorage(): Storage {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => {
      items.delete(key);
    },
    setItem: (key, value) => {
      items.set(key, value);
    },
  };
}

describe('the outbox in the browser', () => {
  test('survives a reload, in order, for its user only', () => {
    const storage = fakeStorage();
    const failed: OutboxEntry = { ...entry('1'), status: 'failed', error: REFUSED };
    browserOutbox('demo', storage, () => {}).save([failed, entry('2')]);
    expect(browserOutbox('demo', storage, () => {}).load()).toEqual([failed, entry('2')]);
    expect(browserOutbox('second', storage, () => {}).load()).toEqual([]);
  });

  test('an outbox is counted and cleared for one user, also beside an id that begins alike', () => {
    const storage = fakeStorage();
    browserOutbox('demo', storage, () => {}).save([entry('1'), entry('2')]);
    browserOutbox('demo.x', storage, () => {}).save([entry('3')]);
    expect(browserOutbox('demo', storage, () => {}).load()).toEqual([entry('1'), entry('2')]);
    expect(unsentInBrowser('demo', storage)).toBe(2);
    clearBrowserOutbox('demo', storage);
    expect(unsentInBrowser('demo', storage)).toBe(0);
    expect(browserOutbox('demo.x', storage, () => {}).load()).toEqual([entry('3')]);
  });

  test('two tabs do not throw away what the other one has not sent', () => {
    const storage = fakeStorage();
    const one = browserOutbox('demo', storage, () => {});
    const other = browserOutbox('demo', storage, () => {});
    one.save([entry('1')]);
    other.save([entry('2')]);
    one.save([]);
    expect(browserOutbox('demo', storage, () => {}).load()).toEqual([entry('2')]);
  });

  test('something else under its key is reported and costs nothing but itself', () => {
    const storage = fakeStorage();
    const errors: unknown[] = [];
    storage.setItem('fleetlm.outbox.demo.1', '{"half":');
    storage.setItem('fleetlm.outbox.demo.0', '{"not":"an entry"}');
    browserOutbox('demo', storage, () => {}).save([entry('2')]);
    expect(browserOutbox('demo', storage, (error) => errors.push(error)).load()).toEqual([
      entry('2'),
    ]);
    expect(errors).toHaveLength(1);
  });
});
