import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import type { NodeState } from '../membership/node-registry.ts';
import type { ClusterView, GroupView, NodeView } from './cluster-view.ts';
import type { GroupReport, NodeReport } from './node-report.ts';

export interface ClusterReportsOptions {
  readonly self: string;
  readonly descriptor: ClusterDescriptor;
  readonly ownReport: () => NodeReport;
  readonly replicasOf: (group: number) => readonly number[];
  /** What the registry says of a node. */
  readonly stateOf: (number: number) => NodeState | null;
  readonly isConnected: (nodeId: string) => boolean;
  readonly wallClockMs: () => number;
  readonly monotonicMs: () => number;
}

interface Heard {
  readonly report: NodeReport;
  readonly atMonotonicMs: number;
}

/** The newest report of every node, merged into one view with the age of each figure. */
export class ClusterReports {
  readonly #options: ClusterReportsOptions;
  readonly #heard = new Map<string, Heard>();
  readonly #everConnected = new Set<string>();

  constructor(options: ClusterReportsOptions) {
    this.#options = options;
  }

  receive(nodeId: string, report: NodeReport): void {
    // A node speaks for itself only.
    if (report.nodeId === nodeId)
      this.#heard.set(nodeId, { report, atMonotonicMs: this.#options.monotonicMs() });
  }

  connected(nodeId: string): void {
    this.#everConnected.add(nodeId);
  }

  view(): ClusterView {
    const { descriptor, self, wallClockMs, monotonicMs, ownReport } = this.#options;
    this.#heard.set(self, { report: ownReport(), atMonotonicMs: monotonicMs() });
    const groups: GroupView[] = [];
    const reports = this.#groupReports();
    for (let group = 0; group < descriptor.groups; group += 1)
      groups.push(this.#groupView(group, reports.get(group) ?? new Map()));
    return {
      clusterId: descriptor.clusterId,
      reportedBy: self,
      atMs: wallClockMs(),
      nodes: descriptor.nodes.map(({ nodeId, host, port, number }) => ({
        ...this.#nodeView(nodeId, `${host}:${port}`),
        membership: this.#options.stateOf(number),
      })),
      groups,
    };
  }

  #nodeView(nodeId: string, address: string): Omit<NodeView, 'membership'> {
    const { self, isConnected, monotonicMs } = this.#options;
    const heard = this.#heard.get(nodeId);
    const report = heard?.report;
    const ageMs = heard === undefined ? null : Math.round(monotonicMs() - heard.atMonotonicMs);
    const isUp = nodeId === self || isConnected(nodeId);
    const wasUp = heard !== undefined || this.#everConnected.has(nodeId);
    const led = report?.groups.filter(({ role }) => role === 'leader');
    return {
      nodeId,
      state: isUp ? 'up' : wasUp ? 'down' : 'unknown',
      address,
      lastContactMsAgo: nodeId === self ? 0 : ageMs,
      leaders: led?.length ?? null,
      replicas: report?.groups.length ?? null,
      eventLoopDelayP99Ms: report?.eventLoopDelayP99Ms ?? null,
      longestTurn: report?.longestTurn ?? null,
      eventLoopBlocks: report?.eventLoopBlocks ?? null,
      walSyncP99Ms: report?.walSyncP99Ms ?? null,
      flushBacklog: led?.reduce((sum, { flushBacklog }) => sum + (flushBacklog ?? 0), 0) ?? null,
      databaseUp: report?.databaseUp ?? null,
      rssBytes: report?.rssBytes ?? null,
      uptimeMs: report?.uptimeMs ?? null,
      version: report?.version ?? null,
      reportedAtMs: report?.atMs ?? null,
      ageMs,
    };
  }

  #groupReports(): ReadonlyMap<number, ReadonlyMap<string, GroupReport>> {
    const byGroup = new Map<number, Map<string, GroupReport>>();
    for (const [nodeId, { report }] of this.#heard)
      for (const group of report.groups) {
        const reports = byGroup.get(group.group) ?? new Map<string, GroupReport>();
        reports.set(nodeId, group);
        byGroup.set(group.group, reports);
      }
    return byGroup;
  }

  #groupView(group: number, reports: ReadonlyMap<string, GroupReport>): GroupView {
    const { self, wallClockMs, replicasOf } = this.#options;
    const leader = this.#leaderOf(reports);
    const own = leader === null ? reports.get(self) : reports.get(leader);
    const voters = own?.voters ?? replicasOf(group);
    return {
      group,
      leaderNodeId: leader,
      term: own?.term ?? null,
      commit: own?.commit ?? null,
      applied: own?.applied ?? null,
      lag: own?.lag ?? null,
      voters: this.#namesOf(voters),
      replicas: this.#replicaNames(voters, reports).map((nodeId) => {
        const report = reports.get(nodeId);
        return {
          nodeId,
          role: report === undefined || !this.#isUp(nodeId) ? 'unknown' : report.role,
          term: report?.term ?? null,
          lastIndex: report?.lastIndex ?? null,
          commit: report?.commit ?? null,
          applied: report?.applied ?? null,
          stall: report?.stall ?? null,
        };
      }),
      flushBacklog: own?.flushBacklog ?? null,
      reportedBy: own === undefined ? self : (leader ?? self),
      reportedAtMs: wallClockMs(),
    };
  }

  /** Its voters, and whoever else has a replica open: one that arrives, or is about to go. */
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
