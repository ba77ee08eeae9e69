import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClock } from '../../clock/node-clock.ts';
import type { Mesh } from '../../mesh/mesh-api.ts';
import { openTcpMesh } from '../../mesh/tcp-mesh.ts';
import { tcpNet } from '../../mesh/tcp-net.ts';
import {
  crc32c,
  nodeDisk,
  type OpenWalResult,
  openSnapshotStore,
  openWal,
  type SnapshotStore,
} from '../../wal/index.ts';
import type { HostEvent, HostLane, ProposalOutcome, RaftHost, ReadOutcome } from '../host-api.ts';
import type { HostLimits } from '../host-options.ts';
import { createRaftHost } from '../raft-host.ts';
import { AppendMachine } from './append-machine.ts';

export interface TestClusterOptions {
  readonly groups: number;
  readonly nodes?: number;
  readonly limits?: Partial<HostLimits>;
  readonly segmentBytes?: number;
  readonly preferred?: (group: number) => number;
}

/** A node of the test's cluster: host, mesh and log in this process, files in a directory of its own. */
export class TestNode {
  readonly number: number;
  readonly machines = new Map<number, AppendMachine>();
  readonly events: HostEvent[] = [];
  host: RaftHost<number> | null = null;
  mesh: Mesh | null = null;
  port = 0;
  /** Drops frames to these peers, as a cut cable would. */
  readonly cut = new Set<number>();
  /** The host was stopped by the test itself. */
  isStopped = false;
  closeLog: ((done: () => void) => void) | null = null;

  constructor(number: number) {
    this.number = number;
  }

  get running(): RaftHost<number> {
    if (this.host === null) throw new Error(`node ${this.number} is not running`);
    return this.host;
  }

  machine(group: number): AppendMachine {
    const machine = this.machines.get(group);
    if (machine === undefined) throw new Error(`node ${this.number} has no group ${group}`);
    return machine;
  }
}

const nameOf = (number: number): string => `node-${number}`;
const numberOf = (nodeId: string): number => Number(nodeId.slice('node-'.length));

export class TestCluster {
  readonly nodes: TestNode[] = [];
  readonly directory = mkdtempSync(join(tmpdir(), 'raft-host-'));
  readonly #options: TestClusterOptions;
  #boots = 0;

  private constructor(options: TestClusterOptions) {
    this.#options = options;
  }

  static async start(options: TestClusterOptions): Promise<TestCluster> {
    const cluster = new TestCluster(options);
    for (let number = 1; number <= (options.nodes ?? 3); number += 1) {
      cluster.nodes.push(new TestNode(number));
    }
    await Promise.all(cluster.nodes.map((node) => cluster.boot(node)));
    return cluster;
  }

  node(number: number): TestNode {
    const node = this.nodes[number - 1];
    if (node === undefined) throw new Error(`no node ${number}`);
    return node;
  }

  get live(): readonly TestNode[] {
    return this.nodes.filter(({ host }) => host !== null);
  }

