import { decodeConfChange, encodeConfChange } from './conf-change-codec.ts';
import { enterMode } from './conf-change.ts';
import { hup } from './election.ts';
import type { RaftOptions } from './options.ts';
import type { ProgressState } from './progress.ts';
import { Raft } from './raft.ts';
import { step, tick } from './step.ts';
import {
  type ConfChangeSingle,
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type HardState,
  type Message,
  NONE,
  type ProposeResult,
  type Ready,
  type ReplicaId,
  type Role,
  type SoftState,
} from './types.ts';

export interface ProgressStatus {
  readonly match: number;
  readonly next: number;
  readonly state: ProgressState;
  readonly recentActive: boolean;
  readonly pendingSnapshot: number;
  readonly inflight: number;
  readonly isLearner: boolean;
}

export interface BasicStatus {
  readonly id: ReplicaId;
  readonly term: number;
  readonly vote: ReplicaId;
  readonly commit: number;
  readonly applied: number;
  readonly lastIndex: number;
  readonly role: Role;
  readonly leader: ReplicaId;
  readonly leadTransferee: ReplicaId;
}

export interface Status extends BasicStatus {
  readonly confState: ConfState;
  /** Only on a leader. */
  readonly progress: ReadonlyMap<ReplicaId, ProgressStatus>;
}

const EMPTY: readonly never[] = [];

/**
 * One replica of one group, driven from outside: `tick`, `step` and `propose` go in, `ready` comes out. It
 * holds no timer, socket, file or promise.
 */
export class RawNode {
  readonly #raft: Raft;
  #lastSoft: SoftState;
  #lastHard: HardState;
  /** Terms in which the entries of the Readys in flight were written, for their completion. */

  constructor(options: RaftOptions) {
    this.#raft = new Raft(options);
    this.#lastSoft = { leader: this.#raft.leader, role: this.#raft.role };
    this.#lastHard = this.#raft.hardState();
  }

