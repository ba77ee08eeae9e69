import {
  type ConfState,
  type Entry,
  type HardState,
  NONE,
  type RawNode,
  type ReadyLoop,
  type ReplicaId,
  type Role,
} from '../core/index.ts';
import type { WalRecord } from '../wal/index.ts';
import type { NodeNumber, SkippedEntry, Stall, StateMachine } from './host-api.ts';
import type { DiskBatch } from './rounds/disk-queue.ts';
import type { Proposals } from './rounds/proposals.ts';
import type { Reads } from './rounds/reads.ts';
import type { ReplicaLog } from './rounds/replica-log.ts';

/** A leader's snapshot whose file is durable here and which the core has not taken yet. */
export interface ReceivedSnapshot {
  readonly index: number;
  readonly term: number;
  readonly data: Uint8Array;
}

/** Where a replica is in its life on this node; the core exists once it runs. */
export type ReplicaPhase = 'loading' | 'running' | 'failed' | 'removed';

/** One group on this node: the core, its log, and what waits for either. Behaviour is in the files around. */
export class Replica<TReply> {
  readonly group: number;
  readonly id: ReplicaId;
  readonly machine: StateMachine<TReply>;
  readonly log: ReplicaLog;
  readonly proposals: Proposals<TReply>;
  readonly reads: Reads;
  phase: ReplicaPhase = 'loading';
  node: RawNode | null = null;
  /** Of the node. */
  readys: ReadyLoop | null = null;
  preferredLeader: NodeNumber;
  readonly #nonVotingBelow: number;

  // The state of the last Readys.
  role: Role = 'follower';
  leader: ReplicaId = NONE;
  term = 0;
  confState: ConfState;

  /** In the list of those that have something to do at the end of this turn. */
  isDirty = false;
  /** A new leader leaves out one tick, so that all groups of the node send heartbeats in the same one. */
  skipTick = false;

  /** Records that must be on disk before anything else of this group: its creation. */
  firstRecords: WalRecord[] = [];
  /** A commit index that needs no write of its own: it goes with the next one. */
  lazyHardState: HardState | null = null;
  /** The newest batch that holds something of this replica; null: all of it is on disk. */
  lastBatch: DiskBatch<TReply> | null = null;

  /** Committed entries on their way to the state machine, from `applyAt` on. */
  applyQueue: Entry[] = [];
  applyAt = 0;
  applied: number;
  /** Term of the newest applied entry: equal to `term` once a leader's first entry is applied. */
  appliedTerm = 0;
  /** The entry after `applied` can't be applied here: nothing more is. */
  stall: Stall | null = null;
  skips: readonly SkippedEntry[] = [];
  /** The newest entry that the core has handed out to be applied. */
  handedOut = 0;
  /** Entries are read from the log instead of the queue until `applied` has come to `handedOut`. */
  isReading = false;
  /** Entries up to here were applied before the replica returned to its snapshot: their changes of the
   * configuration are in force already. */
  replayTo = 0;
  /** The machine's state before the first entry, until there is a snapshot. */
  firstState: Uint8Array | null = null;
  entriesSinceSnapshot = 0;
  bytesSinceSnapshot = 0;
  isSaving = false;
  received: ReceivedSnapshot | null = null;
  /** The core has accepted what was received; the log is being marked. */
  isInstalling = false;

  /** A leader that is connected with a quorum of its voters. */
  hasQuorum = false;
  candidateSeenMs = Number.NEGATIVE_INFINITY;
  transferStartedMs = Number.NEGATIVE_INFINITY;
  /** Work is under way that a change of leaders would end. */
  isBusy = false;
  /** Since when its leadership would have gone to the preferred replica, were it not busy. */
  moveWantedMs: number | null = null;

  constructor(options: {
    readonly group: number;
    readonly id: ReplicaId;
    readonly machine: StateMachine<TReply>;
    readonly log: ReplicaLog;
    readonly proposals: Proposals<TReply>;
    readonly reads: Reads;
    readonly preferredLeader: NodeNumber;
    readonly nonVotingBelow: number;
  }) {
    this.group = options.group;
    this.id = options.id;
    this.machine = options.machine;
    this.log = options.log;
    this.proposals = options.proposals;
    this.reads = options.reads;
    this.preferredLeader = options.preferredLeader;
    this.#nonVotingBelow = options.nonVotingBelow;
    const { hardState, confState } = options.log.initialState();
    this.term = hardState.term;
    this.confState = confState;
    this.applied = options.log.mark.index;
    this.appliedTerm = options.log.mark.term;
  }

  /** Its log may lack entries that it once acknowledged, so it must not vote or campaign until it has caught up. */
  get isNonVoting(): boolean {
    return this.#nonVotingBelow > 0 && this.log.lastIndex() < this.#nonVotingBelow;
  }

  /** Not where its state is missing, or not what the log says. */
  get canServe(): boolean {
    return this.phase !== 'removed' && this.phase !== 'failed' && this.stall === null;
  }

  get isReplaying(): boolean {
    return this.applied < this.replayTo;
  }

  get isLeader(): boolean {
    return this.role === 'leader' && this.phase === 'running';
  }

  get isVoter(): boolean {
    return (
      this.confState.voters.includes(this.id) || this.confState.votersOutgoing.includes(this.id)
    );
  }
}

/** Do the voters that `isThere` accepts make a quorum, in both halves of a joint configuration? */
export function isQuorum(confState: ConfState, isThere: (id: ReplicaId) => boolean): boolean {
  return (
    isMajority(confState.voters, isThere) &&
    (confState.votersOutgoing.length === 0 || isMajority(confState.votersOutgoing, isThere))
  );
}

function isMajority(ids: readonly ReplicaId[], isThere: (id: ReplicaId) => boolean): boolean {
  let count = 0;
  for (const id of ids) if (isThere(id)) count += 1;
  return count * 2 > ids.length;
}
