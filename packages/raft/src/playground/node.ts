import {
  type BasicStatus,
  type ConfState,
  type Entry,
  MemoryStorage,
  type Message,
  RawNode,
  type Ready,
  type ReplicaId,
} from '../core/index.ts';
import type { RandomStream } from '../sim/random.ts';
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
export class PlaygroundNode {
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
  #inFlight: Ready[] = [];
  #applyQueue: Entry[] = [];
  #writtenAtMs = 0;
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
    this.#later(TICK_MS + this.id * PHASE_MS, 'tick');
  }

  /** Writes that have not returned are lost. */
  stop(): void {
    this.core = null;
    this.#inFlight = [];
    this.#applyQueue = [];
    this.#writtenAtMs = 0;
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
    while (core.hasReady()) this.#take(core.ready());
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
        this.drive((core) => this.#written(core));
        return;
      case 'applied':
        this.drive((core) => this.#apply(core));
        return;
    }
  }

  #later(delayMs: number, type: NodeEvent['type']): void {
    this.#port.later(this, delayMs, { type, life: this.#life });
  }

  #take(ready: Ready): void {
    const { entries, hardState, committedEntries, mustSync } = ready;
    const first = entries[0];
    if (first !== undefined) {
      const replaced = this.#log.splice(first.index - 1);
      if (replaced.length > 0) this.#port.replaced(this, replaced);
      this.#log.push(...entries);
    }
    for (const message of ready.messages) this.#port.send(message);
    this.#inFlight.push(ready);
    const { nowMs } = this.#port;
    // A commit index alone needs no sync.
    const takesTime = mustSync && (entries.length > 0 || hardState !== null);
    this.#writtenAtMs = Math.max(this.#writtenAtMs, nowMs + (takesTime ? WRITE_MS : 0));
    this.#later(this.#writtenAtMs - nowMs, 'written');
    if (committedEntries.length === 0) return;
    this.#applyQueue.push(...committedEntries);
    this.#later(APPLY_MS, 'applied');
  }

  #written(core: RawNode): void {
    const ready = this.#inFlight.shift();
    if (ready === undefined) throw new Error('a write returned that was never begun');
    this.#storage.append(ready.entries);
    if (ready.hardState !== null) this.#storage.setHardState(ready.hardState);
    for (const message of ready.messagesAfterPersist) this.#port.send(message);
    const { role } = core.basicStatus();
    if (role.endsWith('candidate') && !this.votesFor.includes(this.id)) this.votesFor.push(this.id);
    core.advanceAppend(ready);
  }

  #apply(core: RawNode): void {
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
      commit: status?.commit ?? hardState.commit,
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
