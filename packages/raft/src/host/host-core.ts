import { type Message, NONE, type Ready, type Role } from '../core/index.ts';
import type { WalFailure, WalRecord } from '../wal/index.ts';
import type { HostEvent, NodeNumber } from './host-api.ts';
import { HOST_LIMITS_DEFAULT, type HostLimits, type HostOptions } from './host-options.ts';
import { Contacts } from './leadership/contacts.ts';
import { Failover } from './leadership/failover.ts';
import { Leadership } from './leadership/leadership.ts';
import { restoreMachine } from './open-group.ts';
import type { Replica } from './replica.ts';
import { ApplyLoop } from './rounds/apply-loop.ts';
import { DiskQueue } from './rounds/disk-queue.ts';
import { Outbox } from './rounds/outbox.ts';
import type { PendingCount } from './rounds/proposals.ts';
import type { MemoryUse } from './rounds/replica-log.ts';
import { Rounds } from './rounds/rounds.ts';
import { LargeSnapshots } from './snapshots/large-snapshots.ts';
import { SnapshotArrivals } from './snapshots/snapshot-arrivals.ts';
import { SnapshotSaver } from './snapshots/snapshot-saver.ts';
import { SnapshotSender } from './snapshots/snapshot-sender.ts';
import { Stalls } from './stalls.ts';

/** The parts of a host and how they are joined; what callers see is in raft-host.ts. */
export class HostCore<TReply> {
  readonly options: HostOptions;
  readonly limits: HostLimits;
  readonly replicas = new Map<number, Replica<TReply>>();
  readonly memory: MemoryUse = { bytes: 0 };
  readonly proposalsPending: PendingCount = { count: 0 };
  readonly readsPending: PendingCount = { count: 0 };
  readonly contacts: Contacts;
  readonly outbox: Outbox;
  readonly disk: DiskQueue<TReply>;
  readonly apply: ApplyLoop<TReply>;
  readonly rounds: Rounds<TReply>;
  readonly saver: SnapshotSaver<TReply>;
  readonly sender: SnapshotSender<TReply>;
  readonly arrivals: SnapshotArrivals<TReply>;
  readonly failover: Failover<TReply>;
  readonly leadership: Leadership<TReply>;
  readonly stalls: Stalls<TReply>;
  /** Nothing is done any more: stopped, or failed. */
  isStopped = false;
  /** Leaderships are being handed over before the end. */
  isStopping = false;
  elections = 0;
  tickNumber = 0;
  #callbacks: (() => void)[] = [];

  constructor(options: HostOptions) {
    const limits: HostLimits = { ...HOST_LIMITS_DEFAULT, ...options.limits };
    const { clock, random, snapshots, wal, onEvent } = options;
    const mark = (replica: Replica<TReply>): void => this.rounds.mark(replica);
    const guard = (work: () => void): void => this.guard(work);
    const fatal = (failure: WalFailure): void => this.fatal(failure);
    this.options = options;
    this.limits = limits;
    this.contacts = new Contacts(options.nodeNumber, clock);
    this.outbox = new Outbox(options, limits, (group, peer, message) =>
      this.#lost(group, peer, message),
    );
    this.disk = new DiskQueue(wal, clock, limits.walBatchBytesMax, {
      persisted: (batch) => this.guard(() => this.rounds.persisted(batch)),
      failed: fatal,
      fullChanged: (full) => onEvent({ type: 'disk-full', full }),
    });
    this.apply = new ApplyLoop(limits.applyEntriesPerTurn, {
      stalled: (replica, stall) => this.stalls.stall(replica, stall),
      skipped: (replica, { index }) => this.stalls.skipped(replica, index),
      refused: (replica, { index, term }, detail) =>
        onEvent({ type: 'entry-refused', group: replica.group, index, term, detail }),
      confChanged: (replica) => this.contacts.refresh(replica),
    });
    this.rounds = new Rounds({
      clock,
      outbox: this.outbox,
      disk: this.disk,
      apply: this.apply,
      steps: {
        guard,
        roleChanged: (replica, before) => this.#roleChanged(replica, before),
        sendSnapshot: (replica, message) => this.sender.start(replica, message),
        installSnapshot: (replica, ready) => this.#installSnapshot(replica, ready),
        runCallbacks: () => this.#runCallbacks(),
      },
    });
    const large = new LargeSnapshots(onEvent);
    this.saver = new SnapshotSaver({
      store: snapshots,
      disk: this.disk,
      nodeNumber: options.nodeNumber,
      limits,
      large,
      onEvent,
      fatal,
    });
    this.sender = new SnapshotSender(options, limits, large, mark);
    this.arrivals = new SnapshotArrivals({ options, limits, large, mark, guard, fatal });
    this.stalls = new Stalls({
      snapshots,
      onEvent,
      guard,
      fatal,
      mark,
      failGroup: (replica, detail) => this.failGroup(replica, detail),
      // At the end of the turn: only then has the replica applied what it skipped.
      requestSnapshot: (replica) => this.later(() => this.guard(() => this.saver.request(replica))),
    });
    this.leadership = new Leadership({ clock, contacts: this.contacts, mark });
    this.failover = new Failover({
      clock,
      random,
      contacts: this.contacts,
      mayLead: () => this.mayLead,
      campaign: (replica) => {
        replica.node?.campaign();
        this.rounds.mark(replica);
      },
      guard,
    });
  }

