import type { HostCore } from './host-core.ts';
import { enforceMemoryBudget } from './memory-budget.ts';
import type { Replica } from './replica.ts';

/** Ticks between two looks at each concern; each is cheap, and none is urgent. */
const BALANCE_TICKS = 5;
const SNAPSHOT_TICKS = 5;
const PINNED_TICKS = 20;
/** Between two tries to hand a leadership over while the disk stalls. */
const STALL_TRANSFER_PAUSE_MS = 1_000;

/** What is done on ticks, for all groups of the node. */
export class Housekeeping<TReply> {
  readonly #host: HostCore<TReply>;
  /** In order of their numbers; made anew when groups come or go. */
  #replicas: readonly Replica<TReply>[] = [];

  constructor(host: HostCore<TReply>) {
    this.#host = host;
  }

  groupsChanged(): void {
    this.#replicas = [...this.#host.replicas.values()].sort((a, b) => a.group - b.group);
  }

  tick(number: number, nowMs: number): void {
    const host = this.#host;
    host.tickNumber = number;
    for (const replica of this.#replicas) this.#tickReplica(replica, nowMs);
    host.sender.tick(nowMs);
    host.arrivals.tick(nowMs);
    if (host.isStalled) host.leadership.handOver(this.#replicas, STALL_TRANSFER_PAUSE_MS);
    else if (number % BALANCE_TICKS === 0 && !host.isStopping)
      host.leadership.balance(this.#replicas);
    if (number % SNAPSHOT_TICKS === 0) this.#snapshots();
    if (number % PINNED_TICKS === 0) this.#unpin();
    enforceMemoryBudget(this.#replicas, host.memory, host.limits.entriesMemoryBytesMax);
  }

  #tickReplica(replica: Replica<TReply>, nowMs: number): void {
    const { node, readys, reads, proposals } = replica;
    if (node === null || replica.phase !== 'running') return;
    if (replica.skipTick) replica.skipTick = false;
    else if (!replica.isNonVoting) node.tick();
    if (proposals.count > 0) proposals.expire(nowMs);
    const { rounds } = this.#host;
    if (!reads.isEmpty && reads.tick(nowMs, replica.leader)) rounds.mark(replica);
    if (!node.hasReady()) return;
    // A leader's heartbeats, as a rule: not worth a turn of the group.
    if (readys?.sendMessages() === true) rounds.schedule();
    else rounds.mark(replica);
  }

  #snapshots(): void {
    const { saver } = this.#host;
    for (const replica of this.#replicas) if (saver.isDue(replica)) saver.request(replica);
  }

  /** Groups that write little keep old segments of the log alive: their snapshot lets these go. */
  #unpin(): void {
    const { options, limits, replicas, saver } = this.#host;
    if (!saver.isIdle || options.wal.stats.segments <= limits.walSegmentsMax) return;
    for (const { key } of options.wal.pinningGroups()) {
      const replica = replicas.get(key.group);
      if (replica !== undefined && replica.applied > replica.log.mark.index) saver.request(replica);
    }
  }
}
