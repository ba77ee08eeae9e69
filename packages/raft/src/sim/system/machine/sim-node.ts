import { createRaftHost, type HostEvent, type RaftHost } from '../../../host/index.ts';
import { MeshNode } from '../../../mesh/index.ts';
import {
  crc32c,
  openSnapshotStore,
  openWal,
  type RecoveredWal,
  type SnapshotStore,
  type Wal,
  type WalFailure,
} from '../../../wal/index.ts';
import { broken } from '../../harness/broken.ts';
import { RandomStream } from '../../harness/random.ts';
import { ChainMachine } from '../checks/chain-machine.ts';
import type { Shared } from '../shared.ts';
import { DiskFaults } from './disk-faults.ts';
import { DurableNode } from './durable-node.ts';
import { checkedSend, nodeName, numberOf } from './sent-frames.ts';
import { SimulatedDisk } from './sim-disk.ts';
import type { NetHost } from './sim-net.ts';
import { SimProcess } from './sim-process.ts';

/** What runs while a process is up. */
interface Running {
  readonly host: RaftHost<number>;
  readonly mesh: MeshNode;
  readonly machines: readonly ChainMachine[];
}

const BIG = 8 * 1024 * 1024;
const CLUSTER = 'sim';

/** A machine: a disk that stays, and one process after another that runs the production code on it. */
export class SimNode implements NetHost {
  readonly number: number;
  readonly durable: DurableNode;
  readonly faults: DiskFaults;
  readonly #shared: Shared;
  readonly #clock: { readonly clockRate: number; readonly clockOffsetMs: number };
  #disk: SimulatedDisk;
  #process: SimProcess | null = null;
  #running: Running | null = null;
  #boots = 0;
  hasPower = true;
  /** Up again at the next restart only. */
  isDown = true;
  isStopping = false;

  constructor(number: number, shared: Shared) {
    this.number = number;
    this.#shared = shared;
    const { seed, swarm, timeline, coverage } = shared;
    const random = new RandomStream(seed, `l1 clock ${number}`);
    const drift = ((random.below(2_001) - 1_000) / 1_000) * swarm.drift;
    this.#clock = { clockRate: 1 + drift, clockOffsetMs: random.below(1_000_000) };
    this.durable = new DurableNode(number, coverage);
    const disk = new RandomStream(seed, `l1 disk ${number}`);
    this.faults = new DiskFaults({ timeline, random: disk, swarm, coverage });
    this.#disk = new SimulatedDisk(this.faults.options);
  }

  get process(): SimProcess | null {
    return this.#process;
  }

  get running(): Running | null {
    return this.#running;
  }

  get listener(): NetHost['listener'] {
    const running = this.#running;
    const process = this.#process;
    if (running === null || process === null) return null;
    return { process, accept: (wire, remote) => running.mesh.accept(wire, remote) };
  }

  // --- beginning -----------------------------------------------------------------------------------

  boot(): void {
    const { seed, swarm, timeline } = this.#shared;
    this.#boots += 1;
    this.#shared.trace(() => `node ${this.number} starts`);
    const name = `l1 node ${this.number} boot ${this.#boots}`;
    const process = new SimProcess({
      timeline,
      random: new RandomStream(seed, `${name} loop`),
      ...this.#clock,
      turnMsMax: swarm.turnMsMax,
      onEvent: (kind) => timeline.note(this.number * 4 + kind.length),
    });
    this.hasPower = true;
    this.isDown = false;
    this.isStopping = false;
    this.#process = process;
    this.faults.process = process;
    const random = new RandomStream(seed, name);
    this.#openLog(process, random);
  }

