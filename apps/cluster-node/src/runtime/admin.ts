import type { ClusterSnapshot } from '@fleetlm/protocol';
import type { OperationsRuntime } from '../control/cluster-operations.ts';
import type { ClusterEvents } from '../control/reports/cluster-events.ts';
import type { ClusterReports } from '../control/reports/cluster-reports.ts';
import type { ClusterEvent } from '../control/reports/cluster-view.ts';
import type { Subscription } from '../effects/feed/feed-events.ts';
import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import { resultOf } from '../operations/operation-errors.ts';
import type { OperationType, OutcomeOf, StallReport, Typed } from '../operations/operations.ts';
import type { Result } from '../outcome.ts';
import type { Router } from '../router/router.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import { askNodes } from './ask-nodes.ts';
import type { ClusterMetrics } from './cluster-metrics.ts';
import type { AdminRuntime, StalledReplica } from './runtime-api.ts';

export interface AdminPorts {
  readonly self: string;
  readonly descriptor: ClusterDescriptor;
  readonly operations: OperationsRuntime;
  readonly router: Router;
  readonly reports: ClusterReports;
  readonly isConnected: (nodeId: string) => boolean;
  readonly events: Pick<ClusterEvents, 'newest' | 'subscribe'>;
}

/** What operators may do, on whichever node they ask. */
export class NodeAdmin implements AdminRuntime {
  readonly operations: OperationsRuntime;
  readonly #ports: AdminPorts;

  constructor(ports: AdminPorts) {
    this.#ports = ports;
    this.operations = ports.operations;
  }

  cluster(): ClusterSnapshot {
    return this.#ports.reports.view();
  }

  async transferGroup(group: number, toNodeId: string): ReturnType<AdminRuntime['transferGroup']> {
    const { descriptor, router } = this.#ports;
    const to = descriptor.nodes.find(({ nodeId }) => nodeId === toNodeId);
    if (to === undefined) return noNode(toNodeId);
    if (group >= descriptor.groups) return noGroup(group);
    const outcome = await router.request({ type: 'transfer-group', group, to: to.number });
    return resultOf('transfer-group', outcome);
  }

  /** On every node that can be reached. */
  async snapshotGroup(group: number): ReturnType<AdminRuntime['snapshotGroup']> {
    if (group >= this.#ports.descriptor.groups) return noGroup(group);
    const outcomes = await this.#askAll({ type: 'snapshot-group', group });
    const failed = outcomes.find(({ status }) => status !== 'ok');
    return failed === undefined ? { ok: true, value: null } : resultOf('snapshot-group', failed);
  }

  async stalls(group: number): Promise<readonly StalledReplica[]> {
    const answers = await askNodes(this.#ports, { type: 'group-stall', group });
    return answers.flatMap(({ nodeId, outcome }) => {
      const stall = outcome?.status === 'ok' ? outcome.value : null;
      return stall === null ? [] : [{ nodeId, ...stall }];
    });
  }

  /**
   * Only an entry that every replica is stalled at: one that was applied somewhere, or may be by a node that is down,
   * would split the replicas if the others skipped it.
   */
  async revive(
    group: number,
    { index, term, digest }: Pick<StallReport, 'index' | 'term' | 'digest'>,
    by: string,
  ): ReturnType<AdminRuntime['revive']> {
    const { descriptor, reports, router } = this.#ports;
    if (group >= descriptor.groups) return noGroup(group);
    const replicas = reports.view().groups.find((known) => known.group === group)?.replicas ?? [];
    const stalls = await this.stalls(group);
    const isAt = (nodeId: string): boolean =>
      stalls.some(
        (stall) =>
          stall.nodeId === nodeId &&
          stall.index === index &&
          stall.term === term &&
          stall.digest === digest,
      );
    const others = replicas.map(({ node_id }) => node_id).filter((nodeId) => !isAt(nodeId));
    if (replicas.length === 0 || others.length > 0) {
      const detail = `every replica must be stalled at this entry; these are not, or can't be reached: ${others.join(', ') || 'all'}`;
      return { ok: false, error: { code: 'conflict', detail } };
    }
    const outcome = await router.request({ type: 'skip-entry', group, index, term, digest, by });
    return resultOf('skip-entry', outcome);
  }

  async flush(): ReturnType<AdminRuntime['flush']> {
    let rows = 0;
    for (const outcome of await this.#askAll({ type: 'flush' })) {
      const result = resultOf('flush', outcome);
      if (!result.ok) return result;
      rows += result.value.rows;
    }
    return { ok: true, value: { rows } };
  }

  subscribeEvents(sink: (event: ClusterEvent) => void): Subscription {
    return this.#ports.events.subscribe(sink);
  }

  recentEvents(): readonly ClusterEvent[] {
    return this.#ports.events.newest();
  }

  /** A node that does not answer is in the answer, as not known. */
  async metrics(range: MetricRange, afterMs: number): Promise<ClusterMetrics> {
    const answers = await askNodes(this.#ports, { type: 'node-metrics', range, afterMs });
    return {
      reportedBy: this.#ports.self,
      atMs: Date.now(),
      nodes: answers.map(({ nodeId, outcome }) => ({
        nodeId,
        metrics: outcome?.status === 'ok' ? outcome.value : null,
      })),
    };
  }

  /** What the nodes that can be reached say. */
  async #askAll<T extends OperationType>(operation: Typed<T>): Promise<readonly OutcomeOf<T>[]> {
    const answers = await askNodes(this.#ports, operation);
    return answers.flatMap(({ outcome }) => outcome ?? []);
  }
}

function noNode(nodeId: string): Result<never, 'not_found'> {
  return { ok: false, error: { code: 'not_found', detail: `there is no node "${nodeId}"` } };
}

function noGroup(group: number): Result<never, 'not_found'> {
  return { ok: false, error: { code: 'not_found', detail: `there is no group ${group}` } };
}
