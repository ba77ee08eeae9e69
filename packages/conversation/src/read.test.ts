import { describe, expect, test } from 'vitest';
import { apply, createGroupState, getSession, readMessages } from './index.ts';
import { create, flushed, groupAfter, say, sessionOf, upTo } from './testing/commands.ts';

const hundred = Array.from({ length: 100 }, (_, index) => say(index + 1));

function page(
  from: { readonly afterSeq: number } | { readonly beforeSeq: number },
  limit: number,
  flushedSeq = 0,
) {
  const state = groupAfter(create(), ...hundred, flushed(flushedSeq, 1));
  const { messages, archive, hasMore, lastSeq } = readMessages(sessionOf(state), from, upTo(limit));
  expect(lastSeq).toBe(100);
  return {
    archive: archive === null ? null : [archive.afterSeq, archive.throughSeq],
    memory: messages.length === 0 ? null : [messages[0]?.seq, messages.at(-1)?.seq],
    count: messages.length,
    hasMore,
  };
}

describe('pages of messages', () => {
  test.each([
    [{ afterSeq: 0 }, 10, { archive: null, memory: [1, 10], count: 10, hasMore: true }],
    [{ afterSeq: 95 }, 10, { archive: null, memory: [96, 100], count: 5, hasMore: false }],
    [{ afterSeq: 90 }, 10, { archive: null, memory: [91, 100], count: 10, hasMore: false }],
    [{ afterSeq: 100 }, 10, { archive: null, memory: null, count: 0, hasMore: false }],
    [{ afterSeq: 500 }, 10, { archive: null, memory: null, count: 0, hasMore: false }],
    [{ beforeSeq: 50 }, 10, { archive: null, memory: [40, 49], count: 10, hasMore: true }],
    [{ beforeSeq: 5 }, 10, { archive: null, memory: [1, 4], count: 4, hasMore: false }],
    [{ beforeSeq: 1 }, 10, { archive: null, memory: null, count: 0, hasMore: false }],
    [{ beforeSeq: 900 }, 3, { archive: null, memory: [98, 100], count: 3, hasMore: true }],
  ])('C80 %j, at most %d, all in memory', (from, limit, expected) => {
    expect(page(from, limit)).toEqual(expected);
  });

  test.each([
    [{ afterSeq: 0 }, 10, { archive: [0, 10], memory: null, count: 0, hasMore: true }],
    [{ afterSeq: 30 }, 10, { archive: [30, 36], memory: [37, 40], count: 4, hasMore: true }],
    [{ afterSeq: 36 }, 10, { archive: null, memory: [37, 46], count: 10, hasMore: true }],
    [{ beforeSeq: 40 }, 10, { archive: [29, 36], memory: [37, 39], count: 3, hasMore: true }],
    [{ beforeSeq: 20 }, 50, { archive: [0, 19], memory: null, count: 0, hasMore: false }],
  ])('C80 %j, at most %d, when only 37 to 100 are in memory', (from, limit, expected) => {
    expect(page(from, limit, 100)).toEqual(expected);
  });

  test('C8 a copy of a state or of a session is refused rather than read half', () => {
    const state = groupAfter(create(), say(1));
    expect(() => apply({ ...state }, say(2))).toThrow(TypeError);
    expect(() => readMessages({ ...sessionOf(state) }, { afterSeq: 0 }, upTo(1))).toThrow(
      TypeError,
    );
    expect(getSession(createGroupState(), 'unknown')).toBeNull();
  });
});
