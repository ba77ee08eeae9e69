import { parseArgs } from 'node:util';
import { EDGES, type Edge } from './inputs/case.ts';

/** What `npm run fuzz` is asked to do. */
export interface FuzzOptions {
  /** How long inputs are drawn; the corpus comes before, the check of what is left comes after. */
  readonly minutes: number;
  readonly seed: number;
  readonly groups: number;
  readonly edges: readonly Edge[];
  /** Cases of the corpus whose names hold this text; '' for all. */
  readonly only: string;
  /** Files of saved inputs: only these are played, each alone. */
  readonly replay: readonly string[];
  /** Leaves the corpus out. */
  readonly withoutCorpus: boolean;
  /** A smaller cluster and a calm of seconds: for `npm test`. */
  readonly isSmoke: boolean;
  /** Where findings are saved; null: a temporary folder. */
  readonly out: string | null;
  /** Data and logs of the nodes stay. */
  readonly keep: boolean;
}

/** What `npm run fuzz -- --help` prints. */
export const FUZZ_USAGE = `npm run fuzz -- [options]
  --minutes M      how long inputs are drawn (default 3; of a smoke 0.5)
  --seed S         which inputs (default: drawn, and printed)
  --groups N       Raft groups (default 256; of a smoke 32)
  --edges A,B      only these: ${EDGES.join(', ')}
  --only TEXT      only cases of the corpus whose names hold the text
  --replay FILE    plays a saved input alone; may be given more than once
  --no-corpus      leaves the corpus out
  --smoke          what npm test runs
  --out FOLDER     where findings are saved (default: a temporary folder)
  --keep           keeps the nodes' data and logs
Exit codes: 0 nothing was found, 1 something was, 2 the run could not be made.`;

/** Parses the command line; throws an error that names the wrong option. */
export function parseFuzzOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string' },
      seed: { type: 'string' },
      groups: { type: 'string' },
      edges: { type: 'string', default: EDGES.join(',') },
      only: { type: 'string', default: '' },
      replay: { type: 'string', multiple: true, default: [] },
      'no-corpus': { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      out: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  return {
    minutes: within('minutes', values.minutes ?? (values.smoke ? '0.5' : '3'), 0, 24 * 60, false),
    seed: within('seed', values.seed ?? String(Date.now() % 2 ** 31), 0, 2 ** 31 - 1, true),
    groups: within('groups', values.groups ?? (values.smoke ? '32' : '256'), 1, 256, true),
    edges: parseEdges(values.edges),
    only: values.only,
    replay: values.replay,
    withoutCorpus: values['no-corpus'],
    isSmoke: values.smoke,
    out: values.out ?? null,
    keep: values.keep,
  };
}

function parseEdges(text: string): readonly Edge[] {
  return text.split(',').map((name) => {
    const edge = EDGES.find((one) => one === name);
    if (edge === undefined)
      throw new Error(`--edges must be some of ${EDGES.join(', ')}; it has "${name}"`);
    return edge;
  });
}

function within(name: string, text: string, min: number, max: number, whole: boolean): number {
  const value = Number(text);
  if (text !== '' && value >= min && value <= max && (!whole || Number.isInteger(value)))
    return value;
  throw new Error(
    `--${name} must be a ${whole ? 'whole ' : ''}number from ${min} to ${max}; it is "${text}"`,
  );
}
