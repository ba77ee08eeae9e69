import * as z from 'zod';
import { readNode } from '../collect.ts';
import { History } from '../history/history.ts';
import type { TortureOptions } from '../options.ts';
import { type RigCluster, type RigNode, startRigCluster } from '../rig/cluster.ts';
import { pause } from '../rig/wait-until.ts';
import { seededRandom } from '../seeded-random.ts';
import { AgentServer } from '../workload/agent-server.ts';
import { Workload } from '../workload/workload.ts';

const WARMUP_MS = 6_000;

/** A cluster under an open load that nothing stands between; what is done to it is the measurement's. */
export interface SteadyLoad {
  readonly options: TortureOptions;
  readonly cluster: RigCluster;
  readonly workload: Workload;
  readonly history: History;
  readonly random: () => number;
}

/** What became of the messages of a run, read back from one node after it. */
export interface Losses {
  readonly acked: number;
  /** Acknowledged, and not where the acknowledgement has it. */
  readonly lost: number;
  /** In the log more than once. */
  readonly duplicated: number;
}

/** Starts everything, lets it warm up, has something done to it, and stops it all again. */
export async function underSteadyLoad<T>(
  options: TortureOptions,
  setting: {
    readonly nodeMain: string;
    readonly nodes: number;
    /** Those that are there from the beginning; the others join. */
    readonly founders?: number;
  },
  act: (load: SteadyLoad) => Promise<T>,
): Promise<T> {
  const { founders = setting.nodes } = setting;
  const cluster = await startRigCluster({
    nodeMain: setting.nodeMain,
    nodes: setting.nodes,
    founders,
    linked: false,
    groups: options.groups,
    flushIntervalMs: 5_000,
    hotBytesMax: 512 * 1024 * 1024,
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
      nodes: cluster.nodes.slice(0, founders).map(({ id, process }) => ({ id, url: process.url })),
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
      return await act({ options, cluster, workload, history, random });
    } finally {
      workload.close();
      await agents.close();
    }
  } finally {
    await cluster.close(options.keep);
  }
}

const clusterShape = z.object({
  groups: z.array(z.object({ group: z.number(), leader: z.string().nullable() })),
});

/** Who leads each group, as the first node that answers knows it. */
export async function leadersOf({
  cluster,
  workload,
}: SteadyLoad): Promise<ReadonlyMap<number, string | null>> {
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

/** To be called when the load has stopped. A fast change that loses messages would be none. */
export async function lossesOf(
  { workload, history }: SteadyLoad,
  { id, process }: RigNode,
): Promise<Losses> {
  const sessionIds = workload.people.map(({ sessionId }) => sessionId);
  const { log } = await readNode(workload.rest, id, process.url, sessionIds);
  const places = new Map<number, number>();
  let duplicated = 0;
  for (const { entries } of log.sessions)
    for (const [at, { append }] of entries.entries()) {
      if (append === null) continue;
      if (places.has(append)) duplicated += 1;
      else places.set(append, at + 1);
    }
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
  return { acked, lost, duplicated };
}

/** Milliseconds that the messages sent within a window waited for their acknowledgement, in order. */
export function waitsWithin(history: History, fromMs: number, toMs: number): readonly number[] {
  return [...history.appends()]
    .filter(({ callMs }) => callMs >= fromMs && callMs < toMs)
    .map(({ callMs, returnMs }) => returnMs - callMs)
    .sort((a, b) => a - b);
}
