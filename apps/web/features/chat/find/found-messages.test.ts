import type { Row } from '@fleetlm/client';
import { describe, expect, test } from 'vitest';
import { foundSeqs, neighbour, placesOf } from './found-messages.ts';

function row(seq: number, text: string): Row {
  const message = {
    id: `m${seq}`,
    session_id: 's',
    seq,
    sender_id: 'demo',
    kind: 'text',
    content: { text },
    metadata: {},
    inserted_at: '2026-11-23T12:00:00.000Z',
  };
  return { type: 'message', key: message.id, message, earlier: [] };
}

describe('finding in a conversation', () => {
  const rows = [row(1, 'Where is my Refund?'), row(2, 'On its way'), row(5, 'A refund, then')];

  test('finds small and capital letters alike, and nothing for a single letter', () => {
    expect(foundSeqs(rows, 'REFUND')).toEqual([1, 5]);
    expect(foundSeqs(rows, ' way ')).toEqual([2]);
    expect(foundSeqs(rows, 'r')).toEqual([]);
  });

  test('begins at the newest and goes round', () => {
    expect(neighbour([1, 5], null, 'older')).toBe(5);
    expect(neighbour([1, 5], 5, 'older')).toBe(1);
    expect(neighbour([1, 5], 1, 'older')).toBe(5);
    expect(neighbour([1, 5], 5, 'newer')).toBe(1);
    expect(neighbour([], 5, 'older')).toBeNull();
  });

  test('marks each place once', () => {
    expect(placesOf('banana', 'an')).toEqual([1, 3]);
    expect(placesOf('aaa', 'aa')).toEqual([0]);
    expect(placesOf('abc', '')).toEqual([]);
  });
});
