import type { ClusterNode, ClusterState, NodeState } from '@fleetlm/client/admin';

/** A node that has reported nothing yet. */
export function unknownNode(node_id: string, state: NodeState): ClusterNode {
  return {
    node_id,
    state,
    membership: null,
    address: null,
    leaders: null,
    replicas: null,
    event_loop_delay_p99_ms: null,
    longest_turn: null,
    event_loop_blocks: null,
    wal_sync_p99_ms: null,
    flush_backlog: null,
    database_up: null,
    rss_bytes: null,
    uptime_ms: null,
    age_ms: null,
    last_contact_ms_ago: null,
    version: null,
  };
}

/** A cluster for tests: only what matters is said, the rest is not known. */
export function withSnapshotOf(input: {
  readonly nodes: Readonly<Record<string, NodeState>>;
  readonly copies?: number;
  readonly groups: readonly {
    readonly leader: string | null;
    readonly applied: Readonly<Record<string, number>>;
    readonly flush_backlog?: number;
  }[];
}): Pick<ClusterState, 'nodes' | 'groups' | 'copies'> {
  return {
    copies: input.copies ?? null,
    nodes: Object.entries(input.nodes).map(([node_id, state]) => unknownNode(node_id, state)),
    groups: input.groups.map(({ leader, applied, flush_backlog }, group) => ({
      group,
      leader,
      term: 1,
      commit: leader === null ? null : (applied[leader] ?? null),
      lag: null,
      voters: Object.keys(applied),
      flush_backlog: flush_backlog ?? null,
      reported_by: leader,
      reported_at: null,
      replicas: Object.entries(applied).map(([node_id, index]) => ({
        node_id,
        role: node_id === leader ? 'leader' : 'follower',
        term: 1,
        stall: null,
        last_index: index,
        commit: index,
        applied: index,
      })),
    })),
  };
}
