import { expect } from 'vitest';
import type { TestCluster } from './cluster.ts';

/** Replicas of every group are moved one after the other: a busy machine takes minutes. */
const SETTLE = { timeout: 170_000, interval: 250 };

export interface OperationWire {
  readonly id: string;
  readonly kind: string;
  readonly node_id: string | null;
  readonly state: string;
  readonly detail: string;
  readonly progress: {
    readonly done: number;
    readonly total: number;
    readonly stuck: readonly { readonly group: number; readonly reason: string }[];
  } | null;
}

interface ClusterWire {
  readonly nodes: readonly {
    readonly node_id: string;
    readonly state: string;
    readonly membership?: string;
    readonly leaders: number | null;
  }[];
  readonly groups: readonly {
    readonly group: number;
    readonly leader: string | null;
    readonly voters: readonly string[];
    readonly replicas: readonly { readonly node_id: string; readonly role: string }[];
  }[];
}

export async function clusterOf(cluster: TestCluster, through: string): Promise<ClusterWire> {
  const { body } = await cluster.call(through, 'GET', '/api/admin/cluster');
  return body as unknown as ClusterWire;
}

/** Where the groups live, in short: `3x n1,n2,n3` by voters. */
async function placed(cluster: TestCluster, through: string): Promise<readonly string[]> {
  const { groups } = await clusterOf(cluster, through);
  return groups.map(({ group, leader, voters, replicas }) => {
    const open = replicas.map(({ node_id }) => node_id).sort();
    const own = [...voters].sort();
    const isQuiet = leader !== null && JSON.stringify(open) === JSON.stringify(own);
    return isQuiet ? own.join() : `${group}: ${leader} of ${own}, open on ${open}`;
  });
}

/** Waits until every group has as many voters, all among these nodes, and nothing else is open anywhere. */
export async function settled(
  cluster: TestCluster,
  through: string,
  nodes: readonly string[],
  copies: number,
): Promise<void> {
  await expect
    .poll(
      async () =>
        (await placed(cluster, through).catch(() => ['no answer'])).filter((text) => {
          const voters = text.split(',');
          return voters.length !== copies || voters.some((node) => !nodes.includes(node));
        }),
      SETTLE,
    )
    .toEqual([]);
}

export async function start(
  cluster: TestCluster,
  through: string,
  request: {
    readonly kind: string;
    readonly node_id?: string;
    readonly group?: number;
  },
): Promise<{
  readonly status: number;
  readonly operation: OperationWire;
  readonly detail: string;
}> {
  const { status, body } = await cluster.call(through, 'POST', '/api/admin/operations', {
    body: request,
  });
  const { operation, detail } = body as unknown as { operation: OperationWire; detail: string };
  return { status, operation, detail };
}

export async function operations(
  cluster: TestCluster,
  through: string,
): Promise<readonly OperationWire[]> {
  const { body } = await cluster.call(through, 'GET', '/api/admin/operations');
  return (body as unknown as { operations: readonly OperationWire[] }).operations;
}

/** Waits until the newest operation of this kind on this node is so far. */
export async function reached(
  cluster: TestCluster,
  through: string,
  kind: string,
  nodeId: string | null,
  state: string,
): Promise<void> {
  await expect
    .poll(async () => {
      const known = await operations(cluster, through).catch(() => []);
      const newest = known.find((one) => one.kind === kind && one.node_id === nodeId);
      return newest?.state === state ? state : JSON.stringify(newest ?? known);
    }, SETTLE)
    .toBe(state);
}
