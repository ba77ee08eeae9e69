import { describe, expect, it } from 'vitest';
import type { StreamItem } from '../call/answer-stream.ts';
import { BATCH_ITEMS_MAX, mergedBatch } from './merged-batch.ts';

const value = (chunk: unknown): StreamItem => ({ type: 'value', value: chunk });
const letter = (delta: string, id = 'a'): StreamItem => value({ type: 'text-delta', id, delta });
const letters = (count: number, id = 'a'): StreamItem[] =>
  Array.from({ length: count }, (_, at) => letter(String(at % 10), id));

describe('what an agent sent at once', () => {
  it('stays as it is up to the limit', () => {
    const items = letters(BATCH_ITEMS_MAX);
    expect(mergedBatch(items)).toBe(items);
  });

  it('is merged above it, where neighbours continue one text', () => {
    const items = [
      value({ type: 'start' }),
      ...letters(70, 'a'),
      value({ type: 'text-end', id: 'a' }),
      ...letters(3, 'a'),
      ...letters(3, 'b'),
      { type: 'done' } as const,
    ];
    const text = '0123456789'.repeat(7);
    expect(mergedBatch(items)).toEqual([
      value({ type: 'start' }),
      letter(text),
      value({ type: 'text-end', id: 'a' }),
      letter('012', 'a'),
      letter('012', 'b'),
      { type: 'done' },
    ]);
  });

  it('is not merged where each says more than a few words', () => {
    const items = Array.from({ length: 65 }, () => letter('x'.repeat(500)));
    expect(mergedBatch(items)).toEqual(items);
  });

  it.each([
    ['a delta with more than a text', value({ type: 'text-delta', id: 'a', delta: 'x', extra: 1 })],
    ['a delta that is no text', value({ type: 'text-delta', id: 'a', delta: 7 })],
    ['no object', value('text-delta')],
    ['a list', value([])],
    ['no type', value({ id: 'a', delta: 'x' })],
  ])('leaves %s where it is', (_, odd) => {
    const merged = mergedBatch([...letters(65), odd, ...letters(2)]);
    expect(merged).toHaveLength(3);
    expect(merged[1]).toEqual(odd);
  });
});
