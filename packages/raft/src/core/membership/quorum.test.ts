import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jointCommitted, jointVote, majorityCommitted, majorityVote } from './quorum.ts';

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 9 });
const acks = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 10, maxLength: 10 });
const votes = fc.array(fc.option(fc.boolean(), { nil: undefined }), {
  minLength: 10,
  maxLength: 10,
});

/** The definition itself: the highest index that more than half of the voters have reached. */
function dumbCommitted(voters: readonly number[], matchOf: (id: number) => number): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  for (let index = 20; index > 0; index -= 1) {
    if (voters.filter((id) => matchOf(id) >= index).length * 2 > voters.length) return index;
  }
  return 0;
}

/** Won or lost when no way of casting the missing votes changes it. */
function naiveVote(voters: readonly number[], cast: ReadonlyMap<number, boolean>): string {
  if (voters.length === 0) return 'won';
  const won = (missing: boolean): boolean =>
    voters.filter((id) => cast.get(id) ?? missing).length * 2 > voters.length;
  return won(true) === won(false) ? (won(true) ? 'won' : 'lost') : 'pending';
}

const toMap = (values: readonly (boolean | undefined)[]): Map<number, boolean> =>
  new Map(values.flatMap((value, id) => (value === undefined ? [] : [[id, value] as const])));

test.each([
  [[], Number.POSITIVE_INFINITY],
  [[7], 7],
  [[7, 3], 3],
  [[7, 3, 5], 5],
  [[7, 3, 5, 1], 3],
  [[9, 9, 1, 1, 1], 1],
  [[0, 0, 4, 4, 4], 4],
])('A20 the majority of %j has %d', (matches, expected) => {
  expect(
    majorityCommitted(
      matches.map((_, at) => at),
      (id) => matches[id] ?? 0,
    ),
  ).toBe(expected);
});

test('A20 the commit index of a majority is what the definition says', () => {
  fc.assert(
    fc.property(ids, acks, (voters, matches) => {
      const matchOf = (id: number): number => matches[id] ?? 0;
      expect(majorityCommitted(voters, matchOf)).toBe(dumbCommitted(voters, matchOf));
    }),
    { numRuns: 5000 },
  );
});

test('A20 the commit index of a joint configuration is the lower of both halves', () => {
  fc.assert(
    fc.property(ids, ids, acks, (incoming, outgoing, matches) => {
      const matchOf = (id: number): number => matches[id] ?? 0;
      const expected = Math.min(dumbCommitted(incoming, matchOf), dumbCommitted(outgoing, matchOf));
      expect(jointCommitted({ incoming, outgoing }, matchOf)).toBe(expected);
      expect(jointCommitted({ incoming, outgoing: incoming }, matchOf)).toBe(
        dumbCommitted(incoming, matchOf),
      );
    }),
    { numRuns: 5000 },
  );
});

test('A20 an election is won or lost when the missing votes can not change it', () => {
  fc.assert(
    fc.property(ids, votes, (voters, values) => {
      expect(majorityVote(voters, toMap(values))).toBe(naiveVote(voters, toMap(values)));
    }),
    { numRuns: 5000 },
  );
});

test('A20 a joint election needs both halves', () => {
  fc.assert(
    fc.property(ids, ids, votes, (incoming, outgoing, values) => {
      const cast = toMap(values);
      const halves = [naiveVote(incoming, cast), naiveVote(outgoing, cast)];
      const expected = halves.includes('lost')
        ? 'lost'
        : halves.includes('pending')
          ? 'pending'
          : 'won';
      expect(jointVote({ incoming, outgoing }, cast)).toBe(expected);
    }),
    { numRuns: 5000 },
  );
});
