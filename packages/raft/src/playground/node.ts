import {
  type BasicStatus,
  type ConfState,
  type Entry,
  type HardState,
  MemoryStorage,
  type Message,
  RawNode,
  type Ready,
  type ReadyDriver,
  ReadyLoop,
  type ReplicaId,
} from '../core/index.ts';
import type { RandomStream } from '../sim/harness/random.ts';
import { APPLY_MS, ELECTION_TICKS, HEARTBEAT_TICKS, TICK_MS, WRITE_MS } from './timing.ts';
import type { EntryView, NodeView, TimerView } from './view.ts';
import { entryText, textOf } from './words.ts';

const BYTES_MAX = 2 ** 20;
/** So that the nodes do not tick in the same instant. */
const PHASE_MS = 3;

export interface NodeEvent {
  readonly type: 'tick' | 'written' | 'applied';
  /** Which life of the node it was meant for. */
  readonly life: number;
}

/** What a node asks of the world around it. */
export interface NodePort {
  readonly nowMs: number;
  later(node: PlaygroundNode, delayMs: number, event: NodeEvent): void;
  send(message: Message): void;
  /** Something was done to the core. */
  observed(node: PlaygroundNode, before: BasicStatus, now: BasicStatus): void;
  /** Entries of another leader were replaced. */
  replaced(node: PlaygroundNode, entries: readonly Entry[]): void;
  applied(node: PlaygroundNode, entry: Entry): void;
}

/** The host of one replica of the real core, with a disk that takes its time and survives. */
export class PlaygroundNode implements ReadyDriver {
  readonly id: ReplicaId;
  readonly #port: NodePort;
  readonly #random: RandomStream;
  readonly #storage: MemoryStorage;
  core: RawNode | null = null;
  #life = 0;
  /** Of the state machine; it is as durable as the disk. */
  applied = 0;
  #value: string | null = null;
  #configuration: ConfState;
  /** The log with what is not written yet. */
  #log: Entry[] = [];
  #loop: ReadyLoop | null = null;
  /** Readys that return with the write under way; 0: there is none. */
  #writing = 0;
  /** A commit index that needs no write of its own: it goes with the next one, and a stop loses it. */
  #lazyHardState: HardState | null = null;
  #applyQueue: Entry[] = [];
  /** Who granted the vote that is being asked for. */
  votesFor: ReplicaId[] = [];

  constructor(id: ReplicaId, configuration: ConfState, port: NodePort, random: RandomStream) {
    this.id = id;
    this.#port = port;
    this.#random = random;
    this.#configuration = configuration;
    this.#storage = new MemoryStorage(configuration);
    this.start();
  }

  /** Starts from what the disk holds. */
  start(): void {
    this.#life += 1;
    this.#storage.setConfState(this.#configuration);
    this.#log = [...this.#storage.entries(1, this.#storage.lastIndex() + 1, BYTES_MAX)];
    this.core = new RawNode({
      id: this.id,
      storage: this.#storage,
      applied: this.applied,
      electionTicks: ELECTION_TICKS,
      heartbeatTicks: HEARTBEAT_TICKS,
      preVote: true,
      checkQuorum: true,
      appendBytesMax: BYTES_MAX,
      committedBytesMaxPerReady: BYTES_MAX,
      uncommittedBytesMax: BYTES_MAX,
      inflightMessagesMax: 16,
      inflightBytesMax: BYTES_MAX,
      random: (bound) => this.#random.below(bound),
    });
    this.#loop = new ReadyLoop(this.core, this);
    this.#later(TICK_MS + this.id * PHASE_MS, 'tick');
  }

  /** Writes that have not returned are lost. */
  stop(): void {
    this.core = null;
    this.#loop = null;
    this.#writing = 0;
    this.#lazyHardState = null;
    this.#applyQueue = [];
    this.votesFor = [];
    this.#log = [...this.#storage.entries(1, this.#storage.lastIndex() + 1, BYTES_MAX)];
  }

  get status(): BasicStatus | null {
    return this.core?.basicStatus() ?? null;
  }

