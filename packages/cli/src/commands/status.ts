import type { ClusterGroup, ClusterNode, ClusterSnapshot } from '@fleetlm/protocol';
import { type LossTolerance, lossTolerance } from '../doctor/loss-tolerance.ts';
import { age, milliseconds, table, text } from '../output/table.ts';
import type { ClientCommand, CommandResult } from './command.ts';

/** The cluster at a glance: nodes, groups in numbers, and whether a node can be lost. */
export async function status(
  { client }: ClientCommand,
  { groups: withGroups = false }: { readonly groups?: boolean },
): Promise<CommandResult> {
  const cluster = await client.call('getCluster');
  const tolerance = lossTolerance(cluster);
  const { groups, ...rest } = cluster;
  return {
    json: {
      ...rest,
      can_lose_a_node: tolerance.canLoseANode,
      group_counts: countsOf(groups, tolerance),
      ...(withGroups ? { groups } : {}),
    },
    text: [
      `Cluster ${cluster.cluster_id}, reported by ${cluster.reported_by} at ${cluster.reported_at}\n\n`,
      nodeTable(cluster.nodes),
      `\n${groupLine(cluster, tolerance)}\n`,
      `${LOSS_WORDS[String(tolerance.canLoseANode)]}\n`,
      withGroups ? `\n${groupTable(groups)}` : '',
    ].join(''),
  };
}

const LOSS_WORDS: Readonly<Record<string, string>> = {
  true: 'Can lose a node now: yes',
  false: 'Can lose a node now: NO',
  null: 'Can lose a node now: not known yet',
};

function nodeTable(nodes: readonly ClusterNode[]): string {
  return table(
    [
      'NODE',
      'STATE',
      'MEMBERSHIP',
      'LEADERS',
      'REPLICAS',
      'LOOP P99',
      'SYNC P99',
      'BACKLOG',
      'POSTGRES',
      'VERSION',
      'AGE',
    ],
    nodes.map((node) => [
      node.node_id,
      node.state,
      text(node.membership ?? null),
      text(node.leaders),
      text(node.replicas),
      milliseconds(node.event_loop_delay_p99_ms),
      milliseconds(node.wal_sync_p99_ms),
      text(node.flush_backlog),
      text(node.database_up === null ? null : node.database_up ? 'up' : 'DOWN'),
      text(node.version),
      age(node.age_ms),
    ]),
  );
}

function countsOf(groups: readonly ClusterGroup[], { atRisk, withoutQuorum }: LossTolerance) {
  return {
    total: groups.length,
    without_leader: groups.filter(({ leader }) => leader === null).length,
    without_quorum: withoutQuorum.length,
    at_risk: atRisk.length,
    stalled: groups.filter(({ replicas }) => replicas.some(({ stall }) => stall !== null)).length,
    flush_backlog: groups.reduce((sum, { flush_backlog }) => sum + (flush_backlog ?? 0), 0),
  };
}

function groupLine({ groups }: ClusterSnapshot, tolerance: LossTolerance): string {
  const counts = countsOf(groups, tolerance);
  return `Groups: ${counts.total}, without a leader ${counts.without_leader}, without a quorum ${counts.without_quorum}, stalled ${counts.stalled}; messages to archive: ${counts.flush_backlog}`;
}

function groupTable(groups: readonly ClusterGroup[]): string {
  return table(
    ['GROUP', 'LEADER', 'TERM', 'COMMIT', 'APPLIED', 'LAG', 'BACKLOG', 'VOTERS'],
    groups.map((group) => [
      String(group.group),
      text(group.leader),
      text(group.term),
      text(group.commit),
      text(group.applied),
      text(group.lag),
      text(group.flush_backlog),
      group.voters.join(' '),
    ]),
  );
}