  /** False while the disk stalls or the host is stopping: such a node takes no leadership. */
  get mayLead(): boolean {
    return !this.isStopping && !this.isStalled;
  }

  get isStalled(): boolean {
    return (
      this.disk.isFull || this.disk.stalledMs(this.options.clock.now()) > this.limits.diskStallMs
    );
  }

  /** Runs a callback of a caller at the end of the turn. */
  readonly later = (run: () => void): void => {
    this.#callbacks.push(run);
    this.rounds.schedule();
  };

  #runCallbacks(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) {
      try {
        callback();
      } catch (error) {
        this.options.onEvent({ type: 'callback-failed', error });
      }
    }
  }

  /** Whatever is thrown in here means that the state can't be trusted: the host stops. */
  guard(work: () => void): void {
    if (this.isStopped) return;
    try {
      work();
    } catch (error) {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.fatal({ kind: 'invariant', detail });
    }
  }

  fatal(failure: Extract<HostEvent, { type: 'fatal' }>['failure']): void {
    if (this.isStopped) return;
    this.halt();
    this.options.onEvent({ type: 'fatal', failure });
  }

  /** Ends all activity. What was proposed may be committed by others or after a restart. */
  halt(): void {
    this.isStopped = true;
    this.disk.stop();
    this.failover.stop();
    this.saver.stop();
    this.sender.stop();
    for (const replica of this.replicas.values()) {
      replica.proposals.abandon();
      replica.reads.abandon();
    }
  }

  /**
   * Writes the commit indexes that had no write of their own: a restart then has less to learn again. A batch under
   * way goes first, and nothing is lost without this one.
   */
  flushHardStates(): void {
    const records: WalRecord[] = [];
    for (const { lazyHardState, log } of this.replicas.values()) {
      if (lazyHardState !== null)
        records.push({ type: 'hard-state', key: log.key, hardState: lazyHardState });
    }
    if (records.length > 0 && this.disk.isIdle) this.options.wal.append(records, () => undefined);
  }

  /** Only this replica is stalled; the others of the node go on. */
  failGroup(replica: Replica<TReply>, detail: string): void {
    replica.phase = 'failed';
    replica.proposals.abandon();
    replica.reads.abandon();
    this.arrivals.forget(replica.group);
    this.options.onEvent({ type: 'group-failed', group: replica.group, detail });
  }

  #roleChanged(replica: Replica<TReply>, before: Role): void {
    const { role, term, leader, group } = replica;
    this.contacts.refresh(replica);
    if (role === 'pre-candidate' || (role === 'candidate' && before !== 'pre-candidate'))
      this.elections += 1;
    // Heartbeats go out on even ticks of the node, for all of its groups together.
    replica.skipTick = role === 'leader' && this.tickNumber % this.limits.heartbeatTicks !== 0;
    this.options.onEvent({ type: 'role-changed', group, role, term, leader });
  }

  #installSnapshot(replica: Replica<TReply>, { snapshot }: Ready): void {
    const { received } = replica;
    if (snapshot === null || received === null)
      throw new RangeError(`group ${replica.group}: a snapshot without data`);
    if (received.index !== snapshot.index || received.term !== snapshot.term) {
      throw new RangeError(
        `group ${replica.group}: snapshot ${received.index} came, ${snapshot.index} was accepted`,
      );
    }
    replica.received = null;
    replica.isInstalling = false;
    replica.log.install(snapshot);
    const problem = restoreMachine(replica, received.data);
    if (problem !== null) {
      this.failGroup(replica, `the snapshot at ${snapshot.index} can't be restored: ${problem}`);
      return;
    }
    replica.applyQueue = [];
    replica.applyAt = 0;
    replica.isReading = false;
    replica.handedOut = snapshot.index;
    replica.applied = snapshot.index;
    if (replica.stall !== null) this.stalls.resumed(replica);
    replica.appliedTerm = snapshot.term;
    replica.confState = snapshot.confState;
    replica.entriesSinceSnapshot = 0;
    replica.bytesSinceSnapshot = 0;
    this.contacts.refresh(replica);
    replica.proposals.skipped(snapshot.index);
    replica.reads.applied(snapshot.index);
    this.options.onEvent({
      type: 'snapshot-installed',
      group: replica.group,
      index: snapshot.index,
    });
  }

  /** A message that won't arrive: what was sent optimistically after it has to be sent again. */
  #lost(group: number, peer: NodeNumber, message: Message): void {
    if (message.type !== 'append') return;
    const replica = this.replicas.get(group);
    if (replica?.phase === 'running') replica.node?.reportUnreachable(peer);
  }

  leaderOf(group: number): number {
    return this.replicas.get(group)?.leader ?? NONE;
  }
}
