import { setTimeout as pause } from 'node:timers/promises';
import { openArchiveDatabase } from '@fleetlm/database';
import { openLoop } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type OwnCluster, startOwnCluster } from './own-cluster.ts';
import { Rest, readProcessFigures, sumOf } from './rest.ts';
import { round, signIn } from './run-bench.ts';
import type { BenchUser } from './user.ts';

/** What one more of each costs, all nodes of the cluster together. Compare within one report only. */
export interface CapacityReport {
  readonly nodes: number;
  /** No user does anything. */
  readonly idle: readonly IdleCost[];
  readonly cpu_ms_per_s_per_100_groups: number;
  /** A session that was created and is in memory. */
  readonly session: { readonly count: number; readonly rss_kb: number };
  /** A socket that joined a session and receives nothing; its session is not in it. */
  readonly subscriber: {
    readonly count: number;
    readonly rss_kb: number;
    readonly cpu_ms_per_s_per_1000: number;
  };
  /** Sent over a socket, committed, published to one device, archived. */
  readonly message: {
    readonly count: number;
    readonly text_bytes: number;
    readonly cpu_ms: number;
    readonly log_bytes: number;
    /** Tables and indexes. */
    readonly postgres_bytes: number;
  };
  /** The same messages published to further devices. */
  readonly delivery: { readonly count: number; readonly cpu_ms_per_1000: number };
}

interface IdleCost {
  readonly groups: number;
  readonly cpu_ms_per_s: number;
  readonly rss_mb: number;
}

interface Spent {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly rssGrownKb: number;
}

const GROUPS_FEW = 32;
const GROUPS_MANY = 256;
const SETTLE_MS = 8_000;
const IDLE_MS = 20_000;
const SESSIONS = 6_000;
const SUBSCRIBERS = 1_500;
const AT_ONCE = 50;
const WRITERS = 30;
const DEVICES = 20;
const RATE = 300;
const LOAD_MS = 20_000;
const FLUSH_LIMIT_MS = 120_000;

/** Takes about three minutes, and wants a machine on which nothing else happens. */
export async function measureCapacity(
  options: BenchOptions,
  nodeMain: string,
): Promise<CapacityReport> {
  const few = await withCluster(nodeMain, GROUPS_FEW, (cluster) => idleCost(cluster, GROUPS_FEW));
  return withCluster(nodeMain, GROUPS_MANY, async (cluster) => {
    const many = await idleCost(cluster, GROUPS_MANY);
    const perGroup = (many.cpu_ms_per_s - few.cpu_ms_per_s) / (many.groups - few.groups);
    return {
      nodes: cluster.targets.length,
      idle: [few, many],
      cpu_ms_per_s_per_100_groups: round(perGroup * 100),
      ...(await unitCosts(options, cluster, many.cpu_ms_per_s)),
    };
  });
}

async function withCluster<T>(
  nodeMain: string,
  groups: number,
  act: (cluster: OwnCluster) => Promise<T>,
): Promise<T> {
  const cluster = await startOwnCluster(nodeMain, { RAFT_GROUPS: String(groups) });
  try {
    await pause(SETTLE_MS);
    return await act(cluster);
  } finally {
    await cluster.close();
  }
}

async function idleCost({ targets }: OwnCluster, groups: number): Promise<IdleCost> {
  const { cpuMs, seconds } = await spent(targets, () => pause(IDLE_MS));
  const { rssMegabytes } = await readProcessFigures(targets);
  return { groups, cpu_ms_per_s: round(cpuMs / seconds), rss_mb: rssMegabytes };
}

