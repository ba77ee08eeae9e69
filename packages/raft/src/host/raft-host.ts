import {
  type ConfChangeSingle,
  type ConfChangeV2,
  NONE,
  type RawNode,
  type ReplicaId,
} from '../core/index.ts';
import type { SnapshotReader } from '../wal/index.ts';
import { statusOf } from './group-status.ts';
import type {
  ConfChangeOutcome,
  GroupOptions,
  GroupStatus,
  HostStats,
  NodeNumber,
  ProposalOutcome,
  RaftHost,
  ReadOutcome,
  RefusedProposal,
  SkippedEntry,
} from './host-api.ts';
import { HostCore } from './host-core.ts';
import type { HostOptions } from './host-options.ts';
import { Housekeeping } from './housekeeping.ts';
import { Ticker } from './leadership/ticker.ts';
import { createLog, createNode, recoverLog, restoreFromFile } from './open-group.ts';
import { isCoreRefusal, refusalOf } from './refusals.ts';
import { Replica } from './replica.ts';
import { Intake } from './rounds/intake.ts';
import { Proposals, type ProposalWaiter } from './rounds/proposals.ts';
import { Reads } from './rounds/reads.ts';

/** How often a stopping host looks whether its leaderships are gone. */
const HAND_OVER_PAUSE_MS = 200;

/**
 * Opens a host on a log that was recovered: all groups of one node, over one log and one transport. Groups are added by the
 * caller, known to the disk or not. Times are milliseconds. Nothing is awaited: outcomes come by callback, each once, as
 * `committed`, `refused` (nothing changed) or `unknown`. A failing disk is reported once, by the event `fatal`.
 *
 * @example
 * const host = createRaftHost<Reply>({ ...options, wal, recovered, snapshots });
 * host.addGroup({ group: 7, replicaId: 1, voters: [1, 2, 3], machine });
 * host.propose(7, data, (outcome) => {
 *   if (outcome.status === 'committed') done(outcome.reply);
 *   else if (outcome.status === 'refused') retryAt(outcome.leader);
 * });
 * host.stop(5_000, () => process.exit(0));
 */
export function createRaftHost<TReply>(options: HostOptions): RaftHost<TReply> {
  return new RaftHostNode<TReply>(options);
}

class RaftHostNode<TReply> implements RaftHost<TReply> {
  readonly #core: HostCore<TReply>;
  readonly #intake: Intake<TReply>;
  readonly #housekeeping: Housekeeping<TReply>;
  readonly #ticker: Ticker;
  /** Of ReadIndex rounds: begins anywhere, so that no answer to an earlier life of this node fits. */
  #requestId: number;
  /** Removed since the start: what the disk had of them then is deleted. */
  readonly #removed = new Set<number>();
  #stopAtMs = 0;
  #stopDone: (() => void) | null = null;

