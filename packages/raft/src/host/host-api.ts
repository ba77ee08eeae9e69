import type {
  ConfChangeSingle,
  ConfChangeV2,
  ConfState,
  Entry,
  ReplicaId,
  Role,
} from '../core/index.ts';
import type { SnapshotReader, WalFailure } from '../wal/index.ts';

/** A machine of this cluster as the host addresses it. Replica id = the node's number in the cluster. */
export type NodeNumber = number;

/** Bulk goes its own way, so that heartbeats and votes never wait behind a snapshot. */
export type HostLane = 'raft' | 'snapshot';

/** Frames to other nodes. Usually one call per peer per event-loop turn; a frame holds messages of many groups. */
export interface HostTransport {
  /** False when the peer isn't connected or its queue is full: the frame is dropped, Raft repeats itself. */
  send(peer: NodeNumber, frame: Uint8Array, lane: HostLane): boolean;
}

/** An entry that an operator took out of a group: no replica applies it. */
export interface SkippedEntry {
  readonly index: number;
  readonly term: number;
  /** Is this the entry that the operator was shown? */
  readonly matches: (data: Uint8Array) => boolean;
}

/** What a committed entry came to. A function of the state and the entry alone: the same on every replica. */
export type Applied<TReply> =
  | { readonly status: 'applied'; readonly reply: TReply }
  /** Malformed or out of bounds: the state is as it was before, and the log continues behind the entry. */
  | { readonly status: 'malformed'; readonly detail: string }
  /** Of a later format. A newer replica applies it, so this one must not skip it: it stalls. */
  | { readonly status: 'unsupported'; readonly detail: string };

/** The replicated state machine of one group. `TReply` is what a local proposer is given. */
export interface StateMachine<TReply> {
  /**
   * Applies one committed entry (never called for no-ops and configuration changes). Synchronous and total: whatever
   * the bytes are, it answers. An exception is a defect that may leave the state half changed; it stalls the replica.
   */
  apply(index: number, data: Uint8Array): Applied<TReply>;
  /** The whole state at this moment; restored by `restore` on another replica or after a restart. */
  snapshot(): Uint8Array;
  /** Throws when the bytes are no snapshot of a known version. */
  restore(data: Uint8Array): void;
}

/** Why a replica applies nothing more. It still votes and stores the log, so that the group keeps its quorum. */
export interface Stall {
  readonly index: number;
  readonly term: number;
  readonly reason: 'unsupported' | 'exception';
  readonly detail: string;
  /** The entry itself. */
  readonly data: Uint8Array;
}

/** How a proposal ended. */
export type ProposalOutcome<TReply> =
  | { readonly status: 'committed'; readonly index: number; readonly reply: TReply }
  /** Definite: nothing was appended, it was overwritten, or it changed nothing. `leader` NONE: none is known. */
  | RefusedProposal
  /** It may or may not be committed later. */
  | { readonly status: 'unknown' };

/** A proposal of which nothing was appended, so that it may be made again. `leader` is where; NONE: no leader is known. */
export interface RefusedProposal {
  readonly status: 'refused';
  readonly reason:
    | 'not-leader'
    | 'no-quorum'
    | 'overloaded'
    | 'transferring'
    | 'disk-full'
    | 'stopped'
    /** More than `entryBytesMax`. */
    | 'too-large'
    /** Empty, or nothing that the state machine can apply. */
    | 'malformed';
  readonly leader: ReplicaId;
}

/** How a linearizable read ended. `refused`: nothing is known of what this replica has applied; ask `leader`, or again. */
export type ReadOutcome =
  /** This replica has applied at least everything that was acknowledged before the call. */
  | { readonly status: 'ok'; readonly appliedIndex: number }
  | {
      readonly status: 'refused';
      readonly reason: 'no-leader' | 'timeout' | 'stopped';
      readonly leader: ReplicaId;
    };

