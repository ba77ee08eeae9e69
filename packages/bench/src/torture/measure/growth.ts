import type { TortureOptions } from '../options.ts';
import { quantile } from '../report/summary.ts';
import { Operations } from '../rig/operations.ts';
import { pause, waitUntil } from '../rig/wait-until.ts';
import {
  type Losses,
  lossesOf,
  type SteadyLoad,
  underSteadyLoad,
  waitsWithin,
} from './steady-load.ts';

const FOUNDERS = 3;
const NODES = 5;
const COPIES = 3;
const STRETCH_MS = 20_000;
const SETTLE_LIMIT_MS = 300_000;

/** The one line of JSON. Milliseconds from the first attempt to the acknowledgement, whatever came between. */
export interface GrowthReport extends Losses {
  readonly rate_per_s: number;
  readonly sessions: number;
  readonly groups: number;
  /** From the start of the new processes until every group was where it belongs. */
  readonly seconds: number;
  /** Of the groups' replicas, those that were made on the new nodes. */
  readonly replicas_moved: number;
  readonly before_p50_ms: number;
  readonly before_p99_ms: number;
  readonly during_p50_ms: number;
  readonly during_p99_ms: number;
  readonly during_max_ms: number;
  readonly after_p50_ms: number;
  readonly after_p99_ms: number;
  /** During over before. */
  readonly p99_ratio: number;
}

/** Two nodes join three under an open load. */
export function measureGrowth(options: TortureOptions, nodeMain: string): Promise<GrowthReport> {
  return underSteadyLoad(options, { nodeMain, nodes: NODES, founders: FOUNDERS }, grow);
}

async function grow(load: SteadyLoad): Promise<GrowthReport> {
  const { options, cluster, workload, history } = load;
  const operations = new Operations(cluster, workload.rest);
  const joining = cluster.nodes.slice(FOUNDERS);
  const beforeMs = performance.now();
  await pause(STRETCH_MS);
  const fromMs = performance.now();
  for (const { process } of joining) process.start();
  await Promise.all(joining.map(({ process }) => process.ready()));
  for (const { id } of joining)
    await waitUntil(
      async () => (await operations.newest('join', id))?.state === 'done',
      SETTLE_LIMIT_MS,
      () => `${id} has not got all that it is to hold`,
    );
  await operations.settled(COPIES, SETTLE_LIMIT_MS);
  const toMs = performance.now();
  await pause(STRETCH_MS);
  const endMs = performance.now();
  await workload.stop();
  const names = joining.map(({ id }) => id);
  const grown = await operations.cluster();
  const moved = grown?.groups.flatMap(({ voters }) => voters.filter((id) => names.includes(id)));
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error('there are no nodes');
  const before = waitsWithin(history, beforeMs, fromMs);
  const during = waitsWithin(history, fromMs, toMs);
  const after = waitsWithin(history, toMs, endMs);
  return {
    rate_per_s: options.ratePerSecond,
    sessions: options.sessions,
    groups: options.groups,
    seconds: Math.round((toMs - fromMs) / 100) / 10,
    replicas_moved: moved?.length ?? 0,
    before_p50_ms: quantile(before, 0.5),
    before_p99_ms: quantile(before, 0.99),
    during_p50_ms: quantile(during, 0.5),
    during_p99_ms: quantile(during, 0.99),
    during_max_ms: quantile(during, 1),
    after_p50_ms: quantile(after, 0.5),
    after_p99_ms: quantile(after, 0.99),
    p99_ratio: Math.round((quantile(during, 0.99) / quantile(before, 0.99)) * 100) / 100,
    ...(await lossesOf(load, first)),
  };
}
