import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { CHECKS, checkRun } from './check-run.ts';
import { goodRun } from './testing/good-run.ts';
import { LOG_MUTATIONS } from './testing/log-mutations.ts';
import { OTHER_MUTATIONS } from './testing/other-mutations.ts';

const RUNS = 60;
const MUTATIONS = [...LOG_MUTATIONS, ...OTHER_MUTATIONS];

describe('a run without a mistake', () => {
  test('passes every check', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        for (const verdict of checkRun(goodRun(seed)))
          expect({ ...verdict, checked: verdict.checked > 0 }).toMatchObject({
            violations: 0,
            described: [],
            checked: true,
          });
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a run with a mistake is flagged', () => {
  test.each(MUTATIONS)('%s: %s', (id, _title, mutate) => {
    let applied = 0;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const run = goodRun(seed);
        if (!mutate(run, seededRandom(seed + 1))) return;
        applied += 1;
        const verdict = CHECKS[id](run);
        expect(verdict.violations).toBeGreaterThan(0);
        expect(verdict.described.length).toBeGreaterThan(0);
      }),
      { numRuns: RUNS },
    );
    expect(applied).toBeGreaterThan(RUNS / 3);
  });

  test('every check has a mutation', () => {
    expect(new Set(MUTATIONS.map(([id]) => id))).toEqual(new Set(Object.keys(CHECKS)));
  });
});

test('K8 says that it was not made when there was no power failure', () => {
  const verdict = CHECKS.K8({ ...goodRun(1), survivors: null });
  expect(verdict.skipped).not.toBeNull();
});
