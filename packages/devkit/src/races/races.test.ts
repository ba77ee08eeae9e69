import { expect, test } from 'vitest';
import {
  BUSY_PROCESSES_MAX,
  parseRaceOptions,
  RACE_MINUTES_MAX,
  ROUNDS_MAX,
  SYNC_DELAY_MS_MAX,
} from './race-options.ts';
import { hasFailed, type RaceRun, raceTable } from './race-table.ts';

test('runs both suites in every environment when nothing is asked for', () => {
  const { rounds, suites, environments } = parseRaceOptions([]);
  expect({ rounds, suites }).toEqual({ rounds: 1, suites: ['unit', 'integration'] });
  expect(environments).toEqual([
    { name: 'alone' },
    { name: 'busy', processes: 2 },
    { name: 'one-core' },
    { name: 'slow-disk', milliseconds: 20 },
    { name: 'random-order' },
  ]);
});

test('runs only in the environments that are named', () => {
  const asked = ['--suite', 'unit', '--busy', '3', '--one-core', '--seed', '7', 'dispatch'];
  expect(parseRaceOptions(asked)).toMatchObject({
    suites: ['unit'],
    environments: [{ name: 'busy', processes: 3 }, { name: 'one-core' }],
    seed: 7,
    files: ['dispatch'],
  });
});

test.each([
  ['rounds', ROUNDS_MAX],
  ['busy', BUSY_PROCESSES_MAX],
  ['slow-disk', SYNC_DELAY_MS_MAX],
  ['minutes', RACE_MINUTES_MAX],
])('--%s is at most %i, and the error names it', (name, max) => {
  expect(() => parseRaceOptions([`--${name}`, String(max)])).not.toThrow();
  for (const wrong of [String(max + 1), '0', '1.5', 'x', '9'.repeat(40)])
    expect(() => parseRaceOptions([`--${name}`, wrong])).toThrow(`--${name}`);
});

test('an unknown suite or option is refused by its name', () => {
  expect(() => parseRaceOptions(['--suite', 'e2e'])).toThrow('--suite: "e2e"');
  expect(() => parseRaceOptions(['--bussy', '2'])).toThrow('--bussy');
});

test('the table has a row for each environment and suite, and each failure with its count', () => {
  const run = (fields: Partial<RaceRun>): RaceRun => ({
    environment: 'alone',
    suite: 'unit',
    seconds: 10,
    failures: [],
    note: null,
    ...fields,
  });
  const runs = [
    run({}),
    run({ seconds: 20, failures: ['a.test.ts: fails'] }),
    run({ failures: ['a.test.ts: fails'] }),
    run({ environment: 'in random order', note: 'seed 7', failures: ['b.test.ts: fails'] }),
    run({ environment: 'on one core', failures: null, note: 'no taskset' }),
  ];
  expect(raceTable(runs)).toBe(`| environment | suite | runs | runs that failed | seconds each |
| --- | --- | --- | --- | --- |
| alone | unit | 3 | 2 | 13 |
| in random order | unit | 1 | 1 | 10 |
| on one core | unit | 0 | 0 | - |
Not run on one core: no taskset
2 x a.test.ts: fails (alone)
1 x b.test.ts: fails (in random order, seed 7)
`);
  expect(hasFailed(runs)).toBe(true);
  expect(hasFailed([run({}), run({ failures: null })])).toBe(false);
});
