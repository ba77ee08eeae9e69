import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import {
  crc32c,
  createRaftHost,
  type Mesh,
  nodeClock,
  nodeDisk,
  openSnapshotStore,
  openTcpMesh,
  openWal,
  type RaftHost,
  type SnapshotStore,
  tcpNet,
  tlsNet,
  type Wal,
} from '../src/index.ts';

type Command =
  | { readonly type: 'peers'; readonly ports: readonly number[] }
  | {
      readonly type: 'run';
      readonly inflight: number;
      readonly seconds: number;
      readonly bytes: number;
    }
  | { readonly type: 'end' };

const number = Number(process.argv[2]);
const directory = join(String(process.argv[3]), `node-${number}`);
const groups = Number(process.argv[4]);
const random = (bound: number): number => Math.floor(Math.random() * bound);
const say = (type: string, value: unknown): void => {
  process.send?.({ type, value });
};
const fail = (detail: unknown): never => {
  throw new Error(JSON.stringify(detail));
};

const wal = await new Promise<{
  wal: Wal;
  recovered: Parameters<typeof createRaftHost>[0]['recovered'];
}>((done) =>
  openWal(
    {
      disk: nodeDisk,
      directory: join(directory, 'wal'),
      identity: { clusterId: 'bench', nodeId: `node-${number}` },
      segmentBytes: 32 * 1024 * 1024,
      crc32c,
      clock: nodeClock,
      nonce: () => random(2 ** 32),
      onFailure: fail,
    },
    (result) => (result.ok ? done(result) : fail(result.failure)),
  ),
);
const snapshots = await new Promise<SnapshotStore>((done) =>
  openSnapshotStore(
    { disk: nodeDisk, directory: join(directory, 'snapshots'), crc32c, clock: nodeClock },
    (result) => (result.ok ? done(result.value) : fail(result.failure)),
  ),
);

let mesh: Mesh | null = null;
const host: RaftHost<number> = createRaftHost<number>({
  nodeNumber: number,
  clock: nodeClock,
  transport: { send: (peer, frame, lane) => mesh?.send(`node-${peer}`, lane, frame) ?? false },
  wal: wal.wal,
  recovered: wal.recovered,
  snapshots,
  random,
  crc32c,
  onEvent: (event) => {
    if (event.type === 'fatal') fail(event);
  },
});
for (let group = 0; group < groups; group += 1) {
  let count = 0;
  host.addGroup({
    group,
    replicaId: number,
    voters: [1, 2, 3],
    preferredLeader: (group % 3) + 1,
    machine: {
      apply: () => {
        count += 1;
        return { status: 'applied', reply: count };
      },
      snapshot: () => new Uint8Array(16),
      restore: () => undefined,
    },
  });
}
const numberOf = (nodeId: string): number => Number(nodeId.slice('node-'.length));
openTcpMesh(
  {
    host: '127.0.0.1',
    port: 0,
    identity: {
      nodeId: `node-${number}`,
      incarnation: 'x',
      bootNonce: `${process.pid}`,
      clusterId: 'bench',
    },
    peers: [],
    frameBytesMax: 16 * 1024 * 1024,
    queueBytesMax: 64 * 1024 * 1024,
    random,
    admit: () => null,
    onFrame: (nodeId, _channel, frame) => host.receive(numberOf(nodeId), frame),
    onEvent: (event) => {
      if (event.type === 'peer-up') host.peerUp(numberOf(event.identity.nodeId));
      if (event.type === 'peer-down') host.peerDown(numberOf(event.nodeId));
    },
  },
  {
    net:
      process.env.MESH === 'plain'
        ? tcpNet
        : tlsNet({ kind: 'secret', secrets: ['a secret of the bench'] }),
    clock: nodeClock,
    crc32c,
  },
  (result) => {
    if (!result.ok) return fail(result.detail);
    mesh = result.mesh;
    say('port', result.port);
    return undefined;
  },
);

function whenLed(): void {
  const isLed = host.groups.every((group) => host.leaderOf(group) !== 0);
  if (isLed) say('led', null);
  else setTimeout(whenLed, 10);
}

function run({ inflight, seconds, bytes }: Extract<Command, { type: 'run' }>): void {
  const led = host.groups.filter((group) => host.isLeader(group));
  const data = new Uint8Array(bytes).fill(7);
  const times: number[] = [];
  const before = { stats: host.stats, syncs: wal.wal.stats.syncs, cpu: process.cpuUsage() };
  const end = performance.now() + seconds * 1_000;
  let cursor = 0;
  const one = (): void => {
    const started = performance.now();
    if (started >= end) return;
    cursor += 1;
    host.propose(led[cursor % led.length] ?? 0, data, (outcome) => {
      if (outcome.status === 'committed') times.push(performance.now() - started);
      if (outcome.status === 'refused') setTimeout(one, 5);
      else one();
    });
  };
  for (let count = 0; count < inflight; count += 1) one();
  setTimeout(() => {
    const cpu = process.cpuUsage(before.cpu);
    const { stats } = host;
    times.sort((a, b) => a - b);
    say('report', {
      commits: times.length,
      p50Ms: times[Math.floor(times.length * 0.5)] ?? 0,
      p99Ms: times[Math.floor(times.length * 0.99)] ?? 0,
      cpuShare: (cpu.user + cpu.system) / (seconds * 1e6),
      rounds: stats.rounds - before.stats.rounds,
      syncs: wal.wal.stats.syncs - before.syncs,
      framesSent: stats.framesSent - before.stats.framesSent,
      messagesSent: stats.messagesSent - before.stats.messagesSent,
      elections: stats.elections,
    });
  }, seconds * 1_000);
}

process.on('message', (command: Command) => {
  switch (command.type) {
    case 'peers':
      for (const [at, port] of command.ports.entries()) {
        if (at + 1 !== number) mesh?.addPeer({ nodeId: `node-${at + 1}`, host: '127.0.0.1', port });
      }
      whenLed();
      return;
    case 'run':
      run(command);
      return;
    case 'end':
      host.stop(0, () => process.exit(0));
      return;
  }
});
process.on('disconnect', () => process.exit(0));
