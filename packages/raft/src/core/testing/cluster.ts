import { MemoryStorage } from '../log/memory-storage.ts';
import type { RaftOptions } from '../options.ts';
import { RawNode } from '../raw-node.ts';
import { type ReadyDriver, ReadyLoop } from '../ready-loop.ts';
import type { ConfState, Entry, Message, ReadState, Ready, ReplicaId } from '../types.ts';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);
export const untext = (data: Uint8Array): string => new TextDecoder().decode(data);

export const entry = (index: number, term: number, data = ''): Entry => ({
  index,
  term,
  type: 'normal',
  data: text(data),
});

/** A log from index 1 on, of the given terms. */
export const log = (...terms: readonly number[]): Entry[] =>
  terms.map((term, at) => entry(at + 1, term));

export const voters = (...ids: readonly ReplicaId[]): ConfState => ({
  voters: ids,
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
});

export const DEFAULTS: Omit<RaftOptions, 'id' | 'storage' | 'random'> = {
  applied: 0,
  electionTicks: 10,
  heartbeatTicks: 1,
  preVote: true,
  checkQuorum: true,
  appendBytesMax: 1_000_000,
  committedBytesMaxPerReady: 1_000_000,
  uncommittedBytesMax: 1_000_000,
  inflightMessagesMax: 256,
  inflightBytesMax: 1_000_000,
};

/** One replica and the host's part around it: persists, sends and applies in step, or on command. */
export class TestReplica implements ReadyDriver {
  readonly storage: MemoryStorage;
  readonly node: RawNode;
  readonly id: ReplicaId;
  readonly applied: Entry[] = [];
  readonly reads: ReadState[] = [];
  readonly outbox: Message[] = [];
  readonly #loop: ReadyLoop;

  constructor(
    options: Partial<RaftOptions> & { readonly id: ReplicaId },
    conf: ConfState,
    storage?: MemoryStorage,
  ) {
    this.id = options.id;
    this.storage = storage ?? new MemoryStorage(conf);
    // Timeouts differ, or no leader would ever be elected.
    const random = (bound: number): number => (options.id * 3) % bound;
    this.node = new RawNode({ ...DEFAULTS, random, ...options, storage: this.storage });
    this.#loop = new ReadyLoop(this.node, this);
  }

  /** Takes a Ready: what may leave at once leaves, entries are applied, the write stays under way. */
  take(): Ready | null {
    return this.#loop.take();
  }

  taken(): void {}

  send(message: Message): void {
    this.outbox.push(message);
  }

  readAnswered(state: ReadState): void {
    this.reads.push(state);
  }

  /** The test says when the write returns. */
  persist(): void {}

  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.type === 'normal') this.applied.push(entry);
      else this.storage.setConfState(this.node.applyConfChange(entry));
      this.node.advanceApply(entry.index);
    }
  }

  store({ hardState, snapshot, entries }: Ready): void {
    if (hardState !== null) this.storage.setHardState(hardState);
    if (snapshot !== null) this.storage.applySnapshot(snapshot);
    this.storage.append(entries);
  }

  /** The oldest write under way returns. */
  written(): Ready | null {
    return this.#loop.inFlight.length === 0 ? null : this.#loop.written();
  }

  /** Until nothing is left to do. */
  settle(): void {
    while (this.#loop.inFlight.length > 0 || this.node.hasReady()) {
      this.take();
      this.written();
    }
  }
}

/** Replicas and the messages between them, delivered in order. */
export class TestCluster {
  readonly replicas = new Map<ReplicaId, TestReplica>();
  /** Return false to lose a message. */
  filter: (message: Message) => boolean = () => true;

  constructor(
    ids: readonly ReplicaId[],
    options: Partial<RaftOptions> = {},
    conf: ConfState = voters(...ids),
  ) {
    for (const id of ids) this.replicas.set(id, new TestReplica({ ...options, id }, conf));
  }

  at(id: ReplicaId): TestReplica {
    const replica = this.replicas.get(id);
    if (replica === undefined) throw new Error(`no replica ${id}`);
    return replica;
  }

  node(id: ReplicaId): RawNode {
    return this.at(id).node;
  }

  /** Delivers what is under way once. False: nothing was. */
  deliver(): boolean {
    const messages: Message[] = [];
    for (const replica of this.replicas.values()) {
      replica.settle();
      messages.push(...replica.outbox.splice(0));
    }
    for (const message of messages) {
      if (this.filter(message)) this.replicas.get(message.to)?.node.step(message);
    }
    return messages.length > 0;
  }

  settle(): void {
    for (let round = 0; this.deliver(); round += 1) {
      if (round > 1000) throw new Error('the cluster does not come to rest');
    }
  }

  elect(id: ReplicaId): void {
    this.node(id).campaign();
    this.settle();
    if (this.node(id).basicStatus().role !== 'leader') throw new Error(`${id} was not elected`);
  }

  isolate(...ids: readonly ReplicaId[]): void {
    this.filter = ({ from, to }) =>
      ids.includes(from) === ids.includes(to) && !(ids.length === 1 && ids.includes(from));
  }

  heal(): void {
    this.filter = () => true;
  }

  /** One tick for every replica, and what follows from it. */
  tick(count = 1): void {
    for (let i = 0; i < count; i += 1) {
      for (const replica of this.replicas.values()) replica.node.tick();
      this.settle();
    }
  }
}
