import { between, pick, seededRandom, shuffle } from '../seeded-random.ts';
import { FAULT_KINDS, FAULTS, type FaultKind, type PlannedFault } from './definitions.ts';

/** Faults that overlap, and the quiet time after them. */
export interface Round {
  readonly faults: readonly PlannedFault[];
  readonly quietMs: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly nodes: readonly string[];
  /** Nodes that do not belong to the cluster between rounds. */
  readonly joiners: readonly string[];
  /** Faults that may be chosen; those that need the shim are left out by the caller where there is none. */
  readonly kinds: readonly FaultKind[];
}

/** What a smoke always has; the disk's only where there is a shim. */
export const SMOKE_KINDS: readonly FaultKind[] = [
  'kill-one',
  'kill-most',
  'kill-all',
  'stop-one',
  'mesh-isolate',
  'mesh-one-way',
  'postgres-crash',
  'disk-error',
  'power-loss-one',
  'node-drain',
];

const QUIET_MS = { min: 5_000, max: 8_000 };
const FAULTS_PER_ROUND_MAX = 3;

/**
 * Rounds without end, the same for the same options: first every kind alone, in an order of the seed, then
 * pairs, then mixes of up to three of different classes.
 */
export function* schedule(options: ScheduleOptions): Generator<Round, never> {
  const random = seededRandom(options.seed);
  const plan = (kind: FaultKind): PlannedFault => planFault(kind, options, random);
  const round = (kinds: readonly FaultKind[]): Round => ({
    faults: kinds.map(plan),
    quietMs: between(QUIET_MS.min, QUIET_MS.max, random),
  });
  for (const kind of shuffle(options.kinds, random)) yield round([kind]);
  for (let number = 0; ; number += 1) {
    const count = number < options.kinds.length ? 2 : between(1, FAULTS_PER_ROUND_MAX, random);
    yield round(mix(options.kinds, count, random));
  }
}

/** Long enough to see every user acknowledged again, no longer: K10 allows six seconds. */
const SMOKE = { quietMs: 6_000, holdMsMax: 3_000 } as const;

/** Every kind once and alone, in an order of the seed, and none for long. */
export function smokeSchedule(options: ScheduleOptions): readonly Round[] {
  const rounds = schedule(options);
  return options.kinds.map(() => {
    const { faults } = rounds.next().value;
    return {
      faults: faults.map((fault) => ({
        ...fault,
        holdMs: Math.min(fault.holdMs, Math.max(SMOKE.holdMsMax, FAULTS[fault.kind].holdMs[0])),
      })),
      quietMs: SMOKE.quietMs,
    };
  });
}

/** Of different classes: two faults of one class would undo each other. */
function mix(
  kinds: readonly FaultKind[],
  count: number,
  random: () => number,
): readonly FaultKind[] {
  const chosen: FaultKind[] = [];
  for (const kind of shuffle(kinds, random)) {
    if (chosen.length === count) break;
    if (!chosen.some((other) => FAULTS[other].class === FAULTS[kind].class)) chosen.push(kind);
  }
  return chosen;
}

function planFault(
  kind: FaultKind,
  { nodes, joiners }: ScheduleOptions,
  random: () => number,
): PlannedFault {
  const { nodes: aim, holdMs } = FAULTS[kind];
  const order = shuffle(nodes, random);
  const joiner = aim === 'joiner' || aim === 'joiner-and-pair' ? [pick(joiners, random)] : [];
  return {
    kind,
    nodes: [...joiner, ...order.slice(0, countOf(aim, nodes.length))],
    holdMs: between(holdMs[0], holdMs[1], random),
    seed: between(0, 2 ** 31 - 1, random),
  };
}

function countOf(aim: (typeof FAULTS)[FaultKind]['nodes'], nodes: number): number {
  switch (aim) {
    case 'none':
    case 'joiner':
      return 0;
    case 'one':
      return 1;
    case 'pair':
    case 'joiner-and-pair':
      return 2;
    case 'most':
      return Math.floor(nodes / 2) + 1;
    case 'all':
      return nodes;
    default:
      return aim satisfies never;
  }
}

/** What the command line may name. Throws an error that lists what there is. */
export function parseKinds(text: string): readonly FaultKind[] {
  const wanted = text.split(',').filter((part) => part !== '');
  return wanted.map((name) => {
    const kind = FAULT_KINDS.find((known) => known === name);
    if (kind === undefined)
      throw new Error(`there is no fault "${name}"; there are ${FAULT_KINDS.join(', ')}`);
    return kind;
  });
}
