import {
  type BasicStatus,
  type ConfState,
  type Entry,
  type Message,
  RawNode,
  type ReadState,
  type Ready,
  type ReadyDriver,
  ReadyLoop,
  type ReplicaId,
} from '../../core/index.ts';
import { broken } from '../harness/broken.ts';
import { mix, mixEntry } from '../harness/hash.ts';
import type { RandomStream } from '../harness/random.ts';
import { ApplyQueue } from './apply-queue.ts';
import { SimDisk, type Write } from './disk.ts';
import type { ReplicaEvent } from './events.ts';
import { HashChain } from './hash-chain.ts';
import { checkPendingChanges } from './invariants/configuration.ts';
import { Monotonic } from './invariants/monotonic.ts';
import { checkPersistBeforeSend } from './invariants/persist-before-send.ts';
import { Reads } from './invariants/reads.ts';
import { observeStep } from './observe.ts';
import type { Shared } from './shared.ts';

/** The host of one replica: does what a Ready asks, in the order that the core allows, after random delays. */
export class SimReplica implements ReadyDriver {
  readonly id: ReplicaId;
  readonly shared: Shared;
  readonly disk: SimDisk;
  /** The log with what is not written yet, as far as Readys have shown it. */
  readonly chain = new HashChain();
  readonly monotonic = new Monotonic();
  reads = new Reads();
  node: RawNode | null = null;
  incarnation = 0;
  pausedUntil = 0;
  /** Term whose leadership was checked last. */
  ledTerm = 0;
  /** Up to here the committed log was compared. */
  observedCommit = 0;
  applied = 0;
  status: BasicStatus | null = null;
  #loop: ReadyLoop | null = null;
  /** Of the Readys in flight, in their order. */
  #writes: Write[] = [];
  #applies = new ApplyQueue();
  #writtenAt = 0;
  #appliedAt = 0;
  #readyScheduled = false;
  readonly #random: RandomStream;

  constructor(id: ReplicaId, confState: ConfState, shared: Shared) {
    this.id = id;
    this.shared = shared;
    this.disk = new SimDisk(confState);
    this.#random = shared.stream(`replica ${id}`);
  }

  /** Starts from what the disk holds; the state machine's own state is as of `applied`. */
  start(applied: number): void {
    const { shared, disk } = this;
    const { swarm } = shared;
    this.incarnation += 1;
    this.applied = Math.max(applied, disk.snapshotIndex);
    this.observedCommit = 0;
    this.chain.copyFrom(disk.chain);
    this.#writes = [];
    this.#applies = new ApplyQueue();
    this.#readyScheduled = false;
    this.#writtenAt = 0;
    this.#appliedAt = 0;
    this.reads = new Reads();
    // A replica that is added begins with the group's first configuration, like all others.
    disk.storage.setConfState(shared.states.at(this.applied).confState);
    this.node = new RawNode({
      id: this.id,
      storage: disk.storage,
      applied: this.applied,
      electionTicks: swarm.electionTicks,
      heartbeatTicks: 1,
      preVote: swarm.preVote,
      checkQuorum: swarm.checkQuorum,
      appendBytesMax: swarm.appendBytesMax,
      committedBytesMaxPerReady: swarm.committedBytesMaxPerReady,
      uncommittedBytesMax: swarm.uncommittedBytesMax,
      inflightMessagesMax: swarm.inflightMessagesMax,
      inflightBytesMax: swarm.inflightBytesMax,
      random: (bound) => this.#random.below(bound),
    });
    this.#loop = new ReadyLoop(this.node, this);
    this.status = this.node.basicStatus();
    this.monotonic.restarted(this.status);
    this.#later(this.#random.between(1, 10), { type: 'tick' });
  }

  /** Some of the writes under way reach the disk although no completion is reported. */
  crash(powerLoss: boolean): void {
    const { disk, shared } = this;
    if (this.#writes.length > 0) shared.coverage.count('crash with writes in flight');
    const reached = this.#random.below(this.#writes.length + 1);
    for (const write of this.#writes.slice(0, reached)) this.#complete(write);
    if (powerLoss) {
      disk.losePower();
      shared.coverage.count('power loss');
    }
    this.node = null;
    this.status = null;
    const low = disk.snapshotIndex;
    const durable = this.#random.chance(0.5)
      ? low
      : this.#random.between(low, Math.max(low, this.applied));
    this.applied = durable;
  }

  handle(event: ReplicaEvent): void {
    const { node } = this;
    if (node === null) return;
    switch (event.type) {
      case 'tick':
        node.tick();
        this.#later(this.#random.between(9, 11), event);
        break;
      case 'ready':
        this.#readyScheduled = false;
        this.#drain(node);
        return;
      case 'written':
        this.#loop?.written();
        break;
      case 'applied':
        this.#apply(node);
        break;
      case 'snapshot-report':
        node.reportSnapshot(event.to, event.status);
        break;
    }
    this.stepped();
  }

  deliver(message: Message): void {
    this.node?.step(message);
    this.stepped();
  }

  /** To be called after everything that is done to the node. */
  stepped(): void {
    const { node } = this;
    if (node === null) return;
    observeStep(this, node);
    if (!node.hasReady() || this.#readyScheduled) return;
    const { readyDelayMax } = this.shared.swarm;
    const delay = readyDelayMax === 0 ? 0 : this.#random.between(0, readyDelayMax);
    if (delay === 0) {
      this.#drain(node);
      return;
    }
    this.#readyScheduled = true;
    this.#later(delay, { type: 'ready' });
  }

  #later(delay: number, event: ReplicaEvent): void {
    this.shared.schedule(delay, {
      type: 'replica',
      id: this.id,
      incarnation: this.incarnation,
      event,
    });
  }

  #drain(node: RawNode): void {
    this.#loop?.drain();
    observeStep(this, node);
  }

  taken({ snapshot, entries }: Ready): void {
    const { shared, chain } = this;
    if (snapshot !== null) {
      chain.reset(snapshot.index, shared.committed.hashAt(snapshot.index));
      this.observedCommit = Math.max(this.observedCommit, snapshot.index);
      this.#applies.dropTo(snapshot.index);
      if (snapshot.confState.votersOutgoing.length > 0)
        shared.coverage.count('snapshot in a joint configuration');
    }
    const first = entries[0];
    if (first !== undefined && first.index <= chain.lastIndex) {
      shared.coverage.count('tail truncated');
      const replaced = this.#writes.some(
        (write) => (write.entries.at(-1)?.index ?? 0) >= first.index,
      );
      if (replaced) shared.coverage.count('write in flight replaced');
    }
    for (const entry of entries) shared.appended(entry, chain.append(entry));
    this.#observe();
  }