/** How a proposed change of a group's configuration ended. */
export type ConfChangeOutcome =
  /** In force on this replica. A joint change is left by itself later (unless it was explicit). */
  | { readonly status: 'committed'; readonly index: number; readonly confState: ConfState }
  | {
      readonly status: 'refused';
      /** `not-allowed`: another change is under way, or it is the wrong side of a joint one. */
      readonly reason: RefusedProposal['reason'] | 'not-allowed';
      readonly leader: ReplicaId;
    }
  | { readonly status: 'unknown' };

/** A replica that a host is to open or create. */
export interface GroupOptions<TReply> {
  readonly group: number;
  /** Equal to the node's number: a frame between nodes names its sender once. */
  readonly replicaId: ReplicaId;
  /**
   * The group's first members, for each of them at the group's creation. Empty for a replica that joins
   * later: it takes everything from a leader's snapshot. Ignored when the disk knows the group.
   */
  readonly voters: readonly ReplicaId[];
  /**
   * Of a replica that comes back to a group under a number that it had in it before, with an empty log: until its log
   * reaches this index it neither votes nor campaigns, so that it can't undo what it once acknowledged. To be given
   * again at every start until it is reached. A leader's last index, from when the number was in no configuration.
   */
  readonly nonVotingBelow?: number;
  /** The replica that should lead while it is healthy; leadership is handed to it. */
  readonly preferredLeader?: NodeNumber;
  readonly machine: StateMachine<TReply>;
}

/** One replica as it is now, for operators and tests. Indexes count entries from 1; 0: none. */
export interface GroupStatus {
  readonly group: number;
  readonly role: Role;
  readonly leader: ReplicaId;
  readonly term: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly commit: number;
  readonly applied: number;
  readonly snapshotIndex: number;
  readonly confState: ConfState;
  /** Null: the replica applies what is committed. */
  readonly stall: Stall | null;
  /** Only on the leader: what it knows of every replica. */
  readonly replicas: readonly {
    readonly id: ReplicaId;
    readonly match: number;
    readonly next: number;
    readonly state: 'probe' | 'replicate' | 'snapshot';
    readonly active: boolean;
  }[];
}

/** Things that happened, for the rest of the node. */
export type HostEvent =
  | {
      readonly type: 'role-changed';
      readonly group: number;
      readonly role: Role;
      readonly term: number;
      readonly leader: ReplicaId;
    }
  | {
      readonly type: 'snapshot-saved';
      readonly group: number;
      readonly index: number;
      readonly bytes: number;
    }
  | { readonly type: 'snapshot-installed'; readonly group: number; readonly index: number }
  /**
   * Above `snapshotBytesMax`: a follower that needs it never catches up. `saved` here, by `sent` to a peer that
   * refused it, or `received` from one and refused.
   */
  | {
      readonly type: 'snapshot-too-large';
      readonly stage: 'saved' | 'sent' | 'received';
      readonly group: number;
      readonly peer: NodeNumber;
      readonly index: number;
      readonly bytes: number;
      readonly bytesMax: number;
      /** The transfer is begun anew every few seconds. */
      readonly isFirst: boolean;
    }
  /** One group's snapshot is damaged: this replica has no state and takes no part. */
  | { readonly type: 'group-failed'; readonly group: number; readonly detail: string }
  /** One group's entry can't be applied here: this replica applies nothing more. */
  | { readonly type: 'group-stalled'; readonly group: number; readonly stall: Stall }
  /** A stalled replica applies again: a leader's snapshot replaced its state, or the entry is skipped. */
  | { readonly type: 'group-resumed'; readonly group: number; readonly index: number }
  /** An entry was left out because an operator decided so. */
  | { readonly type: 'entry-skipped'; readonly group: number; readonly index: number }
  /** A committed entry was malformed: every replica refuses it alike, and the group goes on. */
  | {
      readonly type: 'entry-refused';
      readonly group: number;
      readonly index: number;
      readonly term: number;
      readonly detail: string;
    }
  /** A caller's callback threw: that call alone has failed, the host is as it was. */
  | { readonly type: 'callback-failed'; readonly error: unknown }
  /** No room on disk (proposals are refused, leaderships handed over), and when there is again. */
  | { readonly type: 'disk-full'; readonly full: boolean }
  /** The log or a snapshot is damaged or can't be written: end the process with exit code 70. */
  | {
      readonly type: 'fatal';
      readonly failure: WalFailure | { readonly kind: 'invariant'; readonly detail: string };
    };

