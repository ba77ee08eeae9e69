import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMarkdown } from './markdown-block.tsx';
import { markdownBlocks } from './markdown-blocks.ts';
import {
  isParsable,
  MARKDOWN_LENGTH_MAX,
  NESTING_MAX,
  PARAGRAPH_LINES_MAX,
  PARAGRAPH_MARKS_MAX,
} from './text-bounds.ts';

/** Each took seconds or minutes to parse when it was long. */
const HOSTILE = [
  '*a **a ',
  '_a __a*',
  '**a',
  '[',
  ']',
  '![',
  '[a](',
  '[a](b',
  '[x](((',
  '>',
  '> ',
  '- ',
  '`a``',
  '~~a',
  '|',
  '|a|\n|-|\n',
  '<a ',
  '<!--',
  '[^a]',
  '[a]:',
  '* a\n',
  'a\n',
  '\n',
  'a\n-\n',
  'a\n-\n\n',
  '* a\n\n',
  '> a\n\n',
  '```\n',
  '<div>\n```\n]]]]]]]]',
  '`` ` ```\n*a',
  '```a\n',
  '```a\n```a\n```\n```\n',
  '\\(a',
  '\\[a\n',
  '$$a',
  '$a_',
  'https://a.b，',
  '**「',
  '<br>',
  'א a ',
];

/** Of processor time: without bounds none of these ends within it. */
const LIMIT_MS = 3_000;

describe('what agents write is drawn in bounded time', () => {
  test.each(HOSTILE)(
    '%j, over and over',
    (piece) => {
      for (const size of [2_000, 8_000, MARKDOWN_LENGTH_MAX, 1024 * 1024]) {
        const text = piece.repeat(Math.ceil(size / piece.length)).slice(0, size);
        for (const start of ['', '[d]: https://x.y\n\n']) {
          const before = process.threadCpuUsage();
          const blocks = markdownBlocks(start + text, false);
          for (const block of blocks ?? []) parseMarkdown(block);
          markdownBlocks(start + text, true);
          const { user, system } = process.threadCpuUsage(before);
          expect((user + system) / 1_000, `${size} of ${start}`).toBeLessThan(LIMIT_MS);
        }
      }
    },
    60_000,
  );
});

describe('bounds of markdown', () => {
  test.each([
    ['marks of a paragraph', (count: number) => '*'.repeat(count), PARAGRAPH_MARKS_MAX],
    ['lines of a paragraph', (count: number) => 'a\n'.repeat(count).trim(), PARAGRAPH_LINES_MAX],
    ['quotes in quotes', (count: number) => `${'> '.repeat(count)}a`, NESTING_MAX],
    ['length', (count: number) => `\`\`\`\n${'a'.repeat(count - 4)}`, MARKDOWN_LENGTH_MAX],
  ] as const)('%s: at the limit it is markdown, one more is plain text', (_, make, limit) => {
    expect(isParsable(make(limit - 1))).toBe(true);
    expect(isParsable(make(limit))).toBe(true);
    expect(isParsable(make(limit + 1))).toBe(false);
  });

  test('our own pages are markdown', () => {
    for (const page of ['README.md', 'docs/guide/chat.md', 'docs/internals/raft.md'])
      expect(
        isParsable(readFileSync(join(import.meta.dirname, '../../../../..', page), 'utf8')),
      ).toBe(true);
    expect(isParsable(`Code:\n\n\`\`\`js\n${'a[b] *= c;\n'.repeat(3_000)}\`\`\`\n`)).toBe(true);
  });
});