  apply(entries: readonly Entry[]): void {
    const { shared } = this;
    this.#applies.push(entries);
    const delay = this.#random.between(0, shared.calm ? 1 : shared.swarm.applyDelayMax);
    this.#appliedAt = Math.max(this.#appliedAt, shared.now + delay);
    this.#later(this.#appliedAt - shared.now, { type: 'applied' });
  }

  readAnswered(state: ReadState): void {
    this.reads.answered(state);
    const confirmed =
      this.status?.role === 'leader'
        ? 'read confirmed at the leader'
        : 'read confirmed at a follower';
    this.shared.coverage.count(state.status === 'ok' ? confirmed : 'read dropped');
  }

  /** The Ready has shown the whole log: now commits and leadership can be compared. */
  #observe(): void {
    const { shared, chain, node } = this;
    if (node === null) return;
    const { commit, term, role } = node.basicStatus();
    const to = Math.min(commit, chain.lastIndex);
    shared.committed.observe(chain, this.observedCommit, to, term);
    this.observedCommit = Math.max(this.observedCommit, to);
    if (role !== 'leader') return;
    if (this.ledTerm !== term) {
      this.ledTerm = term;
      shared.committed.checkLeader(chain, term);
    }
    checkPendingChanges(shared.pendingChanges(term, this.applied));
  }

  persist({ hardState, entries, snapshot, mustSync }: Ready): void {
    const { shared } = this;
    const snapshotHash = snapshot === null ? 0 : shared.committed.hashAt(snapshot.index);
    this.#writes.push({ hardState, entries, snapshot, snapshotHash, mustSync });
    const { writeDelayMax, slowWrite } = shared.swarm;
    const slow = this.#random.chance(slowWrite) ? 10 : 1;
    const idle = hardState === null && entries.length === 0 && snapshot === null;
    const delay = idle ? 0 : this.#random.between(0, shared.calm ? 1 : writeDelayMax * slow);
    this.#writtenAt = Math.max(this.#writtenAt, shared.now + delay);
    this.#later(this.#writtenAt - shared.now, { type: 'written' });
  }

  /** No write returns for `time`; they pile up. */
  stallDisk(time: number): void {
    this.#writtenAt = Math.max(this.#writtenAt, this.shared.now + time);
  }

  #complete(write: Write): void {
    this.disk.complete(write);
    this.monotonic.persisted(this.disk.hardState);
    const { snapshot } = write;
    if (snapshot === null || snapshot.index <= this.applied) return;
    this.applied = snapshot.index;
    this.shared.coverage.count('snapshot installed');
  }

  store(): void {
    const write = this.#writes.shift();
    if (write !== undefined) this.#complete(write);
  }

  #apply(node: RawNode): void {
    const { shared } = this;
    for (const entry of this.#applies.shift()) {
      if (entry.index <= this.applied) continue;
      if (entry.index !== this.applied + 1)
        broken('state machine safety', `gap before ${entry.index}`);
      if (entry.index > this.disk.storage.lastIndex()) {
        broken('state machine safety', `applied ${entry.index} before its own disk had it`);
      }
      const before = shared.states.at(this.applied);
      let { confState } = before;
      if (entry.type !== 'normal') {
        confState = node.applyConfChange(entry);
        shared.changed(before.confState, confState, entry.index);
        observeStep(this, node);
      }
      shared.states.applied(entry.index, {
        digest: mixEntry(mix(before.digest, entry.index), entry),
        confState,
      });
      this.applied = entry.index;
    }
    node.advanceApply(this.applied);
  }

  send(message: Message): void {
    const isCandidate = this.status?.role === 'candidate' && this.status.term === message.term;
    checkPersistBeforeSend(message, this.disk, isCandidate);
    this.shared.send(this, message);
  }
}
