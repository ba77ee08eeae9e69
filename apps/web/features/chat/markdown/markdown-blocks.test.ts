import { expect, test } from 'vitest';
import { markdownBlocks } from './markdown-blocks.ts';

const TEXT =
  '# Title\n\nSome **bold** text.\n\n- one\n- two\n\n```js\nconst a = 1;\n\nconst b = 2;\n```\n\nEnd.';

test('a finished message is its blocks, with nothing added or lost', () => {
  const blocks = markdownBlocks(TEXT, false);
  expect(blocks).toHaveLength(5);
  expect(blocks?.join('')).toBe(TEXT);
});

test('while it is written only the last block changes', () => {
  let before: readonly string[] = [];
  for (let length = 1; length <= TEXT.length; length += 1) {
    const blocks = markdownBlocks(TEXT.slice(0, length), true) ?? [];
    // A blank line still belongs to the block before it; the lexer may also turn the last two into one.
    const settled = Math.max(0, before.length - 2);
    expect(blocks.slice(0, settled)).toEqual(before.slice(0, settled));
    before = blocks;
  }
});

test('open syntax at the end is closed', () => {
  expect(markdownBlocks('so **bol', true)).toEqual(['so **bol**']);
  expect(markdownBlocks('so **bol', false)).toEqual(['so **bol']);
});

test('a finished message with definitions stays whole, so that its links work', () => {
  const text = 'See [the docs][d].\n\n[d]: https://example.com';
  expect(markdownBlocks(text, false)).toEqual([text]);
});
