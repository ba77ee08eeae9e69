import type { LogStorage } from './log/storage.ts';
import type { ReplicaId } from './types.ts';

/** A source of randomness that is part of the input: a uniform integer in [0, boundExclusive). */
export type RandomInteger = (boundExclusive: number) => number;

/** What a replica is made with. Times are counted in calls of `tick`. */
export interface RaftOptions {
  readonly id: ReplicaId;
  readonly storage: LogStorage;
  /** Highest index that the state machine has applied; entries up to it are not emitted again. */
  readonly applied: number;
  /** Ticks without word from a leader before a campaign; the real one is randomised in [n, 2n - 1]. */
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  /** Limits; see docs/internals/raft.md for what happens when each is reached. */
  readonly appendBytesMax: number;
  readonly committedBytesMaxPerReady: number;
  readonly uncommittedBytesMax: number;
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
  /** Asked for election timeouts (bound electionTicks) and once, at the start, for 31 bits. */
  readonly random: RandomInteger;
}