  async boot(node: TestNode, groups = this.#options.groups): Promise<void> {
    this.#boots += 1;
    const bootNonce = `boot-${this.#boots}`;
    const directory = join(this.directory, nameOf(node.number));
    mkdirSync(directory, { recursive: true });
    const opened = await new Promise<OpenWalResult>((done) =>
      openWal(
        {
          disk: nodeDisk,
          directory: join(directory, 'wal'),
          identity: { clusterId: 'test', nodeId: nameOf(node.number) },
          segmentBytes: this.#options.segmentBytes ?? 4 * 1024 * 1024,
          crc32c,
          clock: nodeClock,
          onFailure: (failure) => node.events.push({ type: 'fatal', failure }),
          nonce: () => Math.floor(Math.random() * 2 ** 32),
        },
        done,
      ),
    );
    if (!opened.ok)
      throw new Error(`log of node ${node.number}: ${JSON.stringify(opened.failure)}`);
    node.closeLog = (done) => opened.wal.close(done);
    node.host = createRaftHost<number>({
      nodeNumber: node.number,
      clock: nodeClock,
      transport: {
        send: (peer: number, frame: Uint8Array, lane: HostLane) =>
          !node.cut.has(peer) && (node.mesh?.send(nameOf(peer), lane, frame) ?? false),
      },
      wal: opened.wal,
      recovered: opened.recovered,
      snapshots: await openStore(join(directory, 'snapshots')),
      random: (bound) => Math.floor(Math.random() * bound),
      crc32c,
      onEvent: (event) => node.events.push(event),
      limits: { ...this.#options.limits },
    });
    await this.#openMesh(node, node.host, bootNonce);
    for (let group = 0; group < groups; group += 1) this.addGroup(node, group);
  }

  /** A further node, without any group. */
  async join(number: number): Promise<TestNode> {
    const node = new TestNode(number);
    this.nodes.push(node);
    await this.boot(node, 0);
    return node;
  }

  addGroup(node: TestNode, group: number, voters: readonly number[] = this.#voters()): void {
    const machine = new AppendMachine();
    node.machines.set(group, machine);
    const preferred = this.#options.preferred;
    node.running.addGroup({
      group,
      replicaId: node.number,
      voters,
      machine,
      ...(preferred === undefined ? {} : { preferredLeader: preferred(group) }),
    });
  }

  #voters(): readonly number[] {
    return Array.from({ length: this.#options.nodes ?? 3 }, (_, at) => at + 1);
  }

  async #openMesh(node: TestNode, host: RaftHost<number>, bootNonce: string): Promise<void> {
    const identity = {
      nodeId: nameOf(node.number),
      incarnation: `incarnation-${node.number}`,
      bootNonce,
      clusterId: 'test',
    };
    await new Promise<void>((resolve, reject) => {
      openTcpMesh(
        {
          host: '127.0.0.1',
          port: node.port,
          identity,
          peers: [],
          frameBytesMax: 8 * 1024 * 1024,
          queueBytesMax: 32 * 1024 * 1024,
          random: (bound) => Math.floor(Math.random() * bound),
          admit: () => null,
          onFrame: (nodeId, channel, frame) => {
            const isOurs = channel === 'raft' || channel === 'snapshot';
            if (!isOurs || node.host !== host || node.cut.has(numberOf(nodeId))) return true;
            return host.receive(numberOf(nodeId), frame);
          },
          onEvent: (event) => {
            if (node.host !== host) return;
            if (event.type === 'peer-up') host.peerUp(numberOf(event.identity.nodeId));
            if (event.type === 'peer-down') host.peerDown(numberOf(event.nodeId));
          },
        },
        { net: tcpNet, clock: nodeClock, crc32c },
        (result) => {
          if (!result.ok) {
            reject(new Error(result.detail));
            return;
          }
          node.mesh = result.mesh;
          node.port = result.port;
          resolve();
        },
      );
    });
    for (const other of this.live) {
      if (other === node || other.port === 0) continue;
      node.mesh?.addPeer({ nodeId: nameOf(other.number), host: '127.0.0.1', port: other.port });
      other.mesh?.addPeer({ nodeId: nameOf(node.number), host: '127.0.0.1', port: node.port });
    }
  }

  /** As a crash of the process looks to the others: connections break, nothing more is done or sent. */
  async kill(node: TestNode): Promise<void> {
    const { host, mesh, closeLog } = node;
    node.host = null;
    node.mesh = null;
    await new Promise<void>((done) => (mesh === null ? done() : mesh.close(done)));
    // Its timers would go on in this process; its log must be closed before it is opened again.
    await new Promise<void>((done) =>
      host === null || node.isStopped ? done() : host.stop(0, done),
    );
    node.isStopped = false;
    node.closeLog = closeLog;
  }

  async stop(): Promise<void> {
    for (const node of this.live) await this.kill(node);
    rmSync(this.directory, { recursive: true, force: true });
  }

  leaderOf(group: number): TestNode | null {
    return this.live.find(({ running }) => running.isReadyLeader(group)) ?? null;
  }

  async propose(node: TestNode, group: number, text: string): Promise<ProposalOutcome<number>> {
    const data = new TextEncoder().encode(text);
    return new Promise((done) => node.running.propose(group, data, done));
  }

  /** Proposes on the leader until it is committed; only for texts that may not be appended twice by unknowns. */
  async append(group: number, text: string): Promise<number> {
    for (;;) {
      const leader = await this.until(() => this.leaderOf(group), `a leader of group ${group}`);
      const outcome = await this.propose(leader, group, text);
      if (outcome.status === 'committed') return outcome.reply;
      if (outcome.status === 'unknown') throw new Error('unknown outcome');
      await turn();
    }
  }

  async read(node: TestNode, group: number, timeoutMs = 5_000): Promise<ReadOutcome> {
    return new Promise((done) => node.running.read(group, timeoutMs, done));
  }

  /** Waits for a condition; the last resort is a time limit that says what was waited for. */
  async until<T>(condition: () => T | null | false, what: string, limitMs = 20_000): Promise<T> {
    const end = nodeClock.now() + limitMs;
    for (;;) {
      const value = condition();
      if (value !== null && value !== false) return value;
      if (nodeClock.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${what}`);
      await turn();
    }
  }

  /** Every node knows the leader of every group. */
  async allKnown(): Promise<void> {
    await this.allLed();
    for (const { running, number } of this.live) {
      await this.until(
        () => running.groups.every((group) => running.leaderOf(group) !== 0),
        `node ${number} to know its leaders`,
      );
    }
  }

  async allLed(): Promise<void> {
    for (let group = 0; group < this.#options.groups; group += 1) {
      await this.until(() => this.leaderOf(group), `a leader of group ${group}`);
    }
  }
}

async function openStore(directory: string): Promise<SnapshotStore> {
  return new Promise((resolve, reject) => {
    openSnapshotStore({ disk: nodeDisk, directory, crc32c, clock: nodeClock }, (result) => {
      if (result.ok) resolve(result.value);
      else reject(new Error(JSON.stringify(result.failure)));
    });
  });
}

/** A pause in which the event loop goes round. */
export async function turn(): Promise<void> {
  return new Promise((resolve) => {
    nodeClock.setTimer(2, resolve);
  });
}
