import { expect, test } from 'vitest';
import { tooLateToCancel } from './operation-words.ts';

const drain = { kind: 'drain', node_id: 'n2', group: null } as const;

test('a running operation can be cancelled', () => {
  expect(tooLateToCancel({ ...drain, state: 'running' })).toBeNull();
});

test.each([
  ['done', 'Drain n2: already finished. Nothing was cancelled.'],
  ['failed', 'Drain n2: already failed. There is nothing to cancel.'],
  ['cancelled', 'Drain n2: already cancelled.'],
] as const)('cancelling an operation that is %s says so', (state, sentence) => {
  expect(tooLateToCancel({ ...drain, state })).toBe(sentence);
});