  /** Does something to the core, then all that it asks for. Null when the node is stopped. */
  drive<T>(act: (core: RawNode) => T): T | null {
    const { core } = this;
    if (core === null) return null;
    const before = core.basicStatus();
    const result = act(core);
    this.#loop?.drain();
    this.#port.observed(this, before, core.basicStatus());
    return result;
  }

  handle(event: NodeEvent): void {
    if (event.life !== this.#life || this.core === null) return;
    switch (event.type) {
      case 'tick':
        this.drive((core) => core.tick());
        this.#later(TICK_MS, 'tick');
        return;
      case 'written':
        this.drive(() => this.#written());
        return;
      case 'applied':
        this.drive((core) => this.#applyQueued(core));
        return;
    }
  }

  #later(delayMs: number, type: NodeEvent['type']): void {
    this.#port.later(this, delayMs, { type, life: this.#life });
  }

  taken({ entries }: Ready): void {
    const first = entries[0];
    if (first === undefined) return;
    const replaced = this.#log.splice(first.index - 1);
    if (replaced.length > 0) this.#port.replaced(this, replaced);
    this.#log.push(...entries);
  }

  send(message: Message): void {
    this.#port.send(message);
  }

  readAnswered(): void {}

  /** As in production: one write at a time, and what needs no sync waits only for what is to be written before it. */
  persist({ mustSync }: Ready): void {
    const inFlight = this.#loop?.inFlight.length ?? 0;
    if (this.#writing === 0 && !mustSync) this.#loop?.written();
    else if (this.#writing === 0) this.#write(inFlight);
    else if (!mustSync && inFlight === this.#writing + 1) this.#writing = inFlight;
  }

  #write(readys: number): void {
    this.#writing = readys;
    if (readys > 0) this.#later(WRITE_MS, 'written');
  }

  /** What gathered meanwhile is the next write. */
  #written(): void {
    for (let left = this.#writing; left > 0; left -= 1) this.#loop?.written();
    this.#write(this.#loop?.inFlight.length ?? 0);
  }

  store({ hardState, entries, snapshot, mustSync }: Ready): void {
    if (snapshot !== null) throw new Error('a snapshot where every log is whole');
    this.#storage.append(entries);
    const newest = hardState ?? this.#lazyHardState;
    this.#lazyHardState = mustSync ? null : newest;
    if (mustSync && newest !== null) this.#storage.setHardState(newest);
    const isCandidate = this.status?.role.endsWith('candidate') ?? false;
    if (isCandidate && !this.votesFor.includes(this.id)) this.votesFor.push(this.id);
  }

  apply(entries: readonly Entry[]): void {
    this.#applyQueue.push(...entries);
    this.#later(APPLY_MS, 'applied');
  }

  #applyQueued(core: RawNode): void {
    for (const entry of this.#applyQueue.splice(0)) {
      if (entry.type !== 'normal') this.#configuration = core.applyConfChange(entry);
      else if (entry.data.length > 0) this.#value = textOf(entry.data).replace('x=', '');
      this.applied = entry.index;
      this.#port.applied(this, entry);
    }
    core.advanceApply(this.applied);
  }

  get configuration(): ConfState {
    return this.#configuration;
  }

  view(): NodeView {
    const { hardState } = this.#storage.initialState();
    const status = this.status;
    return {
      id: this.id,
      isRunning: status !== null,
      role: status?.role ?? 'follower',
      term: status?.term ?? hardState.term,
      vote: status?.vote ?? hardState.vote,
      leader: status?.leader ?? 0,
      commit: status?.commit ?? Math.max(hardState.commit, this.applied),
      applied: this.applied,
      votesFor: [...this.votesFor],
      log: this.#log.map((entry) => this.#entryView(entry)),
      value: this.#value,
      configuration: this.#configuration,
    };
  }

  #entryView(entry: Entry): EntryView {
    const { index, term } = entry;
    const isOnDisk = index <= this.#storage.lastIndex() && this.#storage.term(index) === term;
    return { index, term, text: entryText(entry), isOnDisk };
  }

  timer(): TimerView {
    const status = this.core?.status();
    return {
      id: this.id,
      elapsed: status?.electionElapsed ?? 0,
      timeout: status?.electionTimeout ?? 0,
    };
  }
}
