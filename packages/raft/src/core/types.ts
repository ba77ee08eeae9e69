/**
 * The vocabulary of the Raft core. Names follow etcd-io/raft, so that its published scenarios can be
 * held against this implementation.
 *
 * Indexes and terms are safe integers (at most 2^53 - 1); decoders refuse larger ones.
 */

/** Identity of a replica. Never 0 (which means "none") and never used twice in a group. */
export type ReplicaId = number;

/** None: no vote cast, no leader known. */
export const NONE: ReplicaId = 0;

/** What a replica is in its group. A pre-candidate asks whether it could win before it raises its term. */
export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

/** What an entry holds: bytes of the state machine, or a change of the configuration in its first or second encoding. */
export type EntryType = 'normal' | 'conf-change' | 'conf-change-v2';

/** One entry of the replicated log. An entry of type 'normal' with empty data is a leader's no-op. */
export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly type: EntryType;
  readonly data: Uint8Array;
}

/** What must be on disk before a message that promises it may leave. */
export interface HardState {
  readonly term: number;
  readonly vote: ReplicaId;
  readonly commit: number;
}

/** Membership: simple when `votersOutgoing` is empty, joint otherwise. */
export interface ConfState {
  readonly voters: readonly ReplicaId[];
  readonly learners: readonly ReplicaId[];
  readonly votersOutgoing: readonly ReplicaId[];
  readonly learnersNext: readonly ReplicaId[];
  readonly autoLeave: boolean;
}

/** What a snapshot says of itself. The bytes of the state machine travel beside the core, not through it. */
export interface SnapshotMetadata {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
}

/** What one step of a configuration change does with a replica; `update-node` changes nothing in the core. */
export type ConfChangeType = 'add-node' | 'remove-node' | 'update-node' | 'add-learner-node';

/** One step of a configuration change. Alone, and when it needs no joint configuration, it is the whole change. */
export interface ConfChangeSingle {
  readonly type: ConfChangeType;
  readonly nodeId: ReplicaId;
}

/**
 * How a change is made: `auto` goes through a joint configuration only for more than one step; `joint-implicit` leaves it by
 * itself, `joint-explicit` when a second, empty change is proposed.
 */
export type ConfChangeTransition = 'auto' | 'joint-implicit' | 'joint-explicit';

/**
 * A change of the configuration in any number of steps, applied at once.
 *
 * @example { transition: 'auto', changes: [{ type: 'add-learner-node', nodeId: 4 }], context: new Uint8Array() }
 */
export interface ConfChangeV2 {
  readonly transition: ConfChangeTransition;
  readonly changes: readonly ConfChangeSingle[];
  readonly context: Uint8Array;
}

/** Every message that two replicas exchange. `from` and `to` are never NONE on the wire. */
export type Message = MessageBase & MessageBody;

interface MessageBase {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  /** The sender's term; a pre-vote request carries the term that would be campaigned for. */
  readonly term: number;
}

