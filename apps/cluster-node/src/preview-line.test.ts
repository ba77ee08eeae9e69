import { PREVIEW_LENGTH_MAX } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { PREVIEW_SOURCE_LENGTH_MAX, previewLine } from './preview-line.ts';

const FAMILY = '👨‍👩‍👧‍👦';

test('a text that fits is whole, on one line', () => {
  expect(previewLine(' two\n\n lines ')).toBe('two lines');
  expect(previewLine('x'.repeat(PREVIEW_LENGTH_MAX))).toBe('x'.repeat(PREVIEW_LENGTH_MAX));
  expect(previewLine('x'.repeat(PREVIEW_LENGTH_MAX + 1))).toBe(
    `${'x'.repeat(PREVIEW_LENGTH_MAX - 1)}…`,
  );
});

test.each([
  ['an emoji', '🌍'],
  ['a family', FAMILY],
  ['a letter with marks', 'é̂̃'],
  ['a flag', '🇳🇴'],
])('%s at the edge is whole or left out, at every place', (_, character) => {
  for (let before = PREVIEW_LENGTH_MAX - 12; before <= PREVIEW_LENGTH_MAX; before += 1) {
    const line = previewLine(`${'x'.repeat(before)}${character} and much more than fits`);
    expect(line.length).toBeLessThanOrEqual(PREVIEW_LENGTH_MAX);
    expect(line).toMatch(/^x+(?:.*…)$/su);
    const tail = line.replace(/^x+/, '').replace(/…$/, '');
    expect(['', character]).toContain(tail.slice(0, character.length));
    expect(line.isWellFormed()).toBe(true);
  }
});

test('half of a pair where the text is cut does not become a replacement character', () => {
  const spaces = ' '.repeat(PREVIEW_SOURCE_LENGTH_MAX - 2);
  expect(previewLine(`a${spaces}🌍`)).toBe('a…');
  expect(previewLine('a\ud83c')).toBe('a\ufffd');
});
