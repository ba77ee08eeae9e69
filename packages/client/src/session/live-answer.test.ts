import { textOfParts, type UiChunk } from '@fleetlm/protocol/ui-stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  hasChunkGap,
  type LiveAnswer,
  mergeChunk,
  mergeSnapshot,
  visibleParts,
} from './live-answer.ts';

const AT = { epoch: 3, attempt: 1 };

function answerChunks(words: readonly string[]): readonly UiChunk[] {
  const deltas = words.map((delta) => ({ type: 'text-delta', id: 't', delta }));
  return [{ type: 'start' }, { type: 'text-start', id: 't' }, ...deltas];
}

function textOf(live: LiveAnswer | null): string {
  return live === null ? '' : textOfParts(visibleParts(live));
}

describe('the answer in progress', () => {
  test('chunks in any order, repeated, with a snapshot anywhere in between, come to the same text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.nat(),
        (words, shuffle, cut) => {
          const chunks = answerChunks(words);
          const order = chunks
            .map((_, index) => index)
            .sort((a, b) => ((a * 7919 + shuffle) % 31) - ((b * 7919 + shuffle) % 31));
          let live: LiveAnswer | null = null;
          order.forEach((index, step) => {
            if (step === cut % order.length)
              live = mergeSnapshot(live, AT, chunks.slice(0, cut % chunks.length));
            const chunk = chunks[index];
            if (chunk === undefined) return;
            live = mergeChunk(live, AT, index, chunk);
            live = mergeChunk(live, AT, index, chunk);
          });
          expect(textOf(live)).toBe(words.join(''));
          expect(hasChunkGap(live)).toBe(false);
        },
      ),
    );
  });

  test('a snapshot that is older than what is shown takes nothing back', () => {
    const chunks = answerChunks(['a', 'b', 'c']);
    const live = mergeSnapshot(null, AT, chunks);
    expect(textOf(mergeSnapshot(live, AT, chunks.slice(0, 3)))).toBe('abc');
  });

  test('a snapshot whose chunks are merged goes on with the chunk that follows it, also over what was there', () => {
    const merged = answerChunks(['abc']);
    const next = { type: 'text-delta', id: 't', delta: 'd' };
    expect(textOf(mergeChunk(mergeSnapshot(null, AT, merged, 5), AT, 5, next))).toBe('abcd');
    const live = mergeChunk(mergeSnapshot(null, AT, answerChunks(['a'])), AT, 5, next);
    expect(hasChunkGap(live)).toBe(true);
    const mended = mergeSnapshot(live, AT, merged, 5);
    expect([textOf(mended), hasChunkGap(mended)]).toEqual(['abcd', false]);
  });

  test('a missing chunk is a gap, and what follows it is not shown', () => {
    const live = mergeChunk(mergeSnapshot(null, AT, answerChunks(['a'])), AT, 4, {
      type: 'text-delta',
      id: 't',
      delta: 'c',
    });
    expect(hasChunkGap(live)).toBe(true);
    expect(textOf(live)).toBe('a');
    expect(textOf(mergeChunk(live, AT, 3, { type: 'text-delta', id: 't', delta: 'b' }))).toBe(
      'abc',
    );
  });

  test('when another node begins the answer anew, what was read stays until the new one has caught up', () => {
    const again = { epoch: 3, attempt: 2 };
    let live = mergeSnapshot(null, AT, answerChunks(['Hello ', 'world']));
    live = mergeSnapshot(live, again, answerChunks(['Hello ']));
    expect(textOf(live)).toBe('Hello world');
    live = mergeChunk(live, again, 3, { type: 'text-delta', id: 't', delta: 'world, and more' });
    expect(textOf(live)).toBe('Hello world, and more');
    expect(mergeChunk(live, AT, 9, { type: 'text-delta', id: 't', delta: 'late' })).toBe(live);
  });
});
