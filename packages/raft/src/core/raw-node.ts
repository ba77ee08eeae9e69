import { hup } from './election.ts';
import { violated } from './invariant.ts';
import { entryBytes } from './log/entry-size.ts';
import { decodeConfChange, encodeConfChange } from './membership/conf-change-codec.ts';
import { applyConfChange, confChangeRefusal, maybeAutoLeave } from './membership/membership.ts';
import type { RaftOptions } from './options.ts';
import { Raft, type SelfVote } from './raft.ts';
import { flushForwardedReads, requestRead } from './reads/reads.ts';
import { flush } from './replication.ts';
import { type BasicStatus, basicStatusOf, type Status, statusOf } from './status.ts';
import { selfVoteDurable, step, tick } from './step.ts';
import { snapshotInstalled } from './step-follower.ts';
import { commitAndRelease, transferLeader } from './step-leader.ts';
import {
  type ConfChangeSingle,
  type ConfChangeV2,
  type ConfProposeResult,
  type ConfState,
  type Entry,
  type EntryType,
  type HardState,
  type Message,
  NONE,
  type ProposeResult,
  type Ready,
  type ReplicaId,
  type SoftState,
} from './types.ts';

const NO_DATA = new Uint8Array(0);
const NONE_OF_THEM: readonly never[] = [];

interface ReadyInFlight {
  readonly ready: Ready;
  readonly selfVote: SelfVote | null;
}

/**
 * One replica of one group, driven from outside: `tick`, `step` and `propose` go in, `ready` comes out. It
 * holds no timer, socket, file or promise. Ticks are the host's unit of time. An impossible input or state throws an
 * RaftInvariantError: the replica must stop.
 *
 * @example
 * node.propose(data); // { ok: false, leader } on a follower
 * while (node.hasReady()) {
 *   const ready = node.ready();
 *   for (const message of ready.messages) send(message);
 *   await write(ready.hardState, ready.entries); // one sync
 *   for (const message of ready.messagesAfterPersist) send(message);
 *   applyAll(ready.committedEntries);
 *   node.advance(ready);
 * }
 */
export class RawNode {
  readonly #raft: Raft;
  /** Readys whose write has not returned, oldest first. */
  readonly #inFlight: ReadyInFlight[] = [];
  #lastSoft: SoftState;
  #lastHard: HardState;

  constructor(options: RaftOptions) {
    this.#raft = new Raft(options);
    this.#lastSoft = { leader: this.#raft.leader, role: this.#raft.role };
    this.#lastHard = options.storage.initialState().hardState;
  }

