import { diskError, diskSlow, losePower } from './disk-faults.ts';
import type { FaultDefinition } from './fault.ts';
import {
  addNode,
  drainNode,
  drainOfThree,
  killCoordinator,
  memberStorm,
  removeNode,
  wipeNode,
} from './membership-faults.ts';
import {
  clientDelay,
  clientFreeze,
  clientReset,
  meshCorrupt,
  meshCut,
  meshDelay,
  meshFreeze,
  meshIsolate,
  meshOneWay,
  meshReset,
} from './network-faults.ts';
import {
  agentsMisbehave,
  postgresCrash,
  postgresDisconnect,
  postgresPause,
  postgresStop,
} from './postgres-faults.ts';
import { killNodes, pauseNodes, stopNodes } from './process-faults.ts';

const define = (
  of: FaultDefinition['class'],
  nodes: FaultDefinition['nodes'],
  holdMs: FaultDefinition['holdMs'],
  perform: FaultDefinition['perform'],
  needsShim = false,
): FaultDefinition => ({ class: of, nodes, holdMs, perform, needsShim });

/** All faults there are. A new one is one line here and its performer. */
const DEFINITIONS = {
  'kill-one': define('process', 'one', [300, 8_000], killNodes),
  'kill-most': define('process', 'most', [300, 5_000], killNodes),
  'kill-all': define('process', 'all', [0, 2_000], killNodes),
  'stop-one': define('process', 'one', [0, 3_000], stopNodes),
  'pause-one': define('process', 'one', [300, 8_000], pauseNodes),
  'pause-most': define('process', 'most', [300, 6_000], pauseNodes),
  'mesh-delay': define('mesh', 'pair', [2_000, 8_000], meshDelay),
  'mesh-one-way': define('mesh', 'pair', [1_000, 8_000], meshOneWay),
  'mesh-freeze': define('mesh', 'pair', [1_000, 8_000], meshFreeze),
  'mesh-isolate': define('mesh', 'one', [1_000, 8_000], meshIsolate),
  'mesh-reset': define('mesh', 'one', [1_000, 5_000], meshReset),
  'mesh-cut': define('mesh', 'pair', [1_000, 5_000], meshCut),
  'mesh-corrupt': define('mesh', 'pair', [1_000, 5_000], meshCorrupt),
  'client-reset': define('client', 'one', [500, 4_000], clientReset),
  'client-freeze': define('client', 'one', [1_000, 8_000], clientFreeze),
  'client-delay': define('client', 'one', [2_000, 6_000], clientDelay),
  'postgres-stop': define('postgres', 'none', [2_000, 10_000], postgresStop),
  'postgres-crash': define('postgres', 'none', [500, 6_000], postgresCrash),
  'postgres-pause': define('postgres', 'none', [2_000, 12_000], postgresPause),
  'postgres-disconnect': define('postgres', 'none', [2_000, 6_000], postgresDisconnect),
  'agents-misbehave': define('agents', 'none', [4_000, 8_000], agentsMisbehave),
  'disk-slow': define('disk', 'one', [3_000, 8_000], diskSlow, true),
  'disk-error': define('process', 'one', [0, 2_000], diskError, true),
  'power-loss-one': define('process', 'one', [0, 4_000], losePower, true),
  'power-loss-all': define('process', 'all', [0, 1_000], losePower, true),
  // Of the class of processes: a disk is only lost while all other nodes are up.
  'node-add': define('process', 'joiner', [500, 3_000], addNode),
  'node-drain': define('process', 'joiner-and-pair', [0, 3_000], drainNode),
  'node-drain-three': define('process', 'one', [0, 3_000], drainOfThree),
  'node-wipe': define('process', 'one', [0, 3_000], wipeNode),
  'node-remove': define('process', 'joiner', [0, 2_000], removeNode),
  'coordinator-kill': define('process', 'joiner-and-pair', [0, 4_000], killCoordinator),
  'member-storm': define('process', 'joiner-and-pair', [500, 5_000], memberStorm),
} as const satisfies Readonly<Record<string, FaultDefinition>>;

export type FaultKind = keyof typeof DEFINITIONS;
export const FAULTS: Readonly<Record<FaultKind, FaultDefinition>> = DEFINITIONS;
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(DEFINITIONS).filter(isFaultKind);

function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(DEFINITIONS, name);
}

export function isOfMembership(kind: FaultKind): boolean {
  return kind.startsWith('node-') || kind === 'coordinator-kill' || kind === 'member-storm';
}

/** A fault as the seed decided it. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Names of the nodes that it concerns, in the order in which they are meant; none for Postgres and agents. */
  readonly nodes: readonly string[];
  readonly holdMs: number;
  /** For decisions within the fault. */
  readonly seed: number;
}
