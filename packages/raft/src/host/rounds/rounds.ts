import type { Clock } from '../../clock/clock.ts';
import {
  type Entry,
  entryBytes,
  type HardState,
  type RawNode,
  type Ready,
  ReadyLoop,
  type Role,
} from '../../core/index.ts';
import type { WalRecord } from '../../wal/index.ts';
import type { Replica } from '../replica.ts';
import type { ApplyLoop } from './apply-loop.ts';
import type { DiskBatch, DiskQueue } from './disk-queue.ts';
import type { Outbox } from './outbox.ts';

/** What else has to be done with what a Ready says; each belongs to a file of its own. */
export interface RoundSteps<TReply> {
  /** Runs `work`; whatever it throws is fatal for the host. */
  guard(work: () => void): void;
  roleChanged(replica: Replica<TReply>, before: Role): void;
  /** The core wants a snapshot sent. */
  sendSnapshot(
    replica: Replica<TReply>,
    message: Extract<Ready['messages'][number], { type: 'snapshot' }>,
  ): void;
  /** A leader's snapshot that the core accepted is on disk. */
  installSnapshot(replica: Replica<TReply>, ready: Ready): void;
  /** Callbacks of this turn, when no state is half changed. */
  runCallbacks(): void;
}

/** Readys that one replica may have in one turn: its own vote or acknowledgement leads to the next. */
const READYS_PER_TURN_MAX = 4;

/**
 * The turn: once for everything that happened since the last one. All groups with something to do are asked
 * for their Readys; messages that promise nothing leave at once in one frame a peer; everything to be written
 * becomes one batch of the log; committed entries are applied; callbacks run last.
 */
export class Rounds<TReply> {
  readonly #clock: Clock;
  readonly #outbox: Outbox;
  readonly #disk: DiskQueue<TReply>;
  readonly #apply: ApplyLoop<TReply>;
  readonly #steps: RoundSteps<TReply>;
  #dirty: Replica<TReply>[] = [];
  #scheduled = false;
  rounds = 0;
  entriesAppended = 0;

  constructor(parts: {
    readonly clock: Clock;
    readonly outbox: Outbox;
    readonly disk: DiskQueue<TReply>;
    readonly apply: ApplyLoop<TReply>;
    readonly steps: RoundSteps<TReply>;
  }) {
    this.#clock = parts.clock;
    this.#outbox = parts.outbox;
    this.#disk = parts.disk;
    this.#apply = parts.apply;
    this.#steps = parts.steps;
  }

  /** The replica has something to do at the end of this turn. */
  mark(replica: Replica<TReply>): void {
    if (!replica.isDirty) {
      replica.isDirty = true;
      this.#dirty.push(replica);
    }
    this.schedule();
  }

  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#clock.defer(() => {
      this.#scheduled = false;
      this.#steps.guard(() => this.#run());
      this.#steps.runCallbacks();
    });
  }

  #run(): void {
    this.rounds += 1;
    const dirty = this.#dirty;
    this.#dirty = [];
    const now = this.#clock.now();
    for (const replica of dirty) {
      replica.isDirty = false;
      const { node, readys } = replica;
      if (replica.phase !== 'running' || node === null || readys === null) continue;
      this.#turn(replica, node, readys, now);
      if (node.hasReady() || this.#apply.hasWork(replica)) this.mark(replica);
    }
    this.#outbox.flush();
    this.#disk.submit();
  }

  #turn(replica: Replica<TReply>, node: RawNode, readys: ReadyLoop, nowMs: number): void {
    if (replica.firstRecords.length > 0) this.#writeFirst(replica);
    const requestId = replica.reads.begin(nowMs);
    if (requestId !== null) node.readIndex(requestId);
    let count = 0;
    while (count < READYS_PER_TURN_MAX && readys.act()) count += 1;
    // The core didn't want the snapshot: its log had come so far by itself, or the leader is another.
    if (!replica.isInstalling) replica.received = null;
    this.#apply.slice(replica, node);
    replica.reads.applied(replica.applied);
  }

  /** Acts on the Readys of a replica that begins to run. */
  loopOf(replica: Replica<TReply>, node: RawNode): ReadyLoop {
    return new ReadyLoop(node, {
      taken: ({ hardState, softState }) => {
        if (hardState !== null) replica.term = hardState.term;
        if (softState === null) return;
        const before = replica.role;
        replica.role = softState.role;
        replica.leader = softState.leader;
        this.#steps.roleChanged(replica, before);
      },
      send: (message) => {
        if (message.type === 'snapshot') this.#steps.sendSnapshot(replica, message);
        else this.#outbox.add(replica.group, message);
      },
      readAnswered: (state) => replica.reads.answered(state, replica.leader),
      persist: (ready) => this.#persist(replica, ready),
      apply: (entries) => {
        replica.handedOut = entries.at(-1)?.index ?? replica.handedOut;
        if (!replica.isReading) for (const entry of entries) replica.applyQueue.push(entry);
      },
      store: (ready) => {
        if (ready.snapshot !== null) this.#steps.installSnapshot(replica, ready);
        replica.log.append(ready.entries);
        if (ready.hardState !== null) replica.log.setHardState(ready.hardState);
      },
    });
  }

  /** A group's creation is on disk before, or with, the first thing it says. */
  #writeFirst(replica: Replica<TReply>): void {
    const batch = this.#disk.open();
    batch.records.push(...replica.firstRecords);
    this.#disk.count(batch, 256);
    replica.firstRecords = [];
    replica.lastBatch = batch;
    batch.after.push(() => settle(replica, batch));
  }

  #persist(replica: Replica<TReply>, ready: Ready): void {
    if (ready.mustSync) {
      const batch = this.#disk.open();
      this.#record(replica, batch, ready);
      batch.waiting.push(replica);
      replica.lastBatch = batch;
      return;
    }
    // Only the commit index moved: it is not worth a write, after a crash it is learned again.
    if (ready.hardState !== null) replica.lazyHardState = ready.hardState;
    if (replica.lastBatch === null) replica.readys?.written();
    else replica.lastBatch.waiting.push(replica);
  }

  #record(replica: Replica<TReply>, batch: DiskBatch<TReply>, ready: Ready): void {
    if (ready.snapshot !== null) replica.isInstalling = true;
    const { key } = replica.log;
    const hardState: HardState | null = ready.hardState ?? replica.lazyHardState;
    replica.lazyHardState = null;
    const records: WalRecord[] = batch.records;
    // The snapshot first: entries of this Ready stand above it.
    if (ready.snapshot !== null) records.push({ type: 'snapshot', key, snapshot: ready.snapshot });
    if (ready.entries.length > 0) records.push({ type: 'entries', key, entries: ready.entries });
    if (hardState !== null) records.push({ type: 'hard-state', key, hardState });
    this.entriesAppended += ready.entries.length;
    this.#disk.count(batch, 64 + bytesOf(ready.entries));
  }

  /** The batch is on disk: what depended on it goes out, in the order in which it was taken. */
  persisted(batch: DiskBatch<TReply>): void {
    for (const replica of batch.waiting) {
      settle(replica, batch);
      if (replica.phase !== 'running') continue;
      replica.readys?.written();
      this.mark(replica);
    }
    for (const work of batch.after) work();
    // Answers may be all there is to do.
    this.schedule();
  }
}

function settle<TReply>(replica: Replica<TReply>, batch: DiskBatch<TReply>): void {
  if (replica.lastBatch === batch) replica.lastBatch = null;
}

function bytesOf(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}
