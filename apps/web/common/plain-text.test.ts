import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test('marks go, words stay', () => {
  expect(
    plainText('# Hi\n\nHere is **what** I `found`: [docs](https://x.y), 2 * 3, snake_case'),
  ).toBe('Hi Here is what I found: docs, 2 * 3, snake_case');
});

test.each([
  ['unclosed links', '!['],
  ['unclosed targets', '[](('],
  ['blank lines', '\n\t'],
  ['emphasis', '**a'],
])('%s: 256 KiB take no longer than their length allows', (_, piece) => {
  const text = piece.repeat((256 * 1024) / piece.length);
  const startedAt = performance.now();
  plainText(text);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});
