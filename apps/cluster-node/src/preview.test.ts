import { PREVIEW_LENGTH_MAX } from '@fleetlm/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunningAnswer } from './effects/dispatch/attempt/running-answer.ts';
import { previewLine } from './preview.ts';
import { newMessage } from './runtime/new-message.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

function replyPreview(text: string): string {
  const reply = new RunningAnswer('m1');
  for (const chunk of [
    { type: 'start' },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: text },
  ])
    reply.take(chunk);
  return reply.toMessage(1, 'finish', { latencyMs: 1, timeToFirstTokenMs: 1, prices: null })
    .preview;
}

test.each([
  ['a letter more than fits', `${'x'.repeat(140)}y`, `${'x'.repeat(139)}…`],
  ['exactly what fits', 'x'.repeat(140), 'x'.repeat(140)],
  ['an emoji over the end', `${'x'.repeat(139)}🌍`, `${'x'.repeat(139)}…`],
  ['a family over the end', `${'x'.repeat(131)}${FAMILY}`, `${'x'.repeat(131)}…`],
  ['a flag over the end', `${'x'.repeat(137)}🇨🇭!`, `${'x'.repeat(137)}…`],
  ['a mark over the end', `${'x'.repeat(138)}e\u0301yz`, `${'x'.repeat(138)}…`],
  ['Hindi over the end', `${'x'.repeat(138)}क्षि`, `${'x'.repeat(138)}…`],
  ['white space', `a\n\n  b${' '.repeat(5000)}c`, 'a…'],
])('a preview is cut between characters: %s', (_, text, preview) => {
  expect(newMessage('user', 'text', { text }, {}).preview).toBe(preview);
  expect(replyPreview(text)).toBe(preview);
});

test('whatever the text, its preview is the beginning of its characters, and fits', () => {
  const character = fc.constantFrom(
    'x',
    ' ',
    'é',
    'e\u0301',
    '用',
    '🌍',
    FAMILY,
    '🇨🇭',
    '\ud83c',
    '\r\n',
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 300 }), (characters) => {
      const text = characters.join('');
      const preview = previewLine(text);
      expect(preview.length).toBeLessThanOrEqual(PREVIEW_LENGTH_MAX);
      expect(preview.isWellFormed()).toBe(true);
      const line = text.replace(/\s+/g, ' ').trim().toWellFormed();
      if (!preview.endsWith('…')) expect(preview).toBe(line);
      else {
        const shown = Array.from(graphemes.segment(preview.slice(0, -1)), ({ segment }) => segment);
        const all = Array.from(graphemes.segment(line), ({ segment }) => segment);
        expect(shown).toEqual(all.slice(0, shown.length));
      }
    }),
  );
});

test('one character of endless marks has a preview, too', () => {
  const preview = previewLine(`e${'\u0301'.repeat(10_000)}`);
  expect(preview.length).toBeLessThanOrEqual(PREVIEW_LENGTH_MAX);
  expect(preview.startsWith('e\u0301')).toBe(true);
});
