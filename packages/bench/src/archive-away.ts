import { Latencies } from './latencies.ts';
import { openLoop } from './load.ts';
import type { BenchOptions } from './options.ts';
import { type OwnCluster, startOwnCluster } from './own-cluster.ts';
import { Rest, readProcessFigures, sumOf } from './rest.ts';
import { readBack, round, signIn } from './run-bench.ts';
import type { Verdict } from './verify.ts';

/** Of one stretch of the run. */
interface Stretch {
  readonly seconds: number;
  readonly acked: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Of all nodes, at its end. */
  readonly rss_mb: number;
  readonly backlog: number;
  /** Moved out of memory, of all nodes. */
  readonly spilled_mb: number;
}

/** What a Postgres that goes away and comes back does to appends. Compare within one report only. */
export interface ArchiveAwayReport extends Verdict {
  readonly rate: number;
  readonly before: Stretch;
  readonly away: Stretch;
  readonly draining: Stretch;
  readonly after: Stretch;
  /** p99 while the backlog drains over p99 before. */
  readonly drain_p99_ratio: number;
  readonly drained_per_s: number;
}

const RATE_DEFAULT = 1_000;
const BACKLOG = 'fleetlm_flush_backlog_messages';
/** Sampled often enough to tell when the backlog is gone. */
const LOOK_MS = 250;
const DRAIN_LIMIT_MS = 15 * 60_000;
/** What is left when only the newest messages wait for the next pass: less than seconds of the load. */
const LEFT_SECONDS = 6;

/** Open load on a cluster of its own: before, without Postgres, while the backlog drains, after. */
export async function measureArchiveAway(
  options: BenchOptions,
  nodeMain: string,
): Promise<ArchiveAwayReport> {
  const cluster = await startOwnCluster(nodeMain);
  try {
    return await measure(options, cluster);
  } finally {
    await cluster.close();
  }
}

async function measure(options: BenchOptions, cluster: OwnCluster): Promise<ArchiveAwayReport> {
  const { targets, credentials } = cluster;
  const rest = new Rest(targets, credentials);
  const users = await signIn(options, targets, credentials, rest);
  const rate = options.ratePerSecond ?? RATE_DEFAULT;
  let running = true;
  let latencies = new Latencies();
  const load = openLoop(
    users,
    rate,
    () => running,
    (latency) => {
      if (latency !== null) latencies.add(latency);
    },
  );
  const stretch = async (until: () => Promise<void>): Promise<Stretch> => {
    const own = new Latencies();
    latencies = own;
    const startedAt = performance.now();
    await until();
    const seconds = (performance.now() - startedAt) / 1000;
    const [p50 = 0, p99 = 0] = own.quantiles([0.5, 0.99]);
    const { rssMegabytes } = await readProcessFigures(targets);
    return {
      seconds: round(seconds),
      acked: own.count,
      p50_ms: round(p50),
      p99_ms: round(p99),
      rss_mb: rssMegabytes,
      backlog: await sumOf(targets, BACKLOG),
      spilled_mb: Math.round((await sumOf(targets, 'fleetlm_spilled_bytes')) / 2 ** 20),
    };
  };
  await pause(options.warmupSeconds * 1000);
  const before = await stretch(() => pause(options.seconds * 1000));
  await cluster.stopPostgres();
  const away = await stretch(() => pause((options.archiveAwaySeconds ?? 0) * 1000));
  await cluster.startPostgres();
  const draining = await stretch(() => drained(targets, rate * LEFT_SECONDS));
  const after = await stretch(() => pause(options.seconds * 1000));
  running = false;
  await load;
  const verdict = await readBack(users, rest);
  for (const user of users) user.close();
  return {
    rate,
    before,
    away,
    draining,
    after,
    drain_p99_ratio: round(draining.p99_ms / Math.max(before.p99_ms, 0.001)),
    drained_per_s: Math.round((away.backlog + draining.acked) / Math.max(draining.seconds, 0.001)),
    ...verdict,
  };
}

async function drained(targets: readonly string[], left: number): Promise<void> {
  const until = performance.now() + DRAIN_LIMIT_MS;
  while ((await sumOf(targets, BACKLOG)) > left) {
    if (performance.now() > until) throw new Error('the backlog did not drain within 15 minutes');
    await pause(LOOK_MS);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
