import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

/** Each environment runs each suite at most so often. */
export const ROUNDS_MAX = 100;
/** Processes that do nothing but keep a core busy. */
export const BUSY_PROCESSES_MAX = 16;
/** What a sync can be made slower by; the shim allows no more. */
export const SYNC_DELAY_MS_MAX = 1_000;
/** No further run begins after so many minutes, unless fewer are asked for. */
export const RACE_MINUTES_MAX = 1_440;
const RACE_MINUTES_DEFAULT = 240;

export const RACE_SUITES = ['unit', 'integration'] as const;
export type RaceSuite = (typeof RACE_SUITES)[number];

/** What a run has around it. */
export type RaceEnvironment =
  | { readonly name: 'alone' }
  | { readonly name: 'busy'; readonly processes: number }
  | { readonly name: 'one-core' }
  | { readonly name: 'slow-disk'; readonly milliseconds: number }
  | { readonly name: 'random-order' };

export interface RaceOptions {
  readonly rounds: number;
  readonly suites: readonly RaceSuite[];
  readonly environments: readonly RaceEnvironment[];
  readonly minutes: number;
  /** Of the random orders; each round has the next one. */
  readonly seed: number;
  /** Only test files whose path has one of these in it; none: all. */
  readonly files: readonly string[];
}

export const RACE_USAGE = `npm run test:races -- [options] [file ...]

  --rounds N        runs of each suite in each environment (1, at most ${ROUNDS_MAX})
  --suite NAME      unit or integration; both when left out
  --minutes N       begin no further run after so long (${RACE_MINUTES_DEFAULT})
  --seed N          of the random orders (printed)

  Environments; all of them when none is named:
  --alone           the suite by itself
  --busy N          beside N processes that keep a core busy (2)
  --one-core        on one core
  --slow-disk MS    with a disk whose syncs take so much longer (20)
  --random-order    test files, and the tests of a file, in random order`;

const DEFAULT_ENVIRONMENTS: readonly RaceEnvironment[] = [
  { name: 'alone' },
  { name: 'busy', processes: 2 },
  { name: 'one-core' },
  { name: 'slow-disk', milliseconds: 20 },
  { name: 'random-order' },
];

/** Throws an error that says which option is wrong. */
export function parseRaceOptions(args: readonly string[]): RaceOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      suite: { type: 'string', multiple: true },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      alone: { type: 'boolean' },
      busy: { type: 'string' },
      'one-core': { type: 'boolean' },
      'slow-disk': { type: 'string' },
      'random-order': { type: 'boolean' },
    },
  });
  const environments: RaceEnvironment[] = [];
  if (values.alone) environments.push({ name: 'alone' });
  if (values.busy !== undefined)
    environments.push({ name: 'busy', processes: whole('busy', values.busy, BUSY_PROCESSES_MAX) });
  if (values['one-core']) environments.push({ name: 'one-core' });
  if (values['slow-disk'] !== undefined) {
    const milliseconds = whole('slow-disk', values['slow-disk'], SYNC_DELAY_MS_MAX);
    environments.push({ name: 'slow-disk', milliseconds });
  }
  if (values['random-order']) environments.push({ name: 'random-order' });
  return {
    rounds: whole('rounds', values.rounds ?? '1', ROUNDS_MAX),
    suites: values.suite === undefined ? RACE_SUITES : values.suite.map(suiteOf),
    environments: environments.length === 0 ? DEFAULT_ENVIRONMENTS : environments,
    minutes: whole('minutes', values.minutes ?? String(RACE_MINUTES_DEFAULT), RACE_MINUTES_MAX),
    seed:
      values.seed === undefined ? randomInt(1, 2 ** 31) : whole('seed', values.seed, 2 ** 31 - 1),
    files: positionals,
  };
}

function whole(name: string, text: string, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= max) return value;
  throw new Error(`--${name}: "${text}" is not a whole number from 1 to ${max}`);
}

function suiteOf(text: string): RaceSuite {
  const suite = RACE_SUITES.find((name) => name === text);
  if (suite === undefined)
    throw new Error(`--suite: "${text}" is not one of ${RACE_SUITES.join(', ')}`);
  return suite;
}

export function describeEnvironment(environment: RaceEnvironment): string {
  switch (environment.name) {
    case 'busy':
      return `beside ${environment.processes} busy processes`;
    case 'slow-disk':
      return `syncs take ${environment.milliseconds} ms longer`;
    case 'one-core':
      return 'on one core';
    case 'random-order':
      return 'in random order';
    case 'alone':
      return 'alone';
    default:
      return environment satisfies never;
  }
}
