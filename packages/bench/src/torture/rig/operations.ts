import * as z from 'zod';
import type { RestClient } from '../workload/rest-client.ts';
import type { RigCluster, RigNode } from './cluster.ts';
import { pause } from './wait-until.ts';

const CALL_LIMIT_MS = 5_000;
const POLL_EVERY_MS = 250;

const operationShape = z.object({
  id: z.string(),
  kind: z.string(),
  node_id: z.string().nullable(),
  state: z.string(),
  detail: z.string(),
  progress: z
    .object({
      done: z.number(),
      total: z.number(),
      stuck: z.array(z.object({ group: z.number(), reason: z.string() })),
    })
    .nullable(),
});
const startedShape = z.object({ operation: operationShape });
const listShape = z.object({
  coordinator: z.string().nullable(),
  operations: z.array(operationShape),
});
const clusterShape = z.object({
  nodes: z.array(z.object({ node_id: z.string(), membership: z.string() })),
  groups: z.array(
    z.object({
      group: z.number(),
      leader: z.string().nullable(),
      voters: z.array(z.string()),
      replicas: z.array(z.object({ node_id: z.string(), role: z.string() })),
    }),
  ),
});

export type OperationWire = z.output<typeof operationShape>;
export type ClusterWire = z.output<typeof clusterShape>;

/** Changes of a cluster as an operator makes them: over REST, through any node that answers, again until it is done. */
export class Operations {
  readonly #cluster: RigCluster;
  readonly #rest: RestClient;

  constructor(cluster: RigCluster, rest: RestClient) {
    this.#cluster = cluster;
    this.#rest = rest;
  }

  /** Begins it; the answer is its id. Throws when no node would within the limit, with the last reason. */
  async start(
    request: { readonly kind: string; readonly node_id: string },
    limitMs: number,
  ): Promise<string> {
    return this.#patiently(limitMs, `${request.kind} of ${request.node_id}`, async (node) => {
      const end = await this.#rest.call(
        node.process.url,
        {
          method: 'POST',
          path: '/api/admin/operations',
          body: request,
          limitMs: CALL_LIMIT_MS,
        },
        startedShape,
      );
      if (end.type === 'answer') return { found: end.value.operation.id };
      // An answer that was lost may have begun it: then it is the one that is running now.
      const known = await this.#list(node);
      const mine = known?.operations.find(
        ({ kind, node_id, state }) =>
          kind === request.kind && node_id === request.node_id && state === 'running',
      );
      return mine === undefined ? { trouble: JSON.stringify(end) } : { found: mine.id };
    });
  }

  /** Resolves with how it ended: done, cancelled, failed. Throws with what it is stuck at. */
  async ended(id: string, limitMs: number): Promise<OperationWire> {
    return this.#patiently(limitMs, `the end of operation ${id}`, async (node) => {
      const found = (await this.#list(node))?.operations.find((one) => one.id === id);
      if (found === undefined) return { trouble: `${node.id} does not know it` };
      return found.state === 'running' ? { trouble: JSON.stringify(found) } : { found };
    });
  }

  /** The newest operation of a kind on a node; null: there was none, or no node answers. */
  async newest(kind: string, nodeId: string): Promise<OperationWire | null> {
    for (const node of this.#living()) {
      const list = await this.#list(node);
      if (list !== null)
        return list.operations.find((one) => one.kind === kind && one.node_id === nodeId) ?? null;
    }
    return null;
  }

  /** The name of who coordinates; null: none is known at the moment. */
  async coordinator(): Promise<string | null> {
    for (const node of this.#living()) {
      const list = await this.#list(node);
      if (list?.coordinator !== undefined && list.coordinator !== null) return list.coordinator;
    }
    return null;
  }

  /** The cluster as the first node that answers knows it; null: none does. */
  async cluster(): Promise<ClusterWire | null> {
    for (const node of this.#living()) {
      const end = await this.#rest.call(
        node.process.url,
        { method: 'GET', path: '/api/admin/cluster', limitMs: CALL_LIMIT_MS },
        clusterShape,
      );
      if (end.type === 'answer') return end.value;
    }
    return null;
  }

  /** Waits until every group has its leader and so many voters, all on active nodes, and nothing else is open. */
  async settled(copies: number, limitMs: number): Promise<void> {
    await this.#patiently(limitMs, 'every group in its place', async () => {
      const cluster = await this.cluster();
      if (cluster === null) return { trouble: 'no node answers' };
      const wrong = misplaced(cluster, copies);
      return wrong.length === 0 ? { found: true } : { trouble: wrong.slice(0, 3).join('; ') };
    });
  }

  async #list(node: RigNode): Promise<z.output<typeof listShape> | null> {
    const end = await this.#rest.call(
      node.process.url,
      { method: 'GET', path: '/api/admin/operations', limitMs: CALL_LIMIT_MS },
      listShape,
    );
    return end.type === 'answer' ? end.value : null;
  }

  #living(): readonly RigNode[] {
    return this.#cluster.nodes.filter(({ process }) => process.pid !== null);
  }

  async #patiently<T>(
    limitMs: number,
    what: string,
    attempt: (node: RigNode) => Promise<{ readonly found: T } | { readonly trouble: string }>,
  ): Promise<T> {
    const deadline = performance.now() + limitMs;
    let trouble = 'no node runs';
    for (let turn = 0; ; turn += 1) {
      const living = this.#living();
      const node = living[turn % Math.max(1, living.length)];
      if (node !== undefined) {
        const outcome = await attempt(node);
        if ('found' in outcome) return outcome.found;
        trouble = outcome.trouble;
      }
      if (performance.now() > deadline)
        throw new Error(`${what} took longer than ${limitMs / 1000} s: ${trouble}`);
      await pause(POLL_EVERY_MS);
    }
  }
}

/** What is not where it should be, in words. */
export function misplaced({ nodes, groups }: ClusterWire, copies: number): readonly string[] {
  const active = new Set(
    nodes.filter(({ membership }) => membership === 'active').map(({ node_id }) => node_id),
  );
  return groups.flatMap(({ group, leader, voters, replicas }) => {
    const open = replicas.map(({ node_id }) => node_id).sort();
    const isWhole =
      leader !== null &&
      voters.length === Math.min(copies, active.size) &&
      voters.every((voter) => active.has(voter)) &&
      open.join() === [...voters].sort().join();
    return isWhole ? [] : [`group ${group}: ${leader} of ${voters.join()}, open on ${open.join()}`];
  });
}
