import type { RandomStream } from '../harness/random.ts';
import { randomChange } from './conf-changes.ts';
import { ACTIONS, type Action, type SimEvent } from './events.ts';
import type { SimReplica } from './replica.ts';
import type { Simulation } from './simulation.ts';
import type { Swarm } from './swarm.ts';

const REPLICAS_MAX = 12;
const DATA_BYTES_MAX = 60;

const EVERY = {
  propose: 'proposeEvery',
  read: 'readEvery',
  transfer: 'transferEvery',
  forget: 'forgetEvery',
  compact: 'compactEvery',
  'conf-change': 'confChangeEvery',
  partition: 'partitionEvery',
  crash: 'crashEvery',
  pause: 'pauseEvery',
  stall: 'stallEvery',
} as const satisfies Record<Action, keyof Swarm>;

/** Clients, operators and bad luck. */
export class Actors {
  readonly #sim: Simulation;
  readonly #streams: ReadonlyMap<Action, RandomStream>;
  #nextValue = 0;
  #nextRequestId = 1;
  /** Without faults only reads go on. */
  faults = true;

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#streams = new Map(ACTIONS.map((action) => [action, sim.stream(action)]));
    for (const action of ACTIONS) this.#scheduleNext(action, this.#stream(action));
  }

  act(event: SimEvent): void {
    switch (event.type) {
      case 'action': {
        const random = this.#stream(event.action);
        if (this.faults || event.action === 'read') {
          this.#do(event.action, random);
          this.#scheduleNext(event.action, random);
        }
        return;
      }
      case 'restart': {
        const replica = this.#sim.replicas.get(event.id);
        if (replica?.node === null && this.faults) replica.start(replica.applied);
        return;
      }
      case 'mend':
        this.#sim.network.mend();
        return;
      case 'replica':
      case 'deliver':
      case 'end':
        return;
    }
  }

  #stream(action: Action): RandomStream {
    return this.#streams.get(action) ?? this.#sim.stream(action);
  }

  #scheduleNext(action: Action, random: RandomStream): void {
    const every = this.#sim.swarm[EVERY[action]];
    if (every === 0) return;
    this.#sim.schedule(random.between(1, 2 * every), { type: 'action', action });
  }

  #do(action: Action, random: RandomStream): void {
    const sim = this.#sim;
    const running = [...sim.replicas.values()].filter(
      ({ node, pausedUntil }) => node !== null && pausedUntil <= sim.now,
    );
    switch (action) {
      case 'partition':
        this.#partition(random);
        return;
      case 'crash':
        this.#crash(running, random);
        return;
      case 'pause':
        if (running.length === 0) return;
        random.pick(running).pausedUntil = sim.now + random.between(10, 300);
        sim.coverage.count('pause');
        return;
      case 'stall':
        if (running.length === 0) return;
        random.pick(running).stallDisk(random.between(50, 800));
        sim.coverage.count('disk stalled');
        return;
      case 'propose':
      case 'read':
      case 'transfer':
      case 'forget':
      case 'compact':
      case 'conf-change':
        if (running.length > 0) this.#ask(action, running, random);
        return;
    }
  }

  #ask(
    action: Exclude<Action, 'partition' | 'crash' | 'pause' | 'stall'>,
    running: readonly SimReplica[],
    random: RandomStream,
  ): void {
    const any = random.pick(running);
    const leaders = running.filter(({ status }) => status?.role === 'leader');
    const leader = leaders.length === 0 ? any : random.pick(leaders);
    switch (action) {
      case 'propose':
        this.propose(random.chance(0.9) ? leader : any, random.below(DATA_BYTES_MAX));
        return;
      case 'read':
        this.read(random.chance(0.5) ? leader : any);
        return;
      case 'transfer':
        (random.chance(0.8) ? leader : any).node?.transferLeadership(
          random.between(1, this.#sim.nextId),
        );
        leader.stepped();
        any.stepped();
        return;
      case 'forget':
        any.node?.forgetLeader();
        if (random.chance(0.5)) any.node?.campaign();
        if (random.chance(0.5)) leader.node?.reportUnreachable(any.id);
        this.#sim.coverage.count('leader forgotten');
        leader.stepped();
        any.stepped();
        return;
      case 'compact':
        compact(any, random);
        return;
      case 'conf-change':
        this.changeConfiguration(leader, random);
        return;
    }
  }

  /** Answers the index of the proposal, or null when it was refused. */
  propose(replica: SimReplica, bytes: number): number | null {
    if (replica.node === null) return null;
    this.#nextValue += 1;
    const data = new Uint8Array(bytes + 4);
    new DataView(data.buffer).setUint32(0, this.#nextValue);
    const result = replica.node.propose(data);
    if (!result.ok && result.reason === 'uncommitted-limit') {
      this.#sim.coverage.count('proposal over the uncommitted limit');
    }
    replica.stepped();
    return result.ok ? result.index : null;
  }

  read(replica: SimReplica): void {
    const id = this.#nextRequestId;
    this.#nextRequestId += 1;
    replica.reads.asked(id, this.#sim.committed.maxIndex, this.#sim.now);
    replica.node?.readIndex(id);
    replica.stepped();
  }

  changeConfiguration(replica: SimReplica, random: RandomStream): void {
    const sim = this.#sim;
    if (replica.node === null) return;
    const { confState } = replica.node.status();
    if (confState.votersOutgoing.length === 0 && sim.replicas.size + 2 > REPLICAS_MAX) return;
    const change = randomChange(confState, sim.nextId, random);
    const result = replica.node.proposeConfChange(change);
    if (result.ok) {
      const changes = 'transition' in change ? change.changes : [change];
      for (const { nodeId } of changes) {
        if (!sim.replicas.has(nodeId)) sim.startReplica(nodeId);
        sim.nextId = Math.max(sim.nextId, nodeId + 1);
      }
    }
    replica.stepped();
  }

  #partition(random: RandomStream): void {
    const sim = this.#sim;
    const oneWay = random.chance(0.3);
    sim.network.partition([...sim.replicas.keys()], oneWay);
    sim.coverage.count(oneWay ? 'partition one way' : 'partition');
    sim.schedule(random.between(30, 600), { type: 'mend' });
  }

  #crash(running: readonly SimReplica[], random: RandomStream): void {
    const sim = this.#sim;
    const all = random.chance(0.1);
    for (const replica of all ? running : running.slice(0, 0)) this.#stop(replica, random);
    if (!all && running.length > 0) this.#stop(random.pick(running), random);
    if (all) sim.network.mend();
  }

  #stop(replica: SimReplica, random: RandomStream): void {
    replica.crash(this.#sim.swarm.powerLoss && random.chance(0.5));
    this.#sim.schedule(random.between(1, 400), { type: 'restart', id: replica.id });
  }
}

function compact(replica: SimReplica, random: RandomStream): void {
  const { applied, disk, shared } = replica;
  if (applied <= disk.snapshotIndex || applied > disk.storage.lastIndex()) return;
  const { confState } = shared.states.at(applied);
  const term = disk.storage.term(applied);
  const compactTo = random.between(disk.storage.firstIndex() - 1, applied);
  disk.saveSnapshot({ index: applied, term, confState }, compactTo);
}
