import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runL1Seed } from './run-seed.ts';

/** As in l1.test.ts: it waits for nothing but a core. */
const TIMEOUT_MS = 1_800_000;

/** Every seed that has ever found something. */
function knownSeeds(): readonly number[] {
  const text = readFileSync(new URL('../../../testdata/l1-seeds.json', import.meta.url), 'utf8');
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || !('seeds' in parsed)) return [];
  return Array.isArray(parsed.seeds) ? parsed.seeds.map(Number) : [];
}

test.each(knownSeeds())(
  'L1 seed %i, which once broke something',
  { timeout: TIMEOUT_MS },
  (seed) => {
    expect(runL1Seed(seed).failure).toBeNull();
  },
);

test('L2 a seed goes the same way every time', { timeout: TIMEOUT_MS }, () => {
  for (let seed = 1; seed <= 5; seed += 1) {
    const { traceHash, events } = runL1Seed(seed);
    expect(runL1Seed(seed), `seed ${seed}`).toMatchObject({ traceHash, events });
  }
});
