import { HOST_LIMITS_DEFAULT, type HostLimits } from '../../host/host-options.ts';
import { withoutFaults } from '../harness/faults.ts';
import { RandomStream } from '../harness/random.ts';

/** What one seed is like. Each kind of fault is absent from about half of them. */
export interface Swarm {
  readonly nodes: number;
  readonly groups: number;
  readonly safetyMs: number;
  readonly limits: Partial<HostLimits>;
  readonly segmentBytes: number;
  readonly sealAfterMs: number;
  readonly isPreferring: boolean;
  /** Relative: clocks run between 1 - drift and 1 + drift. */
  readonly drift: number;
  readonly turnMsMax: number;
  // The network.
  readonly delayMsMax: number;
  readonly longDelay: number;
  readonly bytesPerMs: number;
  readonly split: number;
  readonly queueBytesMax: number;
  // The disks.
  readonly writeMsMax: number;
  readonly syncMsMax: number;
  readonly slowSync: number;
  readonly shortWrite: number;
  /** What a power loss does to sectors that were not synced. */
  readonly powerLoss: 'all' | 'none' | 'prefix' | 'any';
  // The clients.
  readonly operationEveryMs: number;
  readonly payloadBytesMax: number;
  readonly stateBytesMax: number;
  readonly changesMembers: boolean;
  // Mean times between two faults of a kind; 0: never.
  readonly crashEveryMs: number;
  readonly crashAtDiskEveryMs: number;
  readonly powerLossEveryMs: number;
  readonly stopEveryMs: number;
  readonly pauseEveryMs: number;
  readonly stallEveryMs: number;
  readonly fullEveryMs: number;
  readonly noRoomEveryMs: number;
  readonly syncErrorEveryMs: number;
  readonly partitionEveryMs: number;
  readonly resetEveryMs: number;
  readonly corruptEveryMs: number;
}

const KIB = 1024;
const GROUPS = [1, 1, 2, 3, 3, 8, 8, 16, 64, 256] as const;

/** What can be taken away from a seed; each is a number that is 0 where there is none of it. */
export const FAULTS = [
  'drift',
  'longDelay',
  'split',
  'slowSync',
  'shortWrite',
  'crashEveryMs',
  'crashAtDiskEveryMs',
  'powerLossEveryMs',
  'stopEveryMs',
  'pauseEveryMs',
  'stallEveryMs',
  'fullEveryMs',
  'noRoomEveryMs',
  'syncErrorEveryMs',
  'partitionEveryMs',
  'resetEveryMs',
  'corruptEveryMs',
] as const satisfies readonly (keyof Swarm)[];

export type Fault = (typeof FAULTS)[number];

/** The swarm of a run: `groups` instead of the seed's own count where one is given, some faults taken away. */
export function swarmOf({ seed, groups, without }: RunSetup): Swarm {
  return withoutFaults(drawSwarm(seed, groups), without);
}

/** All that a run follows from. */
export interface RunSetup {
  readonly seed: number;
  /** Null: as many as the seed draws. */
  readonly groups: number | null;
  readonly without: readonly Fault[];
}

function drawSwarm(seed: number, groups: number | null): Swarm {
  const random = new RandomStream(seed, 'l1 swarm');
  const drawn = random.pick(GROUPS);
  const count = groups ?? drawn;
  const every = (low: number, high: number): number =>
    random.chance(0.5) ? random.between(low, high) : 0;
  const nodes = random.pick([3, 3, 3, 3, 5]);
  const limits = drawLimits(random);
  return {
    nodes,
    groups: count,
    safetyMs: count > 32 ? random.between(4_000, 8_000) : random.between(10_000, 40_000),
    limits,
    segmentBytes: random.pick([4, 8, 16, 64]) * KIB * (count > 32 ? 4 : 1),
    sealAfterMs: random.pick([20, 100, 100, 500]),
    isPreferring: random.chance(0.5),
    drift: random.pick([0, 0, 0.02, 0.2]),
    turnMsMax: random.pick([0.1, 0.5, 0.5, 5, 20]),
    delayMsMax: random.pick([0.3, 2, 10, 40]),
    longDelay: random.pick([0, 0, 0.01, 0.05]),
    bytesPerMs: random.pick([100_000, 100_000, 1_000, 100]) * (count > 32 ? 20 : 1),
    split: random.pick([0, 0, 0.2, 0.6]),
    queueBytesMax: largestFrame(limits) * random.pick([1, 2, 8]),
    writeMsMax: random.pick([0.1, 0.5, 5]),
    syncMsMax: random.pick([0.5, 3, 10, 40]),
    slowSync: random.pick([0, 0, 0.01, 0.05]),
    shortWrite: random.pick([0, 0, 0.02, 0.2]),
    powerLoss: random.pick(['all', 'none', 'prefix', 'any', 'any', 'any']),
    operationEveryMs: random.pick([2, 5, 20, 60]),
    payloadBytesMax: random.pick([0, 40, 300, 3_000]),
    stateBytesMax: random.pick([0, 500, 20_000]),
    changesMembers: seed % 3 === 0,
    crashEveryMs: every(1_500, 10_000),
    crashAtDiskEveryMs: every(1_500, 10_000),
    powerLossEveryMs: every(1_500, 10_000),
    stopEveryMs: every(4_000, 20_000),
    pauseEveryMs: every(1_500, 10_000),
    stallEveryMs: every(2_000, 10_000),
    fullEveryMs: every(3_000, 15_000),
    noRoomEveryMs: every(2_000, 10_000),
    syncErrorEveryMs: every(4_000, 20_000),
    partitionEveryMs: every(1_500, 10_000),
    resetEveryMs: every(500, 5_000),
    corruptEveryMs: every(1_000, 10_000),
  };
}

/** A queue that is shorter than a frame would never send it. */
function largestFrame(limits: Partial<HostLimits>): number {
  const { frameBytesMax, appendBytesMax } = { ...HOST_LIMITS_DEFAULT, ...limits };
  return frameBytesMax + appendBytesMax + 10_000;
}

function drawLimits(random: RandomStream): Partial<HostLimits> {
  const small = random.chance(0.4);
  return {
    electionTicks: random.pick([5, 10, 10]),
    proposalTimeoutMs: random.pick([1_000, 5_000, 10_000]),
    snapshotEntries: random.pick([10, 40, 200, 2_000]),
    snapshotLogBytes: random.pick([2, 16, 256]) * KIB,
    trailingEntries: random.pick([0, 5, 100]),
    snapshotChunkBytes: random.pick([300, 2_000, 64 * KIB]),
    snapshotWindowChunks: random.pick([1, 2, 4]),
    walSegmentsMax: random.pick([2, 3, 6]),
    diskStallMs: random.pick([500, 1_500]),
    entriesMemoryBytesMax: random.pick([500, 10_000, 1_000_000]),
    applyEntriesPerTurn: random.pick([1, 10, 512]),
    ...(small
      ? {
          appendBytesMax: random.pick([1, 500, 4_000]),
          committedBytesMaxPerReady: random.pick([1, 500]),
          uncommittedBytesMax: random.pick([4_000, 40_000]),
          inflightMessagesMax: random.pick([1, 2, 8]),
          inflightBytesMax: random.pick([500, 4_000]),
          frameBytesMax: random.pick([200, 4_000]),
          walBatchBytesMax: random.pick([500, 4_000]),
          walQueuedBytesMax: random.pick([4_000, 100_000]),
        }
      : {}),
  };
}
