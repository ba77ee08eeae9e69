import { withoutFaults } from '../harness/faults.ts';
import { RandomStream } from '../harness/random.ts';

/**
 * What one seed does: each kind of fault is off in about half of the seeds, since faults hide each other.
 * Times are in units of virtual time, ten to a tick of the core's clock.
 */
export interface Swarm {
  readonly voters: number;
  readonly safetyTime: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  readonly electionTicks: number;
  readonly appendBytesMax: number;
  readonly committedBytesMaxPerReady: number;
  readonly uncommittedBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  /** Network: probabilities per message, mean delays. */
  readonly loss: number;
  readonly duplicate: number;
  /** Appends that carry fewer entries than the leader put in, as a leader may. */
  readonly shorten: number;
  readonly delayMax: number;
  readonly longDelay: number;
  /** Mean time between faults; 0: never. */
  readonly partitionEvery: number;
  readonly crashEvery: number;
  readonly pauseEvery: number;
  readonly stallEvery: number;
  readonly transferEvery: number;
  readonly forgetEvery: number;
  readonly compactEvery: number;
  readonly confChangeEvery: number;
  readonly proposeEvery: number;
  readonly readEvery: number;
  readonly writeDelayMax: number;
  readonly slowWrite: number;
  readonly applyDelayMax: number;
  /** Delay between an event and the Ready that carries its effects; 0: at once. */
  readonly readyDelayMax: number;
  readonly powerLoss: boolean;
}

/** What can be taken away from a seed; each is a number that is 0 where there is none of it. */
export const FAULTS = [
  'loss',
  'duplicate',
  'shorten',
  'longDelay',
  'partitionEvery',
  'crashEvery',
  'pauseEvery',
  'stallEvery',
  'transferEvery',
  'forgetEvery',
  'compactEvery',
  'confChangeEvery',
  'slowWrite',
  'writeDelayMax',
  'applyDelayMax',
  'readyDelayMax',
] as const satisfies readonly (keyof Swarm)[];

export type Fault = (typeof FAULTS)[number];

export function swarmOf(seed: number, without: readonly Fault[] = []): Swarm {
  return withoutFaults(drawSwarm(seed), without);
}

function drawSwarm(seed: number): Swarm {
  const random = new RandomStream(seed, 'swarm');
  const sometimes = (low: number, high: number): number =>
    random.chance(0.5) ? random.between(low, high) : 0;
  const small = random.chance(0.4);
  return {
    voters: random.pick([1, 3, 3, 3, 3, 3, 5]),
    safetyTime: random.pick([1_500, 3_000, 3_000, 6_000]),
    preVote: random.chance(0.8),
    checkQuorum: random.chance(0.8),
    electionTicks: random.pick([5, 10]),
    appendBytesMax: small ? random.pick([1, 100, 300]) : 65_536,
    committedBytesMaxPerReady: small ? random.pick([1, 100, 300]) : 65_536,
    uncommittedBytesMax: random.pick([200, 1_000, 1_000_000]),
    inflightMessagesMax: random.pick([1, 2, 8, 64]),
    inflightBytesMax: random.pick([100, 1_000, 1_000_000]),
    loss: random.pick([0, 0, 0.02, 0.1, 0.3]),
    duplicate: random.pick([0, 0, 0.05, 0.3]),
    shorten: random.pick([0, 0, 0.05, 0.3]),
    delayMax: random.pick([2, 10, 30]),
    longDelay: random.pick([0, 0, 0.02, 0.1]),
    partitionEvery: sometimes(150, 900),
    crashEvery: sometimes(100, 900),
    pauseEvery: sometimes(150, 900),
    stallEvery: sometimes(150, 900),
    transferEvery: sometimes(60, 600),
    forgetEvery: sometimes(60, 600),
    compactEvery: sometimes(40, 400),
    confChangeEvery: sometimes(80, 500),
    proposeEvery: random.pick([3, 10, 30]),
    readEvery: random.pick([5, 20, 60]),
    writeDelayMax: random.pick([0, 3, 20]),
    slowWrite: random.pick([0, 0, 0.05, 0.2]),
    applyDelayMax: random.pick([0, 3, 40]),
    readyDelayMax: random.pick([0, 0, 2, 10]),
    powerLoss: random.chance(0.3),
  };
}
