import { expect, test } from 'vitest';
import { adviceFor, tooLateToCancel } from './operation-words.ts';

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

test('a group without a leader is no reason to start nodes that are up', () => {
  expect(adviceFor('it has no leader', true)).toBe('Its nodes are up and elect one. Wait.');
  expect(adviceFor('it has no leader', false)).toMatch(/start them/);
  expect(adviceFor('its turn comes', true)).toBeNull();
});
