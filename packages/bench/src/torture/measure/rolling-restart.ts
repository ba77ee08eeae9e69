import type { TortureOptions } from '../options.ts';
import { quantile } from '../report/summary.ts';
import { pause } from '../rig/wait-until.ts';
import {
  type Losses,
  lossesOf,
  type SteadyLoad,
  underSteadyLoad,
  waitsWithin,
} from './steady-load.ts';

const NODES = 3;
const BEFORE_MS = 10_000;
/** A request that waits longer is one too many. */
const WAIT_LIMIT_MS = 1_000;

/** The one line of JSON. Milliseconds from the first attempt to the acknowledgement, whatever came between. */
export interface RollingRestartReport extends Losses {
  readonly rate_per_s: number;
  readonly sessions: number;
  readonly groups: number;
  /** From the first SIGTERM until the last node was ready. */
  readonly seconds: number;
  readonly sent: number;
  readonly before_p50_ms: number;
  readonly before_p99_ms: number;
  readonly before_max_ms: number;
  readonly during_p50_ms: number;
  readonly during_p99_ms: number;
  readonly during_max_ms: number;
  /** Of each node: from SIGTERM to the end of the process, and from there until it was ready. */
  readonly stopped_after_ms: readonly number[];
  readonly ready_after_ms: readonly number[];
  /** Exit codes; 0 is what a graceful stop ends with. */
  readonly codes: readonly (number | null)[];
  /** Messages that waited longer than a second. */
  readonly late: number;
}

/** SIGTERM, wait, start, wait until ready: all nodes, one after the other, under an open load. */
export function measureRollingRestart(
  options: TortureOptions,
  nodeMain: string,
): Promise<RollingRestartReport> {
  return underSteadyLoad(options, { nodeMain, nodes: NODES }, (load) => restartAll(load));
}

async function restartAll(load: SteadyLoad): Promise<RollingRestartReport> {
  const { options, cluster, workload, history } = load;
  const beforeMs = performance.now();
  await pause(BEFORE_MS);
  const fromMs = performance.now();
  const stopped: number[] = [];
  const ready: number[] = [];
  const codes: (number | null)[] = [];
  for (const { process } of cluster.nodes) {
    const stopMs = performance.now();
    const { code } = await process.kill('SIGTERM');
    codes.push(code);
    const startMs = performance.now();
    stopped.push(Math.round(startMs - stopMs));
    process.start();
    await process.ready();
    ready.push(Math.round(performance.now() - startMs));
  }
  const toMs = performance.now();
  await workload.stop();
  const [first] = cluster.nodes;
  if (first === undefined) throw new Error('there are no nodes');
  const before = waitsWithin(history, beforeMs, fromMs);
  const during = waitsWithin(history, fromMs, toMs);
  return {
    rate_per_s: options.ratePerSecond,
    sessions: options.sessions,
    groups: options.groups,
    seconds: Math.round((toMs - fromMs) / 100) / 10,
    sent: during.length,
    before_p50_ms: quantile(before, 0.5),
    before_p99_ms: quantile(before, 0.99),
    before_max_ms: quantile(before, 1),
    during_p50_ms: quantile(during, 0.5),
    during_p99_ms: quantile(during, 0.99),
    during_max_ms: quantile(during, 1),
    stopped_after_ms: stopped,
    ready_after_ms: ready,
    codes,
    late: during.filter((wait) => wait > WAIT_LIMIT_MS).length,
    ...(await lossesOf(load, first)),
  };
}
