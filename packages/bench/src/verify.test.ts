import { expect, test } from 'vitest';
import { type StoredMessage, verifySession } from './verify.ts';

const stored: readonly StoredMessage[] = [1, 2, 3].map((seq) => ({
  id: `m${seq}`,
  seq,
  text: `t${seq}`,
}));

test('a history as acknowledged is fine', () => {
  expect(verifySession(stored, stored)).toEqual({ lost: 0, duplicated: 0, gaps: 0 });
});

test('an unacknowledged message that is there anyway is no fault', () => {
  expect(verifySession(stored, stored.slice(0, 2))).toEqual({ lost: 0, duplicated: 0, gaps: 0 });
});

test('an acknowledged message that is missing is lost, and leaves a gap', () => {
  expect(
    verifySession(
      stored.filter(({ seq }) => seq !== 2),
      stored,
    ),
  ).toEqual({ lost: 1, duplicated: 0, gaps: 1 });
});

test('a lost last message is noticed though it leaves no gap', () => {
  expect(verifySession(stored.slice(0, 2), stored)).toEqual({ lost: 1, duplicated: 0, gaps: 0 });
});

test('another message under the acknowledged number counts as lost', () => {
  const swapped = stored.map((message) =>
    message.seq === 2 ? { ...message, id: 'other' } : message,
  );
  expect(verifySession(swapped, stored).lost).toBe(1);
});

test('one send stored twice is a duplicate', () => {
  const twice = [...stored, { id: 'm4', seq: 4, text: 't3' }];
  expect(verifySession(twice, stored)).toEqual({ lost: 0, duplicated: 1, gaps: 0 });
});
