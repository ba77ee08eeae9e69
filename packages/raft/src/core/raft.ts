import { violated } from './invariant.ts';
import { entryBytes } from './log/entry-size.ts';
import { RaftLog } from './log/raft-log.ts';
import { restoreConf } from './membership/conf-change.ts';
import { Tracker } from './membership/tracker.ts';
import type { RaftOptions } from './options.ts';
import { ForwardedReads } from './reads/forwarded-reads.ts';
import { ReadOnly } from './reads/read-only.ts';
import {
  type Entry,
  type EntryType,
  type HardState,
  type Message,
  NONE,
  type ReadState,
  type ReplicaId,
  type Role,
} from './types.ts';

export interface SelfVote {
  readonly pre: boolean;
  readonly term: number;
}

const NO_DATA = new Uint8Array(0);

/**
 * The state of one replica and the transitions between roles (Raft paper, figure 2). What it does on each
 * message is in step*.ts, what a leader sends in replication.ts, what the host is handed in raw-node.ts.
 */
export class Raft {
  readonly id: ReplicaId;
  readonly options: RaftOptions;
  readonly log: RaftLog;
  readonly tracker = new Tracker();
  readonly reads = new ReadOnly();
  readonly forwardedReads: ForwardedReads;

  term = 0;
  vote: ReplicaId = NONE;
  role: Role = 'follower';
  leader: ReplicaId = NONE;
  /** Replica that leadership is being handed to; proposals are refused meanwhile. */
  leadTransferee: ReplicaId = NONE;
  /** Highest index of a configuration change that may not be applied yet: no second one before. */
  pendingConfIndex = 0;
  /** Index whose configuration is in force: of the change applied last, or of a snapshot. */
  confIndex = 0;
  /** Bytes of entries appended in this term as leader and not yet handed out as committed. */
  uncommittedBytes = 0;
  /** Index of the empty entry that this leader started with. */
  termStartIndex = 0;
  electionElapsed = 0;
  heartbeatElapsed = 0;
  randomizedElectionTicks = 0;
  readsElapsed = 0;
  /** Entries or a commit index may have to be sent; done once per Ready, so that appends are batched. */
  appendDue = false;

  /** False: it votes and stores, but does not try to lead. */
  mayCampaign = true;

  /** The own vote of a campaign that just began: counts once it is on disk. */
  selfVote: SelfVote | null = null;
  /** May be sent at once. */
  messages: Message[] = [];
  /** Promise durability: leave once everything that was to be written when they were made is on disk. */
  messagesAfterPersist: Message[] = [];
  readStates: ReadState[] = [];