/** All replicas of this node. Every callback comes later than the call, never within it. */
export interface RaftHost<TReply> {
  /** Opens or creates the group's replica and replays what the disk holds of it. */
  addGroup(options: GroupOptions<TReply>): void;
  /** Deletes the replica with all that the disk holds of it; `done` once that is durable. */
  removeGroup(group: number, done: () => void): void;
  /** Proposes on this node; callers find the leader themselves. Throws for a group that is not here, else never. */
  propose(group: number, data: Uint8Array, done: (outcome: ProposalOutcome<TReply>) => void): void;
  /** ReadIndex, on any replica; `done` after the local state machine has caught up with it. */
  read(group: number, timeoutMs: number, done: (outcome: ReadOutcome) => void): void;
  /**
   * The entries that this node skips in a group, known here or not. A replica that is stalled at one of them returns to
   * its snapshot and applies the log again without it. To be given again at every start, before the group is added.
   */
  setSkips(group: number, skips: readonly SkippedEntry[]): void;
  /** Only on the leader. */
  proposeConfChange(
    group: number,
    change: ConfChangeSingle | ConfChangeV2,
    done: (outcome: ConfChangeOutcome) => void,
  ): void;
  transferLeadership(group: number, to: ReplicaId): void;
  /** A frame from a peer. A malformed one throws nothing: the answer is false, close the connection. */
  receive(peer: NodeNumber, frame: Uint8Array): boolean;
  /** The transport's word: a broken connection is a hint that lets followers campaign at once. */
  peerUp(peer: NodeNumber): void;
  peerDown(peer: NodeNumber): void;
  /** Snapshots the group now (also done by itself every `snapshotEntries` applied entries or log bytes). */
  snapshotGroup(group: number): void;
  /** Opens the group's newest local snapshot to be read in pieces; null: there is none, or no such group. */
  openSnapshot(group: number, done: (reader: SnapshotReader | null) => void): void;
  /** The newest term that this replica knows; without the cost of a whole status. */
  termOf(group: number): number;
  leaderOf(group: number): ReplicaId;
  isLeader(group: number): boolean;
  /** Leader, in contact with a quorum of connected peers, and its own term's first entry is applied. */
  isReadyLeader(group: number): boolean;
  /** Changes which replica should lead the group; NONE: none in particular. */
  setPreferredLeader(group: number, preferred: NodeNumber): void;
  /**
   * Work is under way that a change of leaders would end: the leadership goes to the preferred replica when it is over, or
   * after `BUSY_MOVE_DELAY_MS`. Nothing happens when the group is not here. A transfer that is asked for, and one for the node's own sake, does not wait.
   */
  setBusy(group: number, isBusy: boolean): void;
  status(group: number): GroupStatus;
  readonly groups: readonly number[];
  readonly stats: HostStats;
  /** Hands leaderships over (bounded wait), then stops ticking and closes. */
  stop(handOverMs: number, done: () => void): void;
}

/** Counters of a host since it started, over all groups; those named `pending`, `in memory` and `queued` are of this moment. */
export interface HostStats {
  readonly rounds: number;
  readonly entriesAppended: number;
  readonly entriesApplied: number;
  /** Campaigns begun by this node, pre-votes included. */
  readonly elections: number;
  readonly messagesSent: number;
  readonly messagesReceived: number;
  readonly framesSent: number;
  readonly proposalsPending: number;
  readonly entriesBytesInMemory: number;
  /** Bytes that wait for the log or are being written. */
  readonly walQueuedBytes: number;
}

export type { ConfChangeSingle, ConfChangeV2, ConfState, Entry };
