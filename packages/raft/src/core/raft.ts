import { ConfChanger, type ConfResult, enterMode, restoreConf } from './conf-change.ts';
import { invariant } from './invariant.ts';
import type { RaftOptions } from './options.ts';
import type { Progress } from './progress.ts';
import { entryBytes, RaftLog } from './raft-log.ts';
import { ReadOnly } from './read-only.ts';
import { Tracker } from './tracker.ts';
import {
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type HardState,
  type Message,
  NONE,
  type ReadState,
  type ReplicaId,
  type Role,
} from './types.ts';

/**
 * The state of one replica and the transitions between roles (Raft paper, figure 2). What it does on each
 * message is in step-*.ts; what it hands to the host is in raw-node.ts.
 */
export class Raft {
  readonly id: ReplicaId;
  readonly options: RaftOptions;
  readonly log: RaftLog;
  readonly tracker = new Tracker();
  readonly readOnly = new ReadOnly();

  term = 0;
  vote: ReplicaId = NONE;
  role: Role = 'follower';
  leader: ReplicaId = NONE;
  /** Replica that leadership is being handed to; proposals are refused meanwhile. */
  leadTransferee: ReplicaId = NONE;
  /** Highest index of a configuration change that may not be applied yet: no second one before. */
  pendingConfIndex = 0;
  /** Bytes of entries appended as leader and not yet committed. */
  uncommittedBytes = 0;
  electionElapsed = 0;
  heartbeatElapsed = 0;
  randomizedElectionTicks = 0;

  /** May be sent at once. */
  messages: Message[] = [];
  /** Promise durability: leave after the write that is current when they are made. */
  messagesAfterPersist: Message[] = [];
  readStates: ReadState[] = [];