  tick(): void {
    tick(this.#raft);
  }

  /** Campaigns now (with a pre-vote where that is on), unless this replica leads or may not. */
  campaign(): void {
    hup(this.#raft, this.#raft.options.preVote ? 'pre-vote' : 'vote');
  }

  /** A message from another replica. Messages from strangers about progress are ignored. */
  step(message: Message): void {
    step(this.#raft, message);
  }

  propose(data: Uint8Array): ProposeResult {
    return this.#propose('normal', data);
  }

  /**
   * Proposes a change of the configuration. One that isn't allowed now (an unapplied one before it, or the
   * wrong side of a joint configuration) is appended as an empty entry, as in etcd.
   */
  proposeConfChange(change: ConfChangeSingle | ConfChangeV2): ProposeResult {
    const raft = this.#raft;
    const v2: ConfChangeV2 = 'transition' in change ? change : { transition: 'auto', changes: [change], context: new Uint8Array(0) };
    const pending = raft.pendingConfIndex > raft.log.applied;
    const joint = raft.tracker.isJoint();
    const wantsLeave = enterMode(v2) === null;
    if (raft.role === 'leader' && (pending || joint !== wantsLeave)) return this.#propose('normal', new Uint8Array(0));
    const result = this.#propose('transition' in change ? 'conf-change-v2' : 'conf-change', encodeConfChange(v2));
    if (result.ok) raft.pendingConfIndex = result.index;
    return result;
  }

  #propose(type: Entry['type'], data: Uint8Array): ProposeResult {
    const raft = this.#raft;
    const refuse = (reason: 'not-leader' | 'transferring' | 'uncommitted-limit' | 'removed'): ProposeResult => ({
      ok: false,
      reason,
      leader: raft.leader,
    });
    if (raft.role !== 'leader') return refuse('not-leader');
    if (!raft.tracker.progress.has(raft.id)) return refuse('removed');
    if (raft.leadTransferee !== NONE) return refuse('transferring');
    const index = raft.appendEntries([{ type, data }]);
    if (index === null) return refuse('uncommitted-limit');
    raft.broadcastAppend();
    return { ok: true, index, term: raft.term };
  }

  /** Applies a committed entry of type conf-change(-v2); the answer is the configuration now in force. */
  applyConfChange(entry: Entry): ConfState {
    const raft = this.#raft;
    const state = raft.applyConfChange(decodeConfChange(entry));
    return state;
  }

  /** Asks for a linearizable read; the answer is a ReadState with this id, always. */
  readIndex(requestId: number): void {
    const raft = this.#raft;
    step(raft, { type: 'read-index', from: raft.id, to: raft.id, term: raft.term, requestId });
  }

  transferLeadership(transferee: ReplicaId): void {
    const raft = this.#raft;
    step(raft, { type: 'transfer-leader', from: transferee, to: raft.id, term: raft.term, transferee });
  }

  /** A hint that the leader is gone (its connection broke): votes are free again at once. */
  forgetLeader(): void {
    const raft = this.#raft;
    if (raft.role === 'follower') raft.leader = NONE;
  }

  reportUnreachable(id: ReplicaId): void {
    const progress = this.#raft.tracker.progress.get(id);
    if (this.#raft.role === 'leader' && progress?.state === 'replicate') progress.becomeProbe();
  }

  reportSnapshot(id: ReplicaId, status: 'finish' | 'failure'): void {
    const progress = this.#raft.tracker.progress.get(id);
    if (this.#raft.role !== 'leader' || progress?.state !== 'snapshot') return;
    if (status === 'failure') progress.pendingSnapshot = 0;
    progress.becomeProbe();
    // Sent: wait for its answer. Failed: wait a heartbeat before the next try.
    progress.probeSent = true;
  }

  hasReady(): boolean {
    const raft = this.#raft;
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterPersist.length > 0 ||
      raft.readStates.length > 0 ||
      raft.log.unstable.inProgress < raft.log.unstable.offset + raft.log.unstable.entries.length ||
      (raft.log.unstable.snapshot !== null && !raft.log.unstable.snapshotInProgress) ||
      raft.log.hasNextCommitted() ||
      this.#softChanged() ||
      this.#hardChanged()
    );
  }

  #softChanged(): boolean {
    return this.#lastSoft.leader !== this.#raft.leader || this.#lastSoft.role !== this.#raft.role;
  }

  #hardChanged(): boolean {
    const { term, vote, log } = this.#raft;
    return this.#lastHard.term !== term || this.#lastHard.vote !== vote || this.#lastHard.commit !== log.committed;
  }

  /** Takes everything that there is to do. The host persists Readys in the order in which it took them. */
  ready(): Ready {
    const raft = this.#raft;
    const { unstable } = raft.log;
    let softState: SoftState | null = null;
    if (this.#softChanged()) {
      softState = { leader: raft.leader, role: raft.role };
      this.#lastSoft = softState;
    }
    let hardState: HardState | null = null;
    let mustSync = false;
    if (this.#hardChanged()) {
      hardState = raft.hardState();
      mustSync = hardState.term !== this.#lastHard.term || hardState.vote !== this.#lastHard.vote;
      this.#lastHard = hardState;
    }
    const entries = unstable.nextEntries();
    const snapshot = unstable.snapshot !== null && !unstable.snapshotInProgress ? unstable.snapshot : null;
    unstable.acceptInProgress();
    const committedEntries = raft.log.nextCommitted(raft.options.committedBytesMaxPerReady);
    const lastCommitted = committedEntries.at(-1);
    if (lastCommitted !== undefined) {
      raft.log.acceptApplying(lastCommitted.index);
      raft.reduceUncommitted(committedEntries);
    }
    const { messages, messagesAfterPersist, readStates } = raft;
    if (messages.length > 0) raft.messages = [];
    if (messagesAfterPersist.length > 0) raft.messagesAfterPersist = [];
    if (readStates.length > 0) raft.readStates = [];
    return {
      softState,
      hardState,
      entries: entries.length === 0 ? EMPTY : entries,
      snapshot,
      committedEntries,
      messages,
      messagesAfterPersist: messagesAfterPersist.length === 0 ? EMPTY : messagesAfterPersist.filter(({ to }) => to !== raft.id),
      readStates,
      mustSync: mustSync || entries.length > 0 || snapshot !== null,
      selfMessages: messagesAfterPersist.length === 0 ? EMPTY : messagesAfterPersist.filter(({ to }) => to === raft.id),
    };
  }

  /** The write of this Ready is on disk. Delivers the replica's own acknowledgements to itself. */
  advanceAppend(ready: Ready): void {
    const raft = this.#raft;
    const last = ready.entries.at(-1);
    if (ready.snapshot !== null) raft.log.unstable.stableSnapshotTo(ready.snapshot.index);
    if (last !== undefined) raft.log.unstable.stableTo(last.index, last.term);
    for (const message of ready.selfMessages) step(raft, message);
  }

  /** The state machine has everything up to `index`. */
  advanceApply(index: number): void {
    const raft = this.#raft;
    const before = raft.log.applied;
    if (index > before) raft.log.appliedTo(index);
    if (
      raft.role === 'leader' && raft.tracker.config.autoLeave && before <= raft.pendingConfIndex &&
      raft.log.applied >= raft.pendingConfIndex
    ) {
      // The joint configuration has done its work: leave it.
      const left = raft.appendEntries([{ type: 'conf-change-v2', data: new Uint8Array(0) }]);
      if (left !== null) {
        raft.pendingConfIndex = left;
        raft.broadcastAppend();
      }
    }
  }

  /** Persisted and applied at once, for hosts that do both in step. */
  advance(ready: Ready): void {
    this.advanceAppend(ready);
    const last = ready.committedEntries.at(-1);
    if (ready.snapshot !== null) this.advanceApply(ready.snapshot.index);
    if (last !== undefined) this.advanceApply(last.index);
  }

  basicStatus(): BasicStatus {
    const raft = this.#raft;
    return {
      id: raft.id, term: raft.term, vote: raft.vote, commit: raft.log.committed, applied: raft.log.applied,
      lastIndex: raft.log.lastIndex(), role: raft.role, leader: raft.leader, leadTransferee: raft.leadTransferee,
    };
  }

  status(): Status {
    const raft = this.#raft;
    const progress = new Map<ReplicaId, ProgressStatus>();
    if (raft.role === 'leader') {
      for (const [id, p] of raft.tracker.progress) {
        progress.set(id, {
          match: p.match, next: p.next, state: p.state, recentActive: p.recentActive,
          pendingSnapshot: p.pendingSnapshot, inflight: p.inflights.count, isLearner: p.isLearner,
        });
      }
    }
    return { ...this.basicStatus(), confState: raft.tracker.confState(), progress };
  }

  /** A seam for tests and scripted scenarios. */
  setRandomizedElectionTimeout(ticks: number): void {
    this.#raft.randomizedElectionTicks = ticks;
  }
}
