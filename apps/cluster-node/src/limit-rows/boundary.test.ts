import type { LimitRow } from '@fleetlm/protocol/reference';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMIT_ROWS } from './index.ts';
import type { Draw, Probe } from './testing/probe.ts';
import { PROBES } from './testing/probes.ts';

/** Printable, of one to three bytes in UTF-8 and one unit in UTF-16. */
const drawn: fc.Arbitrary<Draw> = fc.record({
  character: fc.constantFrom('x', 'Z', '7', 'ö', 'Ж', '用', 'ก'),
});
/** A failure prints its seed; `{ seed, path }` here replays it. */
const RUNS = { numRuns: 2 };
const OFFSETS = [-1, 0, 1] as const;

async function found(probe: Probe, size: number, draw: Draw): Promise<boolean | number> {
  return probe.type === 'cut' ? probe.keeps(size, draw) : probe.accepts(size, draw);
}

function expected({ type }: Probe, limit: number, offset: number): boolean | number {
  if (type === 'cut') return Math.min(limit + offset, limit);
  return type === 'at-most' ? offset <= 0 : offset >= 0;
}

function probeOf({ edge, input }: LimitRow): Probe {
  const probe = PROBES.get(`${edge}: ${input}`);
  if (probe === undefined) throw new Error(`no probe for "${edge}: ${input}"`);
  return probe;
}

describe('one less, as much, and one more than the limit', () => {
  const rows = LIMIT_ROWS.filter((row) => row.test === 'boundary');
  test.each(rows)('$edge: $input', async (row) => {
    const probe = probeOf(row);
    await fc.assert(
      fc.asyncProperty(drawn, async (draw) => {
        for (const offset of OFFSETS)
          expect([offset, await found(probe, row.value + offset, draw)]).toEqual([
            offset,
            expected(probe, row.value, offset),
          ]);
      }),
      RUNS,
    );
  });
});
