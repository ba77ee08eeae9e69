import { expect, test } from 'vitest';
import { plainText } from './plain-text.ts';

test('marks go, words stay', () => {
  expect(
    plainText('# Hi\n\nHere is **what** I `found`: [docs](https://x.y), 2 * 3, snake_case'),
  ).toBe('Hi Here is what I found: docs, 2 * 3, snake_case');
});

test('fences, tables, line breaks and single marks are not read out', () => {
  expect(plainText('Run *this*:\n\n```js\nconst a_b = 2 * 3;\n```\n')).toBe(
    'Run this: const a_b = 2 * 3;',
  );
  expect(plainText('| a | b |\n| --- | :-: |\n| x<br>y | _z_. |')).toBe('a b x y z.');
});

test.each([
  ['rules', '-'],
  ['rows', '| - '],
  ['rows that are none', '| - \u200b'],
  ['stars', '*'],
  ['fences', '```'],
  ['unclosed links', '!['],
  ['unclosed targets', '[](('],
  ['blank lines', '\n\t'],
  ['emphasis', '**a'],
])('%s: 256 KiB take no longer than their length allows', (_, piece) => {
  const text = piece.repeat((256 * 1024) / piece.length);
  const before = process.threadCpuUsage();
  plainText(text);
  const { user, system } = process.threadCpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