async function unitCosts(
  options: BenchOptions,
  cluster: OwnCluster,
  idleCpuMsPerS: number,
): Promise<Pick<CapacityReport, 'session' | 'subscriber' | 'message' | 'delivery'>> {
  const { targets, credentials } = cluster;
  const rest = new Rest(targets, credentials);
  const enter = (users: number): Promise<readonly BenchUser[]> =>
    signIn({ users, bytes: options.bytes }, targets, credentials, rest);
  const ownCpu = ({ cpuMs, seconds }: Spent): number => cpuMs - idleCpuMsPerS * seconds;

  // What every process does once (compiling, pools) is not to be counted as anybody's.
  const writers = await enter(WRITERS);
  await load(writers, options);

  const session = await spent(targets, async () => {
    await createSessions(rest);
    await pause(SETTLE_MS);
  });
  let listeners: readonly BenchUser[] = [];
  const joining = await spent(targets, async () => {
    listeners = await enter(SUBSCRIBERS);
    await pause(SETTLE_MS);
  });
  const listening = await spent(targets, () => pause(IDLE_MS));
  for (const listener of listeners) listener.close();
  await pause(SETTLE_MS);

  const { count, cost: writing, logBytes, archiveBytes } = await written(cluster, writers, options);
  const devices = await Promise.all(
    writers.flatMap((writer) =>
      Array.from({ length: DEVICES }, async () => {
        const device = writer.anotherDevice();
        // Not from the beginning: that would be the archive's work.
        await device.join(writer.acked.at(-1)?.seq ?? 0);
        return device;
      }),
    ),
  );
  const hearing = await load(writers, options, targets);
  for (const user of [...devices, ...writers]) user.close();

  const sessionKb = session.rssGrownKb / SESSIONS;
  return {
    session: { count: SESSIONS, rss_kb: round(sessionKb) },
    subscriber: {
      count: SUBSCRIBERS,
      rss_kb: round(joining.rssGrownKb / SUBSCRIBERS - sessionKb),
      cpu_ms_per_s_per_1000: round((ownCpu(listening) / listening.seconds / SUBSCRIBERS) * 1000),
    },
    message: {
      count,
      text_bytes: options.bytes,
      cpu_ms: round(ownCpu(writing) / count),
      log_bytes: Math.round(logBytes / count),
      postgres_bytes: Math.round(archiveBytes / count),
    },
    delivery: {
      count: hearing.count * DEVICES,
      cpu_ms_per_1000: round(
        ((ownCpu(hearing.cost) / hearing.count - ownCpu(writing) / count) / DEVICES) * 1000,
      ),
    },
  };
}

async function written(
  cluster: OwnCluster,
  writers: readonly BenchUser[],
  options: BenchOptions,
): Promise<{ count: number; cost: Spent; logBytes: number; archiveBytes: number }> {
  const { targets, databaseUrl } = cluster;
  await flushed(targets);
  const archiveBefore = await archiveSize(databaseUrl);
  const logBefore = await sumOf(targets, 'fleetlm_wal_appended_bytes_total');
  const { count, cost } = await load(writers, options, targets);
  const logBytes = (await sumOf(targets, 'fleetlm_wal_appended_bytes_total')) - logBefore;
  await flushed(targets);
  return { count, cost, logBytes, archiveBytes: (await archiveSize(databaseUrl)) - archiveBefore };
}

/** An open load for a while; the flusher's passes are in it. */
async function load(
  writers: readonly BenchUser[],
  options: BenchOptions,
  targets: readonly string[] = [],
): Promise<{ readonly count: number; readonly cost: Spent }> {
  let count = 0;
  let running = true;
  const cost = await spent(targets, async () => {
    const sending = openLoop(
      writers,
      options.ratePerSecond ?? RATE,
      () => running,
      (latency) => {
        if (latency !== null) count += 1;
      },
    );
    await pause(LOAD_MS);
    running = false;
    await sending;
  });
  return { count, cost };
}

async function createSessions(rest: Rest): Promise<void> {
  const agent = { id: 'capacity', name: 'Capacity', origin_url: 'http://127.0.0.1:9' };
  await rest.call('POST', '/api/agents', { agent });
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let number = next++; number < SESSIONS; number = next++)
      await rest.call('POST', '/api/sessions', {
        user_id: `quiet-${number}`,
        agent_id: agent.id,
      });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function spent(targets: readonly string[], act: () => Promise<void>): Promise<Spent> {
  const before = await readProcessFigures(targets);
  const startedAt = performance.now();
  await act();
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await readProcessFigures(targets);
  return {
    seconds,
    cpuMs: (after.cpuSeconds - before.cpuSeconds) * 1000,
    rssGrownKb: (after.rssMegabytes - before.rssMegabytes) * 1024,
  };
}

async function flushed(targets: readonly string[]): Promise<void> {
  const deadline = performance.now() + FLUSH_LIMIT_MS;
  while ((await sumOf(targets, 'fleetlm_flush_backlog_messages')) > 0) {
    if (performance.now() > deadline) throw new Error('the archive did not catch up within 120 s');
    await pause(250);
  }
}

async function archiveSize(databaseUrl: string): Promise<number> {
  const database = openArchiveDatabase(databaseUrl);
  try {
    const [row] = await database.query<{ size: number }>(
      `SELECT pg_total_relation_size('messages') AS size`,
    );
    return row?.size ?? 0;
  } finally {
    await database.close();
  }
}
