/**
 * Deliberate bugs, each one that lost data or stopped a cluster somewhere. Only the simulator sets them, to
 * prove that it finds them (`npm run sim -- --zoo`); in production the object is frozen and all false.
 *
 * @internal
 */
export interface RaftMutations {
  /** A new leader appends no empty entry and answers reads at once. */
  readonly readBeforeFirstCommit: boolean;
  /** Entries of earlier terms are committed by counting replicas (Raft paper, figure 8). */
  readonly commitOldTermByCount: boolean;
  readonly voteNotPersisted: boolean;
  readonly voteSentBeforePersist: boolean;
  readonly voteErasedOnStepDown: boolean;
  /** Vote requests leave before the new term and the own vote are on disk. */
  readonly voteRequestBeforePersist: boolean;
  readonly voteIgnoresLog: boolean;
  readonly appendResponseBeforePersist: boolean;
  /** The leader counts its own log before its write has returned. */
  readonly selfAckBeforePersist: boolean;
  /** The return of a write vouches for entries that have been replaced since. */
  readonly writeCompletionIgnoresReplacement: boolean;
  /** A follower commits min(leader's commit, own last index). */
  readonly commitBeyondProof: boolean;
  /** A heartbeat tells the leader's commit index to everybody, whatever they have. */
  readonly heartbeatCommitUncapped: boolean;
  /** A follower drops everything behind the entries of any append, also of an old one. */
  readonly appendAlwaysTruncates: boolean;
  readonly twoPendingChanges: boolean;
  readonly learnerCountedInQuorum: boolean;
  readonly jointIgnoresOutgoing: boolean;
  /** Reads are answered from the commit index without asking anybody. */
  readonly leaseRead: boolean;
  /** An answer to any earlier round confirms a later read. */
  readonly readRoundIgnored: boolean;
  /** A full window stays paused until an append is answered (which may all be lost). */
  readonly fullWindowStaysPaused: boolean;
  /** Entries are handed to the state machine before this replica's own disk has them. */
  readonly applyUnstable: boolean;
}

export const NO_MUTATIONS: RaftMutations = Object.freeze({
  readBeforeFirstCommit: false,
  commitOldTermByCount: false,
  voteNotPersisted: false,
  voteSentBeforePersist: false,
  voteErasedOnStepDown: false,
  voteRequestBeforePersist: false,
  voteIgnoresLog: false,
  appendResponseBeforePersist: false,
  selfAckBeforePersist: false,
  writeCompletionIgnoresReplacement: false,
  commitBeyondProof: false,
  heartbeatCommitUncapped: false,
  appendAlwaysTruncates: false,
  twoPendingChanges: false,
  learnerCountedInQuorum: false,
  jointIgnoresOutgoing: false,
  leaseRead: false,
  readRoundIgnored: false,
  fullWindowStaysPaused: false,
  applyUnstable: false,
});
