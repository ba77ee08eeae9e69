import { expect, test } from 'vitest';
import { isOwnMessage } from './own-message.ts';

test('a message is its sender’s, and an answer never the person’s, whatever the agent is called', () => {
  expect(isOwnMessage({ sender_id: 'ann', kind: 'text' }, 'ann')).toBe(true);
  expect(isOwnMessage({ sender_id: 'guide', kind: 'assistant' }, 'ann')).toBe(false);
  expect(isOwnMessage({ sender_id: 'ann', kind: 'assistant' }, 'ann')).toBe(false);
});
