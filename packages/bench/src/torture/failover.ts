import * as z from 'zod';
import { placesOf } from './checker/final-log.ts';
import { readNode } from './collect.ts';
import { History } from './history/history.ts';
import type { TortureOptions } from './options.ts';
import { quantile } from './report/summary.ts';
import { type RigCluster, type RigNode, startRigCluster } from './rig/cluster.ts';
import { pause, waitUntil } from './rig/wait-until.ts';
import { seededRandom } from './seeded-random.ts';
import { AgentServer } from './workload/agent-server.ts';
import { Workload } from './workload/workload.ts';

const NODES = 3;
const KILLS = 6;
const WARMUP_MS = 6_000;
/** What a kill can be blamed for. */
const WINDOW_MS = 5_000;
const REBALANCE_LIMIT_MS = 60_000;

/** The one line of JSON. Milliseconds, from the kill or, when that was later, from the send. */
export interface FailoverReport {
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
  readonly acked: number;
  readonly lost: number;
}

const clusterShape = z.object({
  groups: z.array(z.object({ group: z.number(), leader: z.string().nullable() })),
});

interface Kill {
  readonly atMs: number;
  /** Numbers of the sessions whose group the killed node led. */
  readonly led: ReadonlySet<number>;
}

/** kill -9 of one node after the other under an open load; nothing stands between clients and nodes. */
export async function measureFailover(
  options: TortureOptions,
  nodeMain: string,
): Promise<FailoverReport> {
  const cluster = await startRigCluster({
    nodeMain,
    nodes: NODES,
    groups: options.groups,
    flushIntervalMs: 5_000,
    withDisks: false,
  });
  try {
    const random = seededRandom(options.seed);
    const history = new History();
    const agents = await AgentServer.listen(cluster.agentPort, random, (sessionId) =>
      workload.sessionNumber(sessionId),
    );
    const workload: Workload = new Workload({
      credentials: cluster.credentials,
      nodes: cluster.nodes.map(({ id, process }) => ({ id, url: process.url })),
      sessions: options.sessions,
      chattyEvery: Number.POSITIVE_INFINITY,
      ratePerSecond: options.ratePerSecond,
      agentUrl: `http://127.0.0.1:${cluster.agentPort}`,
      history,
      random,
      pauseMs: { min: 5, max: 15 },
      order: 'in turn',
    });
    try {
      await workload.setUp();
      workload.start();
      await pause(WARMUP_MS);
      const kills: Kill[] = [];
      for (let number = 0; number < KILLS; number += 1) {
        const node = cluster.nodes[number % NODES];
        if (node !== undefined) kills.push(await killOne(cluster, workload, node, random));
      }
      await workload.stop();
      return await report(options, cluster, workload, history, kills);
    } finally {
      workload.close();
      await agents.close();
    }
  } finally {
    await cluster.close(options.keep);
  }
}

async function killOne(
  cluster: RigCluster,
  workload: Workload,
  node: RigNode,
  random: () => number,
): Promise<Kill> {
  // Not in step with the load, nor with the nodes' ticks.
  await pause(500 * random());
  const leaders = await leadersOf(cluster, workload);
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
    async () => hasItsShare([...(await leadersOf(cluster, workload)).values()], node.id),
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

async function leadersOf(
  cluster: RigCluster,
  workload: Workload,
): Promise<ReadonlyMap<number, string | null>> {
  const leaders = new Map<number, string | null>();
  for (const { process } of cluster.nodes) {
    const end = await workload.rest.call(
      process.url,
      { method: 'GET', path: '/api/admin/cluster', limitMs: 5_000 },
      clusterShape,
    );
    if (end.type !== 'answer') continue;
    for (const { group, leader } of end.value.groups) leaders.set(group, leader);
    break;
  }
  return leaders;
}

interface Wait {
  readonly kill: number;
  readonly affected: boolean;
  readonly waitedMs: number;
  readonly ackedAgainMs: number;
}

async function report(
  options: TortureOptions,
  cluster: RigCluster,
  workload: Workload,
  history: History,
  kills: readonly Kill[],
): Promise<FailoverReport> {
  const waits = kills.flatMap((kill, number) => waitsOf(workload, history, kill, number));
  const sorted = (of: (wait: Wait) => number, affected: boolean): readonly number[] =>
    waits
      .filter((wait) => wait.affected === affected)
      .map(of)
      .sort((a, b) => a - b);
  const waited = sorted(({ waitedMs }) => waitedMs, true);
  const again = sorted(({ ackedAgainMs }) => ackedAgainMs, true);
  const others = sorted(({ waitedMs }) => waitedMs, false);
  const { acked, lost } = await losses(cluster, workload, history);
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
    acked,
    lost,
  };
}

function waitsOf(
  workload: Workload,
  history: History,
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

/** A fast failover that loses messages would be none. */
async function losses(
  cluster: RigCluster,
  workload: Workload,
  history: History,
): Promise<{ readonly acked: number; readonly lost: number }> {
  const [node] = cluster.nodes;
  if (node === undefined) throw new Error('there are no nodes');
  const sessionIds = workload.people.map(({ sessionId }) => sessionId);
  const { log } = await readNode(workload.rest, node.id, node.process.url, sessionIds);
  const places = placesOf(log.sessions);
  let acked = 0;
  let lost = 0;
  let number = 0;
  for (const { outcome, seq } of history.appends()) {
    if (outcome === 'ok') {
      acked += 1;
      if (places.get(number) !== seq) lost += 1;
    }
    number += 1;
  }
  return { acked, lost };
}
