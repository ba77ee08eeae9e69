import type { Subscription } from '../effects/feed/feed-events.ts';
import { SinkRooms } from '../effects/feed/sink-rooms.ts';
import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import type { CallOutcome, Operation, StallReport } from '../router/operations.ts';
import type { Router } from '../router/router.ts';
import type { MetricRange } from '../telemetry/metric-history.ts';
import { askNodes } from './ask-nodes.ts';
import type { ClusterMetrics } from './cluster-metrics.ts';
import type { OperationsRuntime } from './cluster-operations.ts';
import type { ClusterReports } from './cluster-reports.ts';
import type { ClusterEvent, ClusterView } from './cluster-view.ts';
import { within } from './operation-errors.ts';
import { RecentEvents } from './recent-events.ts';
import { mapped, resultOf } from './runtime.ts';
import type { AdminRuntime, Result, StalledReplica } from './runtime-api.ts';

export interface AdminPorts {
  readonly self: string;
  readonly descriptor: ClusterDescriptor;
  readonly operations: OperationsRuntime;
  readonly router: Router;
  readonly reports: ClusterReports;
  readonly isConnected: (nodeId: string) => boolean;
  readonly onError: (error: unknown) => void;
}

const EVENTS = 'events';

/** What operators may do, on whichever node they ask. */
export class NodeAdmin implements AdminRuntime {
  readonly operations: OperationsRuntime;
  readonly #ports: AdminPorts;
  readonly #sinks: SinkRooms<ClusterEvent>;
  readonly #recent = new RecentEvents();

  constructor(ports: AdminPorts) {
    this.#ports = ports;
    this.operations = ports.operations;
    this.#sinks = new SinkRooms(ports.onError);
  }

  cluster(): ClusterView {
    return this.#ports.reports.view();
  }

  async transferGroup(group: number, toNodeId: string): ReturnType<AdminRuntime['transferGroup']> {
    const { descriptor, router } = this.#ports;
    const to = descriptor.nodes.find(({ nodeId }) => nodeId === toNodeId);
    if (to === undefined) return noNode(toNodeId);
    if (group >= descriptor.groups) return noGroup(group);
    const outcome = await new Promise<CallOutcome>((resolve) =>
      router.call(group, 'leader', { type: 'transfer-group', group, to: to.number }, resolve),
    );
    return mapped(within('transfer-group', resultOf(outcome, 'done')), () => null);
  }

  /** On every node that can be reached. */
  async snapshotGroup(group: number): ReturnType<AdminRuntime['snapshotGroup']> {
    if (group >= this.#ports.descriptor.groups) return noGroup(group);
    const outcomes = await this.#askAll({ type: 'snapshot-group', group });
    const failed = outcomes.map((outcome) => resultOf(outcome, 'done')).find(({ ok }) => !ok);
    return failed === undefined
      ? { ok: true, value: null }
      : mapped(within('snapshot-group', failed), () => null);
  }

  async stalls(group: number): Promise<readonly StalledReplica[]> {
    const answers = await askNodes(this.#ports, { type: 'group-stall', group });
    return answers.flatMap(({ nodeId, outcome }) => {
      const result = outcome === null ? null : resultOf(outcome, 'stall');
      const stall = result?.ok === true ? result.value.stall : null;
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
    const others = replicas.map(({ nodeId }) => nodeId).filter((nodeId) => !isAt(nodeId));
    if (replicas.length === 0 || others.length > 0) {
      const detail = `every replica must be stalled at this entry; these are not, or can't be reached: ${others.join(', ') || 'all'}`;
      return { ok: false, error: { code: 'conflict', detail } };
    }
    const outcome = await new Promise<CallOutcome>((resolve) =>
      router.call(
        SYSTEM_GROUP,
        'leader',
        { type: 'skip-entry', group, index, term, digest, by },
        resolve,
      ),
    );
    return mapped(within('skip-entry', resultOf(outcome, 'done')), () => null);
  }

  async flush(): ReturnType<AdminRuntime['flush']> {
    let rows = 0;
    for (const outcome of await this.#askAll({ type: 'flush' })) {
      const result = within('flush', resultOf(outcome, 'flushed'));
      if (!result.ok) return result;
      rows += result.value.rows;
    }
    return { ok: true, value: { rows } };
  }

  subscribeEvents(sink: (event: ClusterEvent) => void): Subscription {
    return this.#sinks.subscribe(EVENTS, sink);
  }

  recentEvents(): readonly ClusterEvent[] {
    return this.#recent.newest();
  }

  /** A node that does not answer is in the answer, as not known. */
  async metrics(range: MetricRange, afterMs: number): Promise<ClusterMetrics> {
    const answers = await askNodes(this.#ports, { type: 'node-metrics', range, afterMs });
    return {
      reportedBy: this.#ports.self,
      atMs: Date.now(),
      nodes: answers.map(({ nodeId, outcome }) => {
        const result = outcome === null ? null : resultOf(outcome, 'node-metrics');
        return { nodeId, metrics: result?.ok === true ? result.value.metrics : null };
      }),
    };
  }

  publish(event: ClusterEvent): void {
    this.#recent.add(event);
    this.#sinks.publish(EVENTS, event);
  }

  /** What the nodes that can be reached say. */
  async #askAll(operation: Operation): Promise<readonly CallOutcome[]> {
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