  #openLog(process: SimProcess, random: RandomStream): void {
    const { swarm } = this.#shared;
    openWal(
      {
        disk: this.#disk,
        directory: 'wal',
        identity: { clusterId: CLUSTER, nodeId: nodeName(this.number) },
        segmentBytes: swarm.segmentBytes,
        sealAfterMs: swarm.sealAfterMs,
        crc32c,
        clock: process,
        nonce: () => random.next(),
        onFailure: (failure) => this.#failed(process, failure),
      },
      (opened) => {
        if (!opened.ok) this.#failed(process, opened.failure);
        else this.#openStore(process, random, opened.wal, opened.recovered);
      },
    );
  }

  #openStore(process: SimProcess, random: RandomStream, wal: Wal, recovered: RecoveredWal): void {
    this.durable.recovered(recovered);
    const options = {
      disk: this.#disk,
      directory: 'snapshots',
      crc32c,
      clock: process,
    };
    openSnapshotStore(options, (result) => {
      if (!result.ok) this.#failed(process, result.failure);
      else this.#start(process, random, wal, recovered, result.value);
    });
  }

  #start(
    process: SimProcess,
    random: RandomStream,
    wal: Wal,
    recovered: RecoveredWal,
    snapshots: SnapshotStore,
  ): void {
    const { swarm, coverage } = this.#shared;
    if (recovered.groups.some(({ snapshot }) => (snapshot?.index ?? 0) > 1))
      coverage.count('recovery from a snapshot file');
    const draw = (bound: number): number => random.below(bound);
    const host = createRaftHost<number>({
      nodeNumber: this.number,
      clock: process,
      transport: {
        send: (peer, frame, lane) =>
          process.isAlive && checkedSend(this.#shared, this, peer, frame, lane),
      },
      wal: this.durable.observe(wal),
      recovered,
      snapshots,
      random: draw,
      crc32c,
      onEvent: (event) => this.#hostEvent(process, event),
      limits: swarm.limits,
    });
    const mesh = this.#openMesh(process, host, draw);
    const machines = this.#shared.truths.map(
      (truth) => new ChainMachine(truth, crc32c, swarm.stateBytesMax),
    );
    this.#running = { host, mesh, machines };
    const voters = Array.from({ length: swarm.nodes }, (_, at) => at + 1);
    for (const [group, machine] of machines.entries()) {
      const preferred = swarm.isPreferring ? { preferredLeader: 1 + (group % swarm.nodes) } : {};
      host.addGroup({ group, replicaId: this.number, voters, machine, ...preferred });
    }
  }

  #openMesh(
    process: SimProcess,
    host: RaftHost<number>,
    random: (bound: number) => number,
  ): MeshNode {
    const { network, swarm } = this.#shared;
    const others = Array.from({ length: swarm.nodes }, (_, at) => at + 1).filter(
      (number) => number !== this.number,
    );
    return new MeshNode(
      {
        host: String(this.number),
        port: 1,
        identity: {
          nodeId: nodeName(this.number),
          incarnation: `life of ${this.number}`,
          bootNonce: `boot ${this.#boots}`,
          clusterId: CLUSTER,
        },
        peers: others.map((other) => ({ nodeId: nodeName(other), host: String(other), port: 1 })),
        frameBytesMax: BIG,
        queueBytesMax: swarm.queueBytesMax,
        random,
        admit: () => null,
        onFrame: (nodeId, _channel, frame) => host.receive(numberOf(nodeId), frame),
        onEvent: (event) => {
          this.#shared.trace(() => `node ${this.number}: ${JSON.stringify(event)}`);
          if (event.type === 'peer-up') host.peerUp(numberOf(event.identity.nodeId));
          else if (event.type === 'peer-down') host.peerDown(numberOf(event.nodeId));
        },
      },
      {
        net: network.portOf(this.number, process),
        clock: process,
        crc32c,
      },
    );
  }

  // --- what the process says -----------------------------------------------------------------------

  #hostEvent(process: SimProcess, event: HostEvent): void {
    const { coverage, truths } = this.#shared;
    this.#shared.trace(() => `node ${this.number}: ${JSON.stringify(event)}`);
    switch (event.type) {
      case 'role-changed':
        if (event.role !== 'leader') return;
        coverage.count('elections');
        truths[event.group]?.elections.leads(this.number, event.term);
        return;
      case 'snapshot-saved':
        coverage.count('snapshot saved');
        return;
      case 'snapshot-installed':
        coverage.count('snapshot installed');
        return;
      case 'disk-full':
        return;
      case 'snapshot-too-large':
        broken('invariant', `node ${this.number}: ${JSON.stringify(event)}`);
        return;
      case 'group-failed':
        broken('group failed', `node ${this.number}, group ${event.group}: ${event.detail}`);
        return;
      case 'callback-failed':
        throw event.error;
      case 'group-stalled':
      case 'group-resumed':
      case 'entry-refused':
      case 'entry-skipped':
        broken('group failed', `node ${this.number}: ${JSON.stringify(event)}`);
        return;
      case 'fatal':
        if (event.failure.kind === 'invariant')
          broken('invariant', `node ${this.number}: ${event.failure.detail}`);
        this.#failed(process, event.failure);
        return;
    }
  }

  /** The process ends with exit code 70, which must have a reason. */
  #failed(process: SimProcess, failure: WalFailure): void {
    if (!process.isAlive || process !== this.#process) return;
    const isExcused =
      failure.kind === 'full' || (failure.kind === 'failed' && this.faults.fatalInjected);
    if (!isExcused) broken('recovery', `node ${this.number}: ${JSON.stringify(failure)}`);
    this.crash();
    this.#shared.restart(this);
  }

  // --- ending --------------------------------------------------------------------------------------

  /** The process is killed; its system and its page cache stay. */
  crash(): void {
    const { coverage } = this.#shared;
    this.#shared.trace(() => `node ${this.number} is killed`);
    if (this.#running === null && this.#process !== null) coverage.count('crash while starting');
    if (this.#disk.writesUnderWay.size > 0) coverage.count('crash with a write in flight');
    this.#end(true);
    this.#disk = this.#disk.crash(undefined, (bytes) => this.#shared.cutOf(bytes));
  }

  losePower(): void {
    this.#shared.trace(() => `node ${this.number} loses power`);
    this.#end(false);
    this.hasPower = false;
    this.#disk = this.#disk.powerOff(this.faults.powerLoss());
  }

  #end(hasPower: boolean): void {
    const process = this.#process;
    this.#process = null;
    this.#running = null;
    this.isDown = true;
    this.faults.fatalInjected = false;
    this.faults.onOperation = null;
    if (process === null) return;
    process.die();
    this.#shared.network.processDied(process, hasPower);
  }

  /** As on a signal: leaderships are handed over, the log is closed, and the process ends. */
  stop(): void {
    const running = this.#running;
    const process = this.#process;
    if (running === null || process === null || this.isStopping) return;
    this.isStopping = true;
    process.enter('io', () =>
      running.host.stop(2_000, () => {
        running.mesh.close(() => {
          if (this.#process !== process) return;
          this.#shared.coverage.count('orderly stop');
          this.crash();
          this.#shared.restart(this);
        });
      }),
    );
  }
}
