import { parseArgs } from 'node:util';

/** What `npm run bench` is asked to do. */
export interface BenchOptions {
  /** Public addresses of running nodes; empty: start a cluster of our own. */
  readonly targets: readonly string[];
  readonly users: number;
  /** Messages that each user has in flight (closed loop). */
  readonly depth: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Length of the text of a message. */
  readonly bytes: number;
  /** Open loop: messages a second in all, sent on time whatever the answers do; null: closed loop. */
  readonly ratePerSecond: number | null;
  /** Take Postgres away for so long under an open load, and measure what its return does; null: don't. */
  readonly archiveAwaySeconds: number | null;
  /** Measure what one more group, session, subscriber and message costs instead. */
  readonly capacity: boolean;
}

const LIMITS = {
  users: [1, 2000],
  depth: [1, 200],
  seconds: [1, 600],
  warmup: [0, 120],
  bytes: [1, 100_000],
  rate: [1, 100_000],
  'archive-away': [1, 3_600],
} as const;

/** Parses the command line; throws an error that names the wrong option. */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      target: { type: 'string', default: '' },
      users: { type: 'string', default: '30' },
      depth: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '20' },
      warmup: { type: 'string', default: '5' },
      bytes: { type: 'string', default: '200' },
      rate: { type: 'string' },
      'archive-away': { type: 'string' },
      capacity: { type: 'boolean', default: false },
    },
  });
  const whole = (name: keyof typeof LIMITS, text: string): number => {
    const [min, max] = LIMITS[name];
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Error(`--${name} must be a whole number from ${min} to ${max}; it is "${text}"`);
  };
  return {
    targets: values.target.split(',').filter((target) => target !== ''),
    users: whole('users', values.users),
    depth: whole('depth', values.depth),
    seconds: whole('seconds', values.seconds),
    warmupSeconds: whole('warmup', values.warmup),
    bytes: whole('bytes', values.bytes),
    ratePerSecond: values.rate === undefined ? null : whole('rate', values.rate),
    capacity: values.capacity,
    archiveAwaySeconds:
      values['archive-away'] === undefined ? null : whole('archive-away', values['archive-away']),
  };
}