  constructor(options: RaftOptions) {
    if (!Number.isSafeInteger(options.id) || options.id < 1) violated(`replica id ${options.id}`);
    this.options = options;
    this.id = options.id;
    this.forwardedReads = new ForwardedReads(options.random(2 ** 31));
    const { hardState, confState } = options.storage.initialState();
    this.log = new RaftLog(options.storage, options.applied);
    const { config, progress } = restoreConf(confState, this.log.lastIndex(), options);
    this.tracker.take(config, progress);
    this.confIndex = this.log.applied;
    this.log.commitTo(hardState.commit);
    this.term = hardState.term;
    this.vote = hardState.vote;
    this.becomeFollower(this.term, NONE);
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed };
  }

  /** May this replica become leader? Not while its log is being replaced by a snapshot. */
  promotable(): boolean {
    return this.mayCampaign && this.tracker.isVoter(this.id) && this.log.unstable.snapshot === null;
  }

  /** A voter that hears from a leader, or is one, doesn't help to depose it. */
  inLease(): boolean {
    const { checkQuorum, electionTicks } = this.options;
    return checkQuorum && this.leader !== NONE && this.electionElapsed < electionTicks;
  }

  reset(term: number): void {
    if (this.term !== term) {
      if (term < this.term) violated(`term ${this.term} fell to ${term}`);
      this.term = term;
      this.vote = NONE;
      this.#dropUnreadAnswers();
    }
    this.leader = NONE;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.resetRandomizedElectionTicks();
    this.leadTransferee = NONE;
    this.tracker.resetVotes();
    const last = this.log.lastIndex();
    for (const replica of this.tracker.replicas) {
      // The own entries count once their write has returned.
      const isSelf = replica.id === this.id;
      replica.restart(isSelf ? Math.min(last, this.log.unstable.offset - 1) : 0, last + 1);
      replica.recentActive = isSelf;
    }
    this.pendingConfIndex = 0;
    this.uncommittedBytes = 0;
    this.appendDue = false;
    this.dropReads();
  }

  resetRandomizedElectionTicks(): void {
    const { electionTicks, random } = this.options;
    this.randomizedElectionTicks = electionTicks + random(electionTicks);
  }

  becomeFollower(term: number, leader: ReplicaId): void {
    this.reset(term);
    this.role = 'follower';
    this.leader = leader;
  }

  /** Neither the term nor the vote changes: asking promises nothing. */
  becomePreCandidate(): void {
    if (this.role === 'leader') violated('a leader became pre-candidate');
    this.role = 'pre-candidate';
    this.tracker.resetVotes();
    this.leader = NONE;
    this.electionElapsed = 0;
    this.dropReads();
  }

  becomeCandidate(): void {
    if (this.role === 'leader') violated('a leader became candidate');
    this.reset(this.term + 1);
    this.role = 'candidate';
    this.vote = this.id;
  }

  becomeLeader(): void {
    if (this.role !== 'candidate') violated(`a ${this.role} became leader`);
    this.reset(this.term);
    this.role = 'leader';
    this.leader = this.id;
    const own = this.tracker.progress.get(this.id);
    if (own === undefined) violated('a stranger to the configuration became leader');
    own.becomeReplicate();
    // There may be an unapplied change among the entries that were found.
    this.pendingConfIndex = this.log.lastIndex();
    this.termStartIndex = this.log.lastIndex() + 1;
    this.appendEntry('normal', NO_DATA);
    this.appendDue = true;
  }

  /** Appends as leader and answers the index. The caller has checked the limit. */
  appendEntry(type: EntryType, data: Uint8Array): number {
    const entry: Entry = { index: this.log.lastIndex() + 1, term: this.term, type, data };
    this.log.append([entry]);
    this.uncommittedBytes += entryBytes(entry);
    this.appendDue = true;
    return entry.index;
  }

  /** Commits what a quorum has; only entries of the own term by counting (Raft paper, 5.4.2). */
  maybeCommit(): boolean {
    const index = this.tracker.committed();
    if (index <= this.log.committed || index === Number.POSITIVE_INFINITY) return false;
    if (this.log.termOrNull(index) !== this.term) return false;
    this.log.commitTo(index);
    this.appendDue = true;
    return true;
  }

  committedInTerm(): boolean {
    return this.log.committed >= this.termStartIndex;
  }

  /** Committed entries were handed out: they don't count against the uncommitted tail any more. */
  releaseUncommitted(entries: readonly Entry[]): void {
    if (this.role !== 'leader' || this.uncommittedBytes === 0) return;
    for (let i = entries.length - 1; i >= 0; i -= 1) {
      const entry = entries[i];
      if (entry === undefined || entry.index < this.termStartIndex) break;
      this.uncommittedBytes -= entryBytes(entry);
    }
    if (this.uncommittedBytes < 0) violated('the uncommitted tail has a negative size');
  }

  send(message: Message): void {
    if (message.to === this.id) violated(`${message.type} to itself`);
    if (this.#promisesDurability(message)) this.messagesAfterPersist.push(message);
    else this.messages.push(message);
  }

  /**
   * Besides the answers, a vote request: it says that this replica has the term and the log that it names.
   * Were they lost in a crash, it could campaign in the same term again, with less log and old votes.
   */
  #promisesDurability({ type }: Message): boolean {
    switch (type) {
      case 'append-response':
      case 'vote-response':
      case 'vote':
      case 'pre-vote-response':
        return true;
      default:
        return false;
    }
  }

  /** Leadership, or the leader, is gone: every read gets a definite answer. */
  dropReads(): void {
    for (const requestId of this.forwardedReads.drain()) this.dropRead(requestId);
    if (this.reads.size === 0) return;
    for (const { from, id } of this.reads.drain()) this.refuseRead(from, id);
  }

  /** Answers that the host has not taken yet and that a new term has overtaken. */
  #dropUnreadAnswers(): void {
    this.readStates = this.readStates.map(({ requestId }) => ({ requestId, status: 'dropped' }));
  }

  dropRead(requestId: number): void {
    this.readStates.push({ requestId, status: 'dropped' });
  }

  refuseRead(from: ReplicaId, id: number): void {
    if (from === this.id) {
      this.dropRead(id);
      return;
    }
    this.send({
      type: 'read-index-response',
      to: from,
      from: this.id,
      term: this.term,
      requestId: id,
      index: 0,
      reject: true,
    });
  }
}
