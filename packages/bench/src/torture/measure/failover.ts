import type { TortureOptions } from '../options.ts';
import { quantile } from '../report/summary.ts';
import type { RigNode } from '../rig/cluster.ts';
import { pause, waitUntil } from '../rig/wait-until.ts';
import {
  type Losses,
  leadersOf,
  lossesOf,
  type SteadyLoad,
  underSteadyLoad,
} from './steady-load.ts';

const NODES = 3;
const KILLS = 6;
/** What a kill can be blamed for. */
const WINDOW_MS = 5_000;
const REBALANCE_LIMIT_MS = 60_000;

/** The one line of JSON. Milliseconds, from the kill or, when that was later, from the send. */
export interface FailoverReport extends Losses {
  readonly kills: number;
  readonly rate_per_s: number;
  readonly sessions: number;
  readonly groups: number;
  /** Of sessions whose group the killed node led, over all kills. */
  readonly affected: number;
  /** The longest that a message of the session waited for its acknowledgement. */
  readonly waited_p50_ms: number;
  readonly waited_p90_ms: number;
  readonly waited_max_ms: number;
  /** From the kill to the session's next acknowledgement, the pause until it sends included. */
  readonly acked_again_p50_ms: number;
  readonly acked_again_max_ms: number;
  /** The same of the other sessions: their group had its leader all the time. */
  readonly unaffected_waited_p50_ms: number;
  readonly unaffected_waited_max_ms: number;
  readonly waited_max_ms_by_kill: readonly number[];
}

interface Kill {
  readonly atMs: number;
  /** Numbers of the sessions whose group the killed node led. */
  readonly led: ReadonlySet<number>;
}

/** kill -9 of one node after the other under an open load; nothing stands between clients and nodes. */
export function measureFailover(
  options: TortureOptions,
  nodeMain: string,
): Promise<FailoverReport> {
  return underSteadyLoad(options, { nodeMain, nodes: NODES }, async (load) => {
    const { cluster, workload } = load;
    const kills: Kill[] = [];
    for (let number = 0; number < KILLS; number += 1) {
      const node = cluster.nodes[number % NODES];
      if (node !== undefined) kills.push(await killOne(load, node));
    }
    await workload.stop();
    return report(load, kills);
  });
}

async function killOne(load: SteadyLoad, node: RigNode): Promise<Kill> {
  const { workload, random } = load;
  // Not in step with the load, nor with the nodes' ticks.
  await pause(500 * random());
  const leaders = await leadersOf(load);
  const led = new Set(
    workload.people
      .filter(
        ({ sessionId }) => leaders.get(Number.parseInt(sessionId.slice(0, 2), 16)) === node.id,
      )
      .map(({ session }) => session),
  );
  const atMs = performance.now();
  await node.process.kill('SIGKILL');
  await pause(WINDOW_MS);
  node.process.start();
  await node.process.ready();
  await waitUntil(
    async () => hasItsShare([...(await leadersOf(load)).values()], node.id),
    REBALANCE_LIMIT_MS,
    () => `${node.id} was not given its leaderships back`,
    500,
  );
  return { atMs, led };
}

/** Leadership goes back to a node some time after its return; the next kill is to hit a balanced cluster. */
function hasItsShare(leaders: readonly (string | null)[], nodeId: string): boolean {
  const own = leaders.filter((leader) => leader === nodeId).length;
  return own * NODES >= leaders.length * 0.7;
}

interface Wait {
  readonly kill: number;
  readonly affected: boolean;
  readonly waitedMs: number;
  readonly ackedAgainMs: number;
}

async function report(load: SteadyLoad, kills: readonly Kill[]): Promise<FailoverReport> {
  const { options, cluster } = load;
  const waits = kills.flatMap((kill, number) => waitsOf(load, kill, number));
  const sorted = (of: (wait: Wait) => number, affected: boolean): readonly number[] =>
    waits
      .filter((wait) => wait.affected === affected)
      .map(of)
      .sort((a, b) => a - b);
  const waited = sorted(({ waitedMs }) => waitedMs, true);
  const again = sorted(({ ackedAgainMs }) => ackedAgainMs, true);
  const others = sorted(({ waitedMs }) => waitedMs, false);
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error('there are no nodes');
  return {
    kills: kills.length,
    rate_per_s: options.ratePerSecond,
    sessions: options.sessions,
    groups: options.groups,
    affected: waited.length,
    waited_p50_ms: quantile(waited, 0.5),
    waited_p90_ms: quantile(waited, 0.9),
    waited_max_ms: quantile(waited, 1),
    acked_again_p50_ms: quantile(again, 0.5),
    acked_again_max_ms: quantile(again, 1),
    unaffected_waited_p50_ms: quantile(others, 0.5),
    unaffected_waited_max_ms: quantile(others, 1),
    waited_max_ms_by_kill: kills.map((_, number) =>
      Math.round(
        Math.max(...waits.filter(({ kill }) => kill === number).map(({ waitedMs }) => waitedMs)),
      ),
    ),
    ...(await lossesOf(load, node)),
  };
}

function waitsOf(
  { workload, history }: SteadyLoad,
  { atMs, led }: Kill,
  kill: number,
): readonly Wait[] {
  const waited = new Map<number, number>();
  const again = new Map<number, number>();
  for (const { session, callMs, returnMs } of history.appends()) {
    if (returnMs < atMs || callMs > atMs + WINDOW_MS) continue;
    const waitedMs = returnMs - Math.max(callMs, atMs);
    waited.set(session, Math.max(waitedMs, waited.get(session) ?? 0));
    again.set(session, Math.min(returnMs - atMs, again.get(session) ?? Number.POSITIVE_INFINITY));
  }
  return workload.people.flatMap(({ session }) => {
    const waitedMs = waited.get(session);
    const ackedAgainMs = again.get(session);
    return waitedMs === undefined || ackedAgainMs === undefined
      ? []
      : [{ kill, affected: led.has(session), waitedMs, ackedAgainMs }];
  });
}