  constructor(options: RaftOptions) {
    invariant(options.id !== NONE, () => 'replica id 0 means nobody');
    this.options = options;
    this.id = options.id;
    const { hardState, confState } = options.storage.initialState();
    this.log = new RaftLog(options.storage, options.applied);
    this.#takeConf(restoreConf(confState, this.log.lastIndex(), options));
    invariant(hardState.commit <= this.log.lastIndex(), () => `commit ${hardState.commit} beyond the log's end ${this.log.lastIndex()}`);
    this.log.committed = Math.max(this.log.committed, hardState.commit);
    this.term = hardState.term;
    this.vote = hardState.vote;
    this.becomeFollower(this.term, NONE);
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed };
  }

  promotable(): boolean {
    return this.tracker.isVoter(this.id) && this.log.unstable.snapshot === null;
  }

  // --- roles ---------------------------------------------------------------------------------------

  reset(term: number): void {
    if (this.term !== term) {
      this.term = term;
      this.vote = NONE;
    }
    this.leader = NONE;
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.resetRandomizedElectionTicks();
    this.leadTransferee = NONE;
    this.tracker.resetVotes();
    const next = this.log.lastIndex() + 1;
    for (const [id, progress] of this.tracker.progress) {
      progress.match = id === this.id ? this.log.unstable.offset - 1 : 0;
      progress.becomeProbe();
      progress.next = next;
      progress.sentCommit = 0;
      progress.recentActive = id === this.id;
    }
    this.pendingConfIndex = 0;
    this.uncommittedBytes = 0;
    for (const requestId of this.readOnly.dropAll(this.id)) this.dropRead(requestId);
    for (const waiting of this.readOnly.dropRemote()) {
      this.send({ type: 'read-index-response', to: waiting.from, from: this.id, term: this.term, requestId: waiting.requestId, index: 0, reject: true });
    }
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

  becomePreCandidate(): void {
    invariant(this.role !== 'leader', () => 'a leader became pre-candidate');
    // Neither the term nor the vote changes: a pre-vote promises nothing.
    this.role = 'pre-candidate';
    this.tracker.resetVotes();
    this.leader = NONE;
  }

  becomeCandidate(): void {
    invariant(this.role !== 'leader', () => 'a leader became candidate');
    this.reset(this.term + 1);
    this.role = 'candidate';
    this.vote = this.id;
  }

  becomeLeader(): void {
    invariant(this.role === 'candidate', () => `a ${this.role} became leader`);
    this.reset(this.term);
    this.role = 'leader';
    this.leader = this.id;
    const own = this.tracker.progress.get(this.id);
    if (own !== undefined) {
      own.becomeReplicate();
      own.recentActive = true;
    }
    // There may be an unapplied change among the entries that were found: wait until all of them are applied.
    this.pendingConfIndex = this.log.lastIndex();
    const appended = this.appendEntries([{ type: 'normal', data: new Uint8Array(0) }]);
    invariant(appended !== null, () => "a new leader's empty entry was refused");
    // The empty entry doesn't count against the limit: a leader must always be able to start.
    this.uncommittedBytes = 0;
  }

  // --- log -----------------------------------------------------------------------------------------

  /** Appends as leader. Null when the uncommitted tail is at its limit: nothing was appended. */
  appendEntries(items: readonly Pick<Entry, 'type' | 'data'>[]): number | null {
    const last = this.log.lastIndex();
    const entries = items.map(({ type, data }, at) => ({ index: last + 1 + at, term: this.term, type, data }));
    let bytes = 0;
    for (const entry of entries) bytes += entryBytes(entry);
    if (this.uncommittedBytes > 0 && this.uncommittedBytes + bytes > this.options.uncommittedBytesMax) return null;
    this.uncommittedBytes += bytes;
    this.log.append(entries);
    const newLast = last + entries.length;
    // Counts towards the commit only once our own disk has it, and only while we lead in this term.
    this.send({
      type: 'append-response', to: this.id, from: this.id, term: this.term, index: newLast,
      reject: false, rejectHint: 0, logTerm: 0, commit: this.log.committed,
    });
    return newLast;
  }

  /** Commits what a quorum has; only entries of the own term by counting (Raft paper, 5.4.2). */
  maybeCommit(): boolean {
    const index = this.tracker.committed();
    if (index <= this.log.committed || index === Number.POSITIVE_INFINITY) return false;
    if (this.log.termOrNull(index) !== this.term) return false;
    this.log.commitTo(index);
    return true;
  }

  committedInTerm(): boolean {
    return this.log.termOrNull(this.log.committed) === this.term;
  }

  reduceUncommitted(entries: readonly Entry[]): void {
    if (this.uncommittedBytes === 0) return;
    let bytes = 0;
    for (const entry of entries) bytes += entryBytes(entry);
    this.uncommittedBytes = Math.max(0, this.uncommittedBytes - bytes);
  }

  // --- sending -------------------------------------------------------------------------------------

  send(message: Message): void {
    switch (message.type) {
      case 'append-response':
      case 'vote-response':
      case 'pre-vote-response':
        this.messagesAfterPersist.push(message);
        return;
      default:
        invariant(message.to !== this.id, () => `${message.type} to itself`);
        this.messages.push(message);
    }
  }

  sendAppend(to: ReplicaId): void {
    const progress = this.tracker.progress.get(to);
    if (progress !== undefined) this.maybeSendAppend(to, progress, true);
  }

  /** Sends what the replica is missing; an empty append only when `sendEmpty`. False: nothing was sent. */
  maybeSendAppend(to: ReplicaId, progress: Progress, sendEmpty: boolean): boolean {
    if (progress.isPaused()) return false;
    const previous = progress.next - 1;
    const previousTerm = this.log.termOrNull(previous);
    if (previousTerm === null) return this.#maybeSendSnapshot(to, progress);
    const room = progress.state !== 'replicate' || !progress.inflights.full();
    const last = this.log.lastIndex();
    let entries: readonly Entry[] = [];
    if (room && progress.next <= last) {
      if (progress.next < this.log.firstIndex()) return this.#maybeSendSnapshot(to, progress);
      entries = this.log.slice(progress.next, last + 1, this.options.appendBytesMax);
    }
    if (entries.length === 0 && !sendEmpty) return false;
    let bytes = 0;
    for (const entry of entries) bytes += entryBytes(entry);
    this.send({
      type: 'append', to, from: this.id, term: this.term,
      index: previous, logTerm: previousTerm, entries, commit: this.log.committed,
    });
    progress.sentEntries(entries.length, bytes);
    progress.sentCommit = this.log.committed;
    return true;
  }

  #maybeSendSnapshot(to: ReplicaId, progress: Progress): boolean {
    if (!progress.recentActive) return false;
    const snapshot = this.log.snapshot();
    if (snapshot === null) return false;
    progress.becomeSnapshot(snapshot.index);
    this.send({ type: 'snapshot', to, from: this.id, term: this.term, snapshot });
    return true;
  }

  broadcastAppend(): void {
    for (const [id, progress] of this.tracker.progress) {
      if (id !== this.id) this.maybeSendAppend(id, progress, true);
    }
  }

  broadcastHeartbeat(): void {
    const readRound = this.readOnly.newestRound();
    for (const [id, progress] of this.tracker.progress) {
      if (id === this.id) continue;
      // Never beyond what the replica is known to have: its log may differ above.
      const commit = Math.min(progress.match, this.log.committed);
      progress.sentCommit = Math.max(progress.sentCommit, commit);
      this.send({ type: 'heartbeat', to: id, from: this.id, term: this.term, commit, readRound });
    }
  }

  dropRead(requestId: number): void {
    this.readStates.push({ requestId, status: 'dropped' });
  }

  // --- configuration -------------------------------------------------------------------------------

  /** Takes a committed change into force; called when it is applied. */
  applyConfChange(change: ConfChangeV2): ConfState {
    const changer = new ConfChanger({ config: this.tracker.config, progress: this.tracker.progress }, this.log.lastIndex(), this.options);
    const mode = enterMode(change);
    const result =
      mode === null
        ? changer.leaveJoint()
        : mode.joint
          ? changer.enterJoint(mode.autoLeave, change.changes)
          : changer.simple(change.changes);
    return this.switchToConf(result);
  }

  switchToConf(result: ConfResult): ConfState {
    this.#takeConf(result);
    const state = this.tracker.confState();
    const own = this.tracker.progress.get(this.id);
    if (this.role === 'leader' && (own === undefined || own.isLearner)) {
      // Removed or demoted: it led until this was committed, and does no longer.
      this.becomeFollower(this.term, NONE);
      return state;
    }
    if (this.role !== 'leader' || state.voters.length === 0) return state;
    if (this.maybeCommit()) this.broadcastAppend();
    else {
      for (const [id, progress] of this.tracker.progress) {
        if (id !== this.id) this.maybeSendAppend(id, progress, false);
      }
    }
    if (this.leadTransferee !== NONE && !this.tracker.isVoter(this.leadTransferee)) this.leadTransferee = NONE;
    return state;
  }

  #takeConf(result: ConfResult): void {
    this.tracker.config = result.config;
    this.tracker.progress = result.progress;
  }
}
