import { EventHeap } from '../../clock/event-heap.ts';
import type { ConfState, Entry, Message, ReplicaId } from '../../core/index.ts';
import { broken } from '../harness/broken.ts';
import { Coverage } from '../harness/coverage.ts';
import { ElectionSafety } from '../harness/election-safety.ts';
import { EMPTY_HASH, mix, mixText } from '../harness/hash.ts';
import { RandomStream } from '../harness/random.ts';
import type { SimEvent } from './events.ts';
import { Committed } from './invariants/committed.ts';
import { checkTransition } from './invariants/configuration.ts';
import { LogMatching } from './invariants/log-matching.ts';
import { StateMachineSafety } from './invariants/state-machine-safety.ts';
import { Network } from './network.ts';
import { SimReplica } from './replica.ts';
import type { Shared } from './shared.ts';
import { SITUATIONS } from './situations.ts';
import { type Fault, type Swarm, swarmOf } from './swarm.ts';

/** A hundred times what a seed needs: replicas that keep each other busy for ever, without getting anywhere. */
const EVENTS_MAX = 1_000_000;

/** One group in virtual time. Everything that happens follows from the seed. */
export class Simulation implements Shared {
  readonly seed: number;
  readonly swarm: Swarm;
  readonly coverage = new Coverage(SITUATIONS);
  readonly elections = new ElectionSafety();
  readonly committed = new Committed();
  readonly states: StateMachineSafety;
  readonly network: Network;
  readonly replicas = new Map<ReplicaId, SimReplica>();
  readonly #logMatching = new LogMatching();
  readonly #confEntries = new Map<number, Set<number>>();
  readonly #events = new EventHeap<SimEvent>();
  now = 0;
  calm = false;
  nextId: ReplicaId;
  events = 0;
  traceHash = EMPTY_HASH;
  /** Called for every event, for looking at one seed closely. */
  onEvent: ((time: number, event: SimEvent) => void) | null = null;

  constructor(seed: number, without: readonly Fault[] = []) {
    this.seed = seed;
    this.swarm = swarmOf(seed, without);
    this.network = new Network(this.swarm, this.stream('network'));
    const voters = Array.from({ length: this.swarm.voters }, (_, i) => i + 1);
    const confState: ConfState = {
      voters,
      learners: [],
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    this.states = new StateMachineSafety({ digest: EMPTY_HASH, confState });
    this.nextId = voters.length + 1;
    for (const id of voters) this.startReplica(id);
  }

  stream(name: string): RandomStream {
    return new RandomStream(this.seed, name);
  }

  startReplica(id: ReplicaId): void {
    const replica = new SimReplica(id, this.states.at(0).confState, this);
    this.replicas.set(id, replica);
    replica.start(0);
  }

  schedule(delay: number, event: SimEvent): void {
    this.#events.push(this.now + delay, event);
  }

  /** Handles events up to `time`; `act` does what clients and operators do. */
  runUntil(time: number, act: (event: SimEvent) => void): void {
    this.#events.push(time, { type: 'end' });
    for (;;) {
      const next = this.#events.pop();
      if (next === null) return;
      this.now = next.time;
      this.events += 1;
      if (this.events > EVENTS_MAX) broken('liveness', `a storm: ${EVENTS_MAX} events and no end`);
      this.traceHash = mix(mixText(this.traceHash, next.event.type), next.time);
      this.onEvent?.(next.time, next.event);
      if (next.event.type === 'end') return;
      this.#handle(next.event, act);
    }
  }

  #handle(event: SimEvent, act: (event: SimEvent) => void): void {
    switch (event.type) {
      case 'replica': {
        const replica = this.replicas.get(event.id);
        if (replica === undefined || replica.incarnation !== event.incarnation) return;
        if (this.#postponed(replica, event)) return;
        this.#trace(event.id, event.event.type, replica.status?.commit ?? 0);
        replica.handle(event.event);
        return;
      }
      case 'deliver':
        this.#deliver(event.message, event);
        return;
      case 'restart':
      case 'mend':
      case 'end':
      case 'action':
        act(event);
        return;
    }
  }

  #postponed(replica: SimReplica, event: SimEvent): boolean {
    if (replica.pausedUntil <= this.now) return false;
    this.schedule(replica.pausedUntil - this.now, event);
    return true;
  }

  #deliver(message: Message, event: SimEvent): void {
    const replica = this.replicas.get(message.to);
    const sender = this.replicas.get(message.from);
    if (replica === undefined || replica.node === null) {
      if (message.type === 'snapshot' && sender !== undefined)
        this.#report(sender, message, 'failure');
      return;
    }
    if (this.#postponed(replica, event)) return;
    this.#trace(message.to, message.type, message.term);
    this.#countMessage(message);
    replica.deliver(message);
    if (message.type === 'snapshot' && sender !== undefined)
      this.#report(sender, message, 'finish');
  }

  #countMessage(message: Message): void {
    if (message.type === 'pre-vote-response') {
      this.coverage.count(message.reject ? 'pre-vote rejected' : 'pre-vote granted');
    } else if (message.type === 'append-response' && message.reject) {
      this.coverage.count('append rejected');
    }
  }

  #report(sender: SimReplica, { to }: Message, status: 'finish' | 'failure'): void {
    if (status === 'failure') this.coverage.count('snapshot failed');
    const { id, incarnation } = sender;
    this.schedule(2, {
      type: 'replica',
      id,
      incarnation,
      event: { type: 'snapshot-report', to, status },
    });
  }

  #trace(id: ReplicaId, what: string, value: number): void {
    this.traceHash = mix(mix(mixText(this.traceHash, what), id), value);
  }

  send(from: SimReplica, message: Message): void {
    const delays = this.network.route(message);
    if (message.type === 'snapshot') {
      this.coverage.count('snapshot sent');
      if (delays.length === 0) this.#report(from, message, 'failure');
    }
    for (const delay of delays) {
      this.schedule(delay, { type: 'deliver', message: this.network.shaped(message) });
    }
  }

  appended(entry: Entry, hash: number): void {
    this.#logMatching.appended(entry.index, entry.term, hash);
    if (entry.type === 'normal') return;
    const indexes = this.#confEntries.get(entry.term);
    if (indexes === undefined) this.#confEntries.set(entry.term, new Set([entry.index]));
    else indexes.add(entry.index);
  }

  pendingChanges(term: number, applied: number): number {
    let count = 0;
    for (const index of this.#confEntries.get(term) ?? []) if (index > applied) count += 1;
    return count;
  }

  changed(from: ConfState, to: ConfState, index: number): void {
    if (index <= this.states.maxIndex) return;
    checkTransition(from, to);
    if (from.votersOutgoing.length > 0) this.coverage.count('joint configuration left');
    if (to.voters.some((id) => from.learners.includes(id))) this.coverage.count('learner promoted');
    for (const { id, status } of this.replicas.values()) {
      const wasVoter = from.voters.includes(id) || from.votersOutgoing.includes(id);
      if (status?.role === 'leader' && wasVoter && !to.voters.includes(id)) {
        this.coverage.count('leader removed or demoted');
      }
    }
  }

  isDurableAt(id: ReplicaId, index: number): boolean {
    const disk = this.replicas.get(id)?.disk;
    if (disk === undefined) return false;
    return disk.snapshotIndex >= index || disk.chain.at(index) === this.committed.hashAt(index);
  }
}