type MessageBody =
  | {
      readonly type: 'append';
      /** Index and term of the entry just before `entries`. */
      readonly index: number;
      readonly logTerm: number;
      readonly entries: readonly Entry[];
      readonly commit: number;
    }
  | {
      readonly type: 'append-response';
      /** Accepted: the last index now on disk. Rejected: the index that did not match. */
      readonly index: number;
      readonly reject: boolean;
      /** Rejected: where the follower's log may match, and the term there. */
      readonly rejectHint: number;
      readonly logTerm: number;
      readonly commit: number;
    }
  | {
      readonly type: 'heartbeat';
      readonly commit: number;
      /** Number of the newest ReadIndex round that this heartbeat confirms; 0: none. */
      readonly readRound: number;
    }
  | { readonly type: 'heartbeat-response'; readonly readRound: number }
  | {
      readonly type: 'vote';
      readonly index: number;
      readonly logTerm: number;
      /** Set by a leadership transfer: the voters' lease on the old leader does not hold. */
      readonly force: boolean;
    }
  | { readonly type: 'vote-response'; readonly reject: boolean }
  | {
      readonly type: 'pre-vote';
      readonly index: number;
      readonly logTerm: number;
      readonly force: boolean;
    }
  | { readonly type: 'pre-vote-response'; readonly reject: boolean }
  /** An entry that is committed, in whatever term: sent to a candidate whose log is behind. */
  | { readonly type: 'commit-hint'; readonly index: number; readonly logTerm: number }
  | { readonly type: 'snapshot'; readonly snapshot: SnapshotMetadata }
  | { readonly type: 'timeout-now' }
  | { readonly type: 'transfer-leader'; readonly transferee: ReplicaId }
  /** A follower asks its leader for a read index. `requestId` is unique for the asking replica's life. */
  | { readonly type: 'read-index'; readonly requestId: number }
  | {
      readonly type: 'read-index-response';
      readonly requestId: number;
      readonly index: number;
      /** The leader can't answer (not yet committed in its term, or no leader any more): definite. */
      readonly reject: boolean;
    };

/** The name of a message, as it is counted and shown. */
export type MessageType = Message['type'];

/** The answer to a `readIndex(requestId)`: safe to read locally once `index` has been applied. */
export type ReadState =
  | { readonly requestId: number; readonly status: 'ok'; readonly index: number }
  | { readonly requestId: number; readonly status: 'dropped' };

/** What may be lost: who leads, and what this replica is. It is never on disk. */
export interface SoftState {
  readonly leader: ReplicaId;
  readonly role: Role;
}

/**
 * Everything the host has to do after driving the core, in this order of rights:
 *
 * - `messages` may be sent at once, in parallel with the write (a leader replicates while it writes).
 * - `hardState`, `snapshot` and then `entries` must be on disk (written and synced), and so must those of
 *   every Ready taken before, until `messagesAfterPersist` may leave: also when this Ready has nothing to
 *   write itself, since it may acknowledge what an earlier one is still writing. The data of `snapshot`
 *   must be in the state machine by then too. The host says so with `advanceAppend(ready)`, once for every
 *   Ready and in order, which also counts the replica's own vote and entries.
 * - `committedEntries` are on their way to the state machine; after applying them the host calls
 *   `advanceApply(lastIndex)`.
 *
 * Several Readys may be in flight.
 */
export interface Ready {
  /** Present when it changed since the last Ready. */
  readonly softState: SoftState | null;
  readonly hardState: HardState | null;
  readonly entries: readonly Entry[];
  /** Present when a leader's snapshot was accepted: it replaces the log, then `entries` follow. */
  readonly snapshot: SnapshotMetadata | null;
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
  readonly messagesAfterPersist: readonly Message[];
  readonly readStates: readonly ReadState[];
  /** False when only the commit index moved: the write may be lazy. */
  readonly mustSync: boolean;
}

/** Reasons for which a proposal is refused; nothing was appended. */
export type ProposalRefusal = 'not-leader' | 'transferring' | 'uncommitted-limit' | 'removed';

/** Further reasons for which a change of the configuration is refused; nothing was appended. */
export type ConfChangeRefusal =
  /** An earlier change is not applied yet, or the joint configuration is not left yet. */
  | 'conf-change-pending'
  /** The configuration in force does not allow it. */
  | 'conf-change-invalid';

/**
 * How a proposal ended in the core: appended to the log of the leader (not yet committed), or refused with nothing appended.
 * `leader` is where to propose instead; NONE: no leader is known.
 */
export type ProposeResult =
  | { readonly ok: true; readonly index: number; readonly term: number }
  | { readonly ok: false; readonly reason: ProposalRefusal; readonly leader: ReplicaId };

/** The same of a change of the configuration. */
export type ConfProposeResult =
  | ProposeResult
  | { readonly ok: false; readonly reason: ConfChangeRefusal; readonly leader: ReplicaId };
