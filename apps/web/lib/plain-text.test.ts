import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test('marks go, words stay', () => {
  expect(
    plainText('# Hi\n\nHere is **what** I `found`: [docs](https://x.y), 2 * 3, snake_case'),
  ).toBe('Hi Here is what I found: docs, 2 * 3, snake_case');
});