  constructor(options: HostOptions) {
    this.#core = new HostCore(options);
    this.#intake = new Intake(this.#core);
    this.#housekeeping = new Housekeeping(this.#core);
    this.#requestId = 1 + options.random(2 ** 31) * 2 ** 20;
    this.#ticker = new Ticker(options.clock, this.#core.limits.tickMs, (number, nowMs) => {
      this.#core.guard(() => {
        this.#housekeeping.tick(number, nowMs);
        if (this.#stopDone !== null) this.#continueStop(nowMs);
      });
    });
  }

  // --- groups --------------------------------------------------------------------------------------

  addGroup(options: GroupOptions<TReply>): void {
    const core = this.#core;
    const { group, replicaId } = options;
    if (core.replicas.has(group)) throw new RangeError(`group ${group} is there already`);
    if (replicaId !== core.options.nodeNumber)
      throw new RangeError(`replica ${replicaId} on node ${core.options.nodeNumber}`);
    const recovered = this.#removed.has(group)
      ? undefined
      : core.options.recovered.groups.find(({ key }) => key.group === group);
    if (recovered !== undefined && recovered.replicaId !== replicaId) {
      throw new RangeError(
        `group ${group} on disk is replica ${recovered.replicaId}, not ${replicaId}`,
      );
    }
    const created = recovered === undefined ? createLog(core.options, core.memory, options) : null;
    const log =
      created?.log ??
      (recovered === undefined ? null : recoverLog(core.options, core.memory, recovered));
    if (log === null) return;
    const replica = new Replica<TReply>({
      group,
      id: replicaId,
      machine: options.machine,
      log,
      proposals: new Proposals(core.proposalsPending, core.later),
      reads: new Reads(core.readsPending, core.later, () => this.#nextRequestId()),
      preferredLeader: options.preferredLeader ?? NONE,
      nonVotingBelow: options.nonVotingBelow ?? 0,
    });
    replica.skips = core.stalls.skipsOf(group);
    replica.firstRecords.push(...(created?.firstRecords ?? []));
    core.replicas.set(group, replica);
    this.#housekeeping.groupsChanged();
    core.options.snapshots.load(log.key, (loaded) =>
      core.guard(() => this.#loaded(replica, loaded)),
    );
  }

  #loaded(replica: Replica<TReply>, loaded: Parameters<typeof restoreFromFile<TReply>>[1]): void {
    const core = this.#core;
    if (replica.phase !== 'loading') return;
    if (!loaded.ok && loaded.failure.kind !== 'corrupt') {
      core.fatal(loaded.failure);
      return;
    }
    const problem = restoreFromFile(replica, loaded);
    if (problem !== null) {
      core.failGroup(replica, problem);
      return;
    }
    if (loaded.ok && loaded.value === null) replica.firstState = replica.machine.snapshot();
    replica.node = createNode(replica, core.options, core.limits);
    replica.readys = core.rounds.loopOf(replica, replica.node);
    replica.phase = 'running';
    core.contacts.refresh(replica);
    if (replica.hasQuorum) core.failover.quorumFound(replica);
    core.rounds.mark(replica);
  }

  removeGroup(group: number, done: () => void): void {
    const core = this.#core;
    const replica = core.replicas.get(group);
    if (replica === undefined) {
      core.later(done);
      return;
    }
    this.#removed.add(group);
    replica.phase = 'removed';
    replica.role = 'follower';
    replica.proposals.abandon();
    replica.reads.abandon();
    core.arrivals.forget(group);
    core.replicas.delete(group);
    this.#housekeeping.groupsChanged();
    replica.log.release();
    const { key } = replica.log;
    const batch = core.disk.open();
    batch.records.push({ type: 'group-deleted', key });
    core.disk.count(batch, 64);
    batch.after.push(() => {
      core.options.snapshots.remove(key, (failure) => {
        if (failure !== null && failure.kind !== 'full') core.fatal(failure);
        core.later(done);
      });
    });
    core.rounds.schedule();
  }

  setPreferredLeader(group: number, preferred: NodeNumber): void {
    this.#replica(group).preferredLeader = preferred;
  }

  setBusy(group: number, isBusy: boolean): void {
    const replica = this.#core.replicas.get(group);
    if (replica !== undefined) replica.isBusy = isBusy;
  }

  // --- proposals and reads -------------------------------------------------------------------------

  propose(group: number, data: Uint8Array, done: (outcome: ProposalOutcome<TReply>) => void): void {
    const { entryBytesMax } = this.#core.limits;
    const replica = this.#replica(group);
    const refuse = (reason: RefusedProposal['reason']): void => {
      const { leader } = replica;
      this.#core.later(() => done({ status: 'refused', reason, leader }));
    };
    if (data.length === 0 || data.length > entryBytesMax) {
      refuse(data.length === 0 ? 'malformed' : 'too-large');
      return;
    }
    this.#append(replica, refuse, (node) => {
      const result = node.propose(data);
      if (result.ok) this.#await(replica, result, { kind: 'data', done });
      else refuse(refusalOf(result.reason));
    });
  }

  proposeConfChange(
    group: number,
    change: ConfChangeSingle | ConfChangeV2,
    done: (outcome: ConfChangeOutcome) => void,
  ): void {
    const replica = this.#replica(group);
    const refuse = (reason: RefusedProposal['reason'] | 'not-allowed'): void => {
      const { leader } = replica;
      this.#core.later(() => done({ status: 'refused', reason, leader }));
    };
    this.#append(replica, refuse, (node) => {
      const result = node.proposeConfChange(change);
      if (result.ok) this.#await(replica, result, { kind: 'conf-change', done });
      else refuse(isCoreRefusal(result.reason) ? refusalOf(result.reason) : 'not-allowed');
    });
  }

  #append(
    replica: Replica<TReply>,
    refuse: (reason: RefusedProposal['reason']) => void,
    append: (node: RawNode) => void,
  ): void {
    const reason = this.#refusal(replica);
    const { node } = replica;
    if (reason !== null || node === null) refuse(reason ?? 'not-leader');
    else this.#core.guard(() => append(node));
  }

  #await(
    replica: Replica<TReply>,
    { index, term }: { readonly index: number; readonly term: number },
    waiter: ProposalWaiter<TReply>,
  ): void {
    const { options, limits, rounds } = this.#core;
    replica.proposals.add(index, term, options.clock.now() + limits.proposalTimeoutMs, waiter);
    rounds.mark(replica);
  }

  /** Why a proposal isn't even tried; the core has reasons of its own. */
  #refusal(replica: Replica<TReply>): RefusedProposal['reason'] | null {
    const { isStopped, disk, proposalsPending, limits } = this.#core;
    if (isStopped || !replica.canServe) return 'stopped';
    if (!replica.isLeader) return 'not-leader';
    if (!replica.hasQuorum) return 'no-quorum';
    if (disk.isFull) return 'disk-full';
    const isFull =
      proposalsPending.count >= limits.proposalsPendingMax ||
      disk.queuedBytes >= limits.walQueuedBytesMax;
    return isFull ? 'overloaded' : null;
  }

  read(group: number, timeoutMs: number, done: (outcome: ReadOutcome) => void): void {
    const core = this.#core;
    const replica = this.#replica(group);
    if (core.isStopped || !replica.canServe) {
      core.later(() => done({ status: 'refused', reason: 'stopped', leader: NONE }));
    } else if (replica.leader === NONE || core.readsPending.count >= core.limits.readsPendingMax) {
      const { leader } = replica;
      core.later(() =>
        done({ status: 'refused', reason: leader === NONE ? 'no-leader' : 'timeout', leader }),
      );
    } else {
      replica.reads.add(core.options.clock.now() + timeoutMs, done);
      core.rounds.mark(replica);
    }
  }

  #nextRequestId(): number {
    this.#requestId += 1;
    return this.#requestId;
  }

  setSkips(group: number, skips: readonly SkippedEntry[]): void {
    const { stalls, replicas } = this.#core;
    this.#core.guard(() => stalls.setSkips(group, skips, replicas.get(group)));
  }

  // --- peers ---------------------------------------------------------------------------------------

  receive(peer: NodeNumber, frame: Uint8Array): boolean {
    return this.#core.isStopped || this.#intake.receive(peer, frame);
  }

  peerUp(peer: NodeNumber): void {
    const core = this.#core;
    core.contacts.up(peer);
    core.outbox.connect(peer);
    core.guard(() => {
      for (const replica of core.replicas.values()) {
        const had = replica.hasQuorum;
        core.contacts.refresh(replica);
        const isAlone = replica.phase === 'running' && replica.leader === NONE;
        if (!had && replica.hasQuorum && isAlone) core.failover.quorumFound(replica);
      }
    });
  }

  peerDown(peer: NodeNumber): void {
    const core = this.#core;
    core.contacts.down(peer);
    core.outbox.disconnect(peer);
    core.guard(() => {
      core.sender.peerDown(peer);
      for (const replica of core.replicas.values()) {
        core.contacts.refresh(replica);
        if (replica.phase !== 'running' || replica.node === null) continue;
        if (replica.isLeader) replica.node.reportUnreachable(peer);
        if (replica.leader !== peer) continue;
        replica.node.forgetLeader();
        core.rounds.mark(replica);
        core.failover.leaderLost(replica);
      }
    });
  }

  // --- leadership ----------------------------------------------------------------------------------

  transferLeadership(group: number, to: ReplicaId): void {
    const replica = this.#replica(group);
    this.#core.guard(() => this.#core.leadership.transfer(replica, to));
  }

  termOf(group: number): number {
    return this.#replica(group).term;
  }

  leaderOf(group: number): ReplicaId {
    return this.#replica(group).leader;
  }

  isLeader(group: number): boolean {
    return !this.#core.isStopped && this.#replica(group).isLeader;
  }

  isReadyLeader(group: number): boolean {
    const replica = this.#replica(group);
    return (
      this.isLeader(group) &&
      replica.hasQuorum &&
      replica.stall === null &&
      replica.appliedTerm === replica.term
    );
  }

  // --- the rest ------------------------------------------------------------------------------------

  snapshotGroup(group: number): void {
    const replica = this.#replica(group);
    this.#core.guard(() => this.#core.saver.request(replica));
  }

  openSnapshot(group: number, done: (reader: SnapshotReader | null) => void): void {
    const { options, later } = this.#core;
    const replica = this.#core.replicas.get(group);
    if (replica === undefined) later(() => done(null));
    else
      options.snapshots.openReader(replica.log.key, (result) =>
        // A file that can't be read is the next start's business, where it is noticed and reported.
        done(result.ok ? result.value : null),
      );
  }

  status(group: number): GroupStatus {
    return statusOf(this.#replica(group));
  }

  get groups(): readonly number[] {
    return [...this.#core.replicas.keys()].sort((a, b) => a - b);
  }

  get stats(): HostStats {
    const { rounds, apply, outbox, disk, proposalsPending, memory, elections } = this.#core;
    return {
      rounds: rounds.rounds,
      entriesAppended: rounds.entriesAppended,
      entriesApplied: apply.entriesApplied,
      elections,
      messagesSent: outbox.messagesSent,
      messagesReceived: this.#intake.messagesReceived,
      framesSent: outbox.framesSent,
      proposalsPending: proposalsPending.count,
      entriesBytesInMemory: memory.bytes,
      walQueuedBytes: disk.queuedBytes,
    };
  }

  stop(handOverMs: number, done: () => void): void {
    const core = this.#core;
    if (this.#stopDone !== null) throw new RangeError('the host is stopping already');
    core.isStopping = true;
    this.#stopDone = done;
    const now = core.options.clock.now();
    this.#stopAtMs = now + handOverMs;
    if (core.isStopped) this.#close();
    else core.guard(() => this.#continueStop(now));
  }

  /** On every tick until the leaderships are gone or the time is up. */
  #continueStop(nowMs: number): void {
    const isDone = this.#core.leadership.handOver(this.#core.replicas.values(), HAND_OVER_PAUSE_MS);
    if (isDone || nowMs >= this.#stopAtMs) this.#close();
  }

  #close(): void {
    const core = this.#core;
    const done = this.#stopDone;
    this.#ticker.stop();
    if (!core.isStopped) {
      core.flushHardStates();
      // What was to be answered is answered as "unknown"; what was written is in the log.
      core.halt();
    }
    core.options.wal.close(() => done?.());
  }

  #replica(group: number): Replica<TReply> {
    const replica = this.#core.replicas.get(group);
    if (replica === undefined) throw new RangeError(`group ${group} is not on this node`);
    return replica;
  }
}
