import { parseArgs } from 'node:util';
import { FAULT_KINDS, type FaultKind } from './faults/definitions.ts';
import { parseKinds, SMOKE_KINDS } from './faults/schedule.ts';

/** What `npm run torture` is asked to do. */
export interface TortureOptions {
  /** How long faults are made; the end (power failure, quiet, check) comes on top, about a minute. */
  readonly minutes: number;
  readonly seed: number;
  /** Where the report goes; null: into a temporary folder. */
  readonly reportFile: string | null;
  /** Appends a second, over all sessions. */
  readonly ratePerSecond: number;
  readonly sessions: number;
  readonly groups: number;
  readonly kinds: readonly FaultKind[];
  /** A fixed list of kinds, each once, in a bounded time. */
  readonly isSmoke: boolean;
  /** Data and logs of the nodes stay. */
  readonly keep: boolean;
  /** Measure what one kind of change does to a steady load, instead of faults and checks. */
  readonly measure: Measurement | null;
}

export const MEASUREMENTS = ['failover', 'rolling-restart', 'growth'] as const;
export type Measurement = (typeof MEASUREMENTS)[number];

const RATE_DEFAULT = { failover: '200', 'rolling-restart': '500', growth: '200' } as const;

/** What `npm run torture -- --help` prints. */
export const TORTURE_USAGE = `npm run torture -- [options]
  --minutes M     how long faults are made (default 3)
  --seed S        the schedule of faults (default: drawn, and printed)
  --report FILE   the HTML report (default: torture-report.html in a temporary folder)
  --rate N        appends a second over all sessions (default 60; to measure 200, a rolling restart 500)
  --sessions N    (default 48; to measure 100)
  --groups N      Raft groups (default 32; to measure 256)
  --only A,B      only these faults: ${FAULT_KINDS.join(', ')}
  --smoke         each of these once, in about four minutes: ${SMOKE_KINDS.join(', ')}
  --keep          keep the nodes' data and logs
  --measure WHAT  what one change does to a steady load, as one line of JSON: ${MEASUREMENTS.join(', ')}
Exit codes: 0 everything held, 1 something did not, 2 the run proves nothing.`;

/** Parses the command line; throws an error that names the wrong option. */
export function parseTortureOptions(args: readonly string[]): TortureOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string' },
      report: { type: 'string' },
      rate: { type: 'string' },
      sessions: { type: 'string' },
      groups: { type: 'string' },
      only: { type: 'string', default: '' },
      smoke: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      measure: { type: 'string' },
    },
  });
  const measure = parseMeasurement(values.measure);
  const kinds = parseKinds(values.only);
  if (values.smoke && kinds.length > 0)
    throw new Error('--smoke has a list of faults of its own: leave out --only');
  return {
    minutes: within('minutes', values.minutes, 0.1, 24 * 60, false),
    seed: within('seed', values.seed ?? String(drawSeed()), 0, 2 ** 31 - 1),
    reportFile: values.report ?? null,
    ratePerSecond: within(
      'rate',
      values.rate ?? (measure === null ? '60' : RATE_DEFAULT[measure]),
      1,
      5_000,
    ),
    sessions: within('sessions', values.sessions ?? (measure === null ? '48' : '100'), 1, 2_000),
    groups: within('groups', values.groups ?? (measure === null ? '32' : '256'), 1, 256),
    kinds: values.smoke ? SMOKE_KINDS : kinds.length === 0 ? FAULT_KINDS : kinds,
    isSmoke: values.smoke,
    keep: values.keep,
    measure,
  };
}

function within(name: string, text: string, min: number, max: number, whole = true): number {
  const value = Number(text);
  if (value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw new Error(
    `--${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}; it is "${text}"`,
  );
}

function parseMeasurement(text: string | undefined): Measurement | null {
  if (text === undefined) return null;
  const found = MEASUREMENTS.find((one) => one === text);
  if (found !== undefined) return found;
  throw new Error(`--measure must be one of ${MEASUREMENTS.join(', ')}; it is "${text}"`);
}

function drawSeed(): number {
  return Date.now() % 2 ** 31;
}