  /** One tick of the clock: heartbeats and elections are counted in these. */
  tick(): void {
    tick(this.#raft);
  }

  /** Campaigns now (with a pre-vote where that is on), unless this replica leads or may not. */
  campaign(): void {
    hup(this.#raft, this.#raft.options.preVote ? 'pre-vote' : 'vote');
  }

  /** A message from another replica. */
  step(message: Message): void {
    if (message.to !== this.#raft.id || message.from === this.#raft.id || message.from < 1) {
      violated(`message from ${message.from} to ${message.to} at ${this.#raft.id}`);
    }
    step(this.#raft, message);
  }

  /** Appends to the log as leader. The append to the others leaves with the next Ready. */
  propose(data: Uint8Array): ProposeResult {
    const refused = this.#refusal();
    if (refused !== null) return refused;
    return this.#append('normal', data);
  }

  /**
   * Proposes a change of the configuration, which takes effect when it is applied. Refused, and nothing is
   * appended, while an earlier change is not applied yet or where the configuration in force forbids it.
   */
  proposeConfChange(change: ConfChangeSingle | ConfChangeV2): ConfProposeResult {
    const raft = this.#raft;
    const refused = this.#refusal();
    if (refused !== null) return refused;
    const isV2 = 'transition' in change;
    const v2: ConfChangeV2 = isV2
      ? change
      : { transition: 'auto', changes: [change], context: NO_DATA };
    const reason = confChangeRefusal(raft, v2);
    if (reason !== null) return { ok: false, reason, leader: raft.leader };
    const result = this.#append(isV2 ? 'conf-change-v2' : 'conf-change', encodeConfChange(v2));
    if (result.ok) raft.pendingConfIndex = result.index;
    return result;
  }

  #refusal(): Extract<ProposeResult, { ok: false }> | null {
    const { role, leader, leadTransferee, tracker, id } = this.#raft;
    if (role !== 'leader') {
      const reason = tracker.progress.has(id) ? 'not-leader' : 'removed';
      return { ok: false, reason, leader };
    }
    return leadTransferee === NONE ? null : { ok: false, reason: 'transferring', leader };
  }

  #append(type: EntryType, data: Uint8Array): ProposeResult {
    const raft = this.#raft;
    const bytes = entryBytes({ index: 0, term: 0, type, data });
    // One entry always fits, however large: otherwise it could never be proposed.
    const { uncommittedBytes, options } = raft;
    if (uncommittedBytes > 0 && uncommittedBytes + bytes > options.uncommittedBytesMax) {
      return { ok: false, reason: 'uncommitted-limit', leader: raft.leader };
    }
    return { ok: true, index: raft.appendEntry(type, data), term: raft.term };
  }

  /** To be called when a committed entry of a conf-change type is applied, in its place in the order. */
  applyConfChange(entry: Entry): ConfState {
    return applyConfChange(this.#raft, entry.index, decodeConfChange(entry));
  }

  /** Asks for a linearizable read. The answer, always exactly one, is a ReadState with this id. */
  readIndex(requestId: number): void {
    requestRead(this.#raft, this.#raft.id, requestId);
  }

  /** On a follower the wish is handed on to the leader. It may come to nothing: watch the role. */
  transferLeadership(transferee: ReplicaId): void {
    const { id, term, leader, role } = this.#raft;
    if (role === 'leader') {
      transferLeader(this.#raft, transferee);
    } else if (leader !== NONE) {
      this.#raft.send({ type: 'transfer-leader', from: id, to: leader, term, transferee });
    }
  }

  /** False: this replica can't serve a group now, so it campaigns no more; a leadership that it has stays. */
  setMayCampaign(mayCampaign: boolean): void {
    this.#raft.mayCampaign = mayCampaign;
  }

  /** A hint that the leader is gone (its connection broke): votes are free again at once. */
  forgetLeader(): void {
    const raft = this.#raft;
    if (raft.role !== 'follower') return;
    raft.leader = NONE;
    raft.dropReads();
  }

  /** Sending to a replica failed: what is in flight may be lost, so it is probed again. */
  reportUnreachable(id: ReplicaId): void {
    const replica = this.#raft.tracker.progress.get(id);
    if (this.#raft.role === 'leader' && replica?.state === 'replicate') replica.becomeProbe();
  }

  /** How sending a snapshot ended. Must be called once for every 'snapshot' message. */
  reportSnapshot(id: ReplicaId, status: 'finish' | 'failure'): void {
    const replica = this.#raft.tracker.progress.get(id);
    if (this.#raft.role !== 'leader' || replica?.state !== 'snapshot') return;
    if (status === 'failure') replica.pendingSnapshot = 0;
    replica.becomeProbe();
    // Finished: wait for its answer. Failed: wait for a heartbeat response before the next try.
    replica.paused = true;
  }

  /** Is there anything to do? Appends and reads that became due are gathered by this call. */
  hasReady(): boolean {
    const raft = this.#raft;
    flush(raft);
    flushForwardedReads(raft);
    return this.#hasOutput();
  }

  /**
   * Would the next `hasReady` have to look? Gathers nothing, so that what comes later in the same turn can
   * still leave together. A false answer is certain, a true one is not.
   */
  mayHaveReady(): boolean {
    const { appendDue, reads, forwardedReads } = this.#raft;
    return appendDue || reads.roundDue || forwardedReads.hasWaiting || this.#hasOutput();
  }

  #hasOutput(): boolean {
    const raft = this.#raft;
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterPersist.length > 0 ||
      raft.readStates.length > 0 ||
      raft.selfVote !== null ||
      raft.log.unstable.hasNext() ||
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
    const last = this.#lastHard;
    return last.term !== term || last.vote !== vote || last.commit !== log.committed;
  }

  /**
   * The messages, when the next Ready would hold these and nothing else: heartbeats and their answers, most of what an idle
   * group says. They promise nothing, so that they may leave without a Ready. Null: there is more, or nothing.
   */
  takeMessages(): readonly Message[] | null {
    const raft = this.#raft;
    const { messages } = raft;
    raft.messages = [];
    if (messages.length > 0 && !this.#hasOutput()) return messages;
    raft.messages = messages;
    return null;
  }

  /** Takes everything that there is to do. The host persists Readys in the order in which it took them. */
  ready(): Ready {
    const raft = this.#raft;
    flush(raft);
    flushForwardedReads(raft);
    const { unstable } = raft.log;
    const softState = this.#takeSoft();
    const voted = this.#lastHard.term !== raft.term || this.#lastHard.vote !== raft.vote;
    const hardState = this.#takeHard();
    const entries = unstable.nextEntries();
    const snapshot = unstable.nextSnapshot();
    unstable.beginWrite();
    const committedEntries = raft.log.takeCommitted(raft.options.committedBytesMaxPerReady);
    raft.releaseUncommitted(committedEntries);
    const ready: Ready = {
      softState,
      hardState,
      entries: entries.length === 0 ? NONE_OF_THEM : entries,
      snapshot,
      committedEntries,
      messages: raft.messages,
      messagesAfterPersist: raft.messagesAfterPersist,
      readStates: raft.readStates,
      mustSync: voted || entries.length > 0 || snapshot !== null,
    };
    this.#inFlight.push({ ready, selfVote: raft.selfVote });
    raft.messages = [];
    raft.messagesAfterPersist = [];
    raft.readStates = [];
    raft.selfVote = null;
    return ready;
  }

  #takeSoft(): SoftState | null {
    if (!this.#softChanged()) return null;
    this.#lastSoft = { leader: this.#raft.leader, role: this.#raft.role };
    return this.#lastSoft;
  }

  #takeHard(): HardState | null {
    if (!this.#hardChanged()) return null;
    const hardState = this.#raft.hardState();
    this.#lastHard = hardState;
    return hardState;
  }

  /**
   * The write of this Ready is on disk, its snapshot is in the state machine too, and the log storage shows
   * all of it. Called for every Ready, also one that had nothing to write, in the order in which they were
   * taken; only then may `messagesAfterPersist` leave. Counts the replica's own vote and entries.
   */
  advanceAppend(ready: Ready): void {
    const raft = this.#raft;
    const oldest = this.#inFlight.shift();
    if (oldest?.ready !== ready) violated('writes of Readys returned out of order');
    const snapshot = raft.log.finishWrite();
    if (snapshot !== null) snapshotInstalled(raft, snapshot);
    const own = raft.role === 'leader' ? raft.tracker.progress.get(raft.id) : undefined;
    if (own?.maybeUpdate(raft.log.unstable.offset - 1)) commitAndRelease(raft);
    if (oldest.selfVote !== null) {
      selfVoteDurable(raft, oldest.selfVote.pre, oldest.selfVote.term);
    }
  }

  /** The state machine has everything up to `index`. */
  advanceApply(index: number): void {
    this.#raft.log.appliedTo(index);
    maybeAutoLeave(this.#raft);
  }

  /** Persisted and applied at once, for hosts that do both in step. */
  advance(ready: Ready): void {
    this.advanceAppend(ready);
    const last = ready.committedEntries.at(-1);
    if (last !== undefined) this.advanceApply(last.index);
  }

  /** Highest index that the state machine has reported. */
  get appliedTo(): number {
    return this.#raft.log.applied;
  }

  /** What changes often, without the progress of each replica. */
  basicStatus(): BasicStatus {
    return basicStatusOf(this.#raft);
  }

  status(): Status {
    return statusOf(this.#raft);
  }

  /** A seam for tests and scripted scenarios. */
  setRandomizedElectionTimeout(ticks: number): void {
    this.#raft.randomizedElectionTicks = ticks;
  }
}
