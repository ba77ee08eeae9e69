import type { ClusterGroup, ClusterNode, ClusterSnapshot } from '@fleetlm/protocol';
import type { ClusterDescriptor, MemberNode } from '../../membership/cluster-descriptor.ts';
import type { NodeState } from '../../membership/node-registry.ts';
import type { Loss, Tolerance } from '../../membership/tolerance.ts';
import type { GroupReport, NodeReport } from './node-report.ts';

export interface ClusterReportsOptions {
  readonly self: string;
  readonly descriptor: ClusterDescriptor;
  readonly ownReport: () => NodeReport;
  readonly replicasOf: (group: number) => readonly number[];
  /** What the registry says of a node. */
  readonly stateOf: (number: number) => NodeState | null;
  readonly isConnected: (nodeId: string) => boolean;
  readonly tolerance: () => Tolerance;
  readonly wallClockMs: () => number;
  readonly monotonicMs: () => number;
}

interface Received {
  readonly report: NodeReport;
  readonly atMonotonicMs: number;
}

/** The newest report of every node, merged into one view with the age of each figure. */
export class ClusterReports {
  readonly #options: ClusterReportsOptions;
  readonly #received = new Map<string, Received>();
  readonly #everConnected = new Set<string>();

  constructor(options: ClusterReportsOptions) {
    this.#options = options;
  }

  receive(nodeId: string, report: NodeReport): void {
    // A node speaks for itself only.
    if (report.nodeId === nodeId)
      this.#received.set(nodeId, { report, atMonotonicMs: this.#options.monotonicMs() });
  }

  connected(nodeId: string): void {
    this.#everConnected.add(nodeId);
  }

  /** As operators are answered. */
  view(): ClusterSnapshot {
    const { descriptor, self, wallClockMs, monotonicMs, ownReport } = this.#options;
    this.#received.set(self, { report: ownReport(), atMonotonicMs: monotonicMs() });
    const groups: ClusterGroup[] = [];
    const reports = this.#groupReports();
    const tolerance = this.#options.tolerance();
    for (let group = 0; group < descriptor.groups; group += 1)
      groups.push(this.#groupView(group, reports.get(group) ?? new Map()));
    return {
      cluster_id: descriptor.clusterId,
      reported_by: self,
      reported_at: isoTime(wallClockMs()),
      copies: descriptor.replicas,
      nodes: descriptor.nodes.map((node) =>
        this.#nodeView(node, this.#options.stateOf(node.number)),
      ),
      groups,
      tolerance: {
        node: lossBody(tolerance.node),
        host: lossBody(tolerance.host),
        zone: lossBody(tolerance.zone),
      },
    };
  }

  #nodeView(node: MemberNode, membership: NodeState | null): ClusterNode {
    const { nodeId, zone, hostId } = node;
    const { self, isConnected, monotonicMs } = this.#options;
    const received = this.#received.get(nodeId);
    const report = received?.report;
    const ageMs =
      received === undefined ? null : Math.round(monotonicMs() - received.atMonotonicMs);
    const isUp = nodeId === self || isConnected(nodeId);
    const wasUp = received !== undefined || this.#everConnected.has(nodeId);
    const led = report?.groups.filter(({ role }) => role === 'leader');
    return {
      node_id: nodeId,
      state: isUp ? 'up' : wasUp ? 'down' : 'unknown',
      ...(membership === null ? {} : { membership }),
      address: `${node.host}:${node.port}`,
      ...(zone === undefined ? {} : { zone }),
      ...(hostId === undefined ? {} : { host_id: hostId }),
      leaders: led?.length ?? null,
      replicas: report?.groups.length ?? null,
      last_contact_ms_ago: nodeId === self ? 0 : ageMs,
      event_loop_delay_p99_ms: report?.eventLoopDelayP99Ms ?? null,
      longest_turn: report?.longestTurn ?? null,
      event_loop_blocks: report?.eventLoopBlocks ?? null,
      wal_sync_p99_ms: report?.walSyncP99Ms ?? null,
      flush_backlog: led?.reduce((sum, { flushBacklog }) => sum + (flushBacklog ?? 0), 0) ?? null,
      database_up: report?.databaseUp ?? null,
      rss_bytes: report?.rssBytes ?? null,
      uptime_ms: report?.uptimeMs ?? null,
      version: report?.version ?? null,
      reported_at: report === undefined ? null : isoTime(report.atMs),
      age_ms: ageMs,
    };
  }

  #groupReports(): ReadonlyMap<number, ReadonlyMap<string, GroupReport>> {
    const byGroup = new Map<number, Map<string, GroupReport>>();
    for (const [nodeId, { report }] of this.#received)
      for (const group of report.groups) {
        const reports = byGroup.get(group.group) ?? new Map<string, GroupReport>();
        reports.set(nodeId, group);
        byGroup.set(group.group, reports);
      }
    return byGroup;
  }

  #groupView(group: number, reports: ReadonlyMap<string, GroupReport>): ClusterGroup {
    const { self, wallClockMs, replicasOf } = this.#options;
    const leader = this.#leaderOf(reports);
    const own = leader === null ? reports.get(self) : reports.get(leader);
    const voters = own?.voters ?? replicasOf(group);
    return {
      group,
      leader,
      term: own?.term ?? null,
      commit: own?.commit ?? null,
      applied: own?.applied ?? null,
      lag: own?.lag ?? null,
      voters: [...this.#namesOf(voters)],
      replicas: this.#replicaNames(voters, reports).map((nodeId) => {
        const report = reports.get(nodeId);
        return {
          node_id: nodeId,
          role: report === undefined || !this.#isUp(nodeId) ? 'unknown' : report.role,
          term: report?.term ?? null,
          last_index: report?.lastIndex ?? null,
          commit: report?.commit ?? null,
          applied: report?.applied ?? null,
          stall: report?.stall ?? null,
        };
      }),
      flush_backlog: own?.flushBacklog ?? null,
      reported_by: own === undefined ? self : (leader ?? self),
      reported_at: isoTime(wallClockMs()),
    };
  }

  /** Its voters, and any other node with an open replica: one that arrives, or is about to go. */
  #replicaNames(
    voters: readonly number[],
    reports: ReadonlyMap<string, GroupReport>,
  ): readonly string[] {
    const open = [...reports.keys()].filter((nodeId) => this.#isUp(nodeId));
    return [...new Set([...this.#namesOf(voters), ...open])];
  }

  /** A leader that is not reached any more is none: its last report is of the past. */
  #leaderOf(reports: ReadonlyMap<string, GroupReport>): string | null {
    let leader: string | null = null;
    let term = -1;
    for (const [nodeId, report] of reports) {
      if (report.role !== 'leader' || report.term <= term || !this.#isUp(nodeId)) continue;
      leader = nodeId;
      term = report.term;
    }
    return leader;
  }

  #isUp(nodeId: string): boolean {
    return nodeId === this.#options.self || this.#options.isConnected(nodeId);
  }

  #namesOf(numbers: readonly number[]): readonly string[] {
    return numbers.flatMap(
      (number) =>
        this.#options.descriptor.nodes.find((node) => node.number === number)?.nodeId ?? [],
    );
  }
}

function lossBody({ survivable, critical }: Loss): {
  survivable: boolean | null;
  critical: string[];
} {
  return { survivable, critical: [...critical] };
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
