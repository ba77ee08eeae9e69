import type {
  ClusterEventBody,
  ClusterGroup,
  ClusterNode,
  ClusterSnapshot,
  StalledReplicaBody,
} from '@fleetlm/protocol';
import { GROUPS_MAX } from '@fleetlm/protocol';
import type {
  ClusterEvent,
  ClusterView,
  GroupView,
  NodeView,
  StalledReplica,
} from '../runtime/runtime-api.ts';
import { isoTime } from './wire.ts';

/** The operators' view of the cluster as JSON. */
export function clusterSnapshot(view: ClusterView): ClusterSnapshot {
  return {
    cluster_id: view.clusterId,
    reported_by: view.reportedBy,
    reported_at: isoTime(view.atMs),
    nodes: view.nodes.map(clusterNode),
    groups: view.groups.map(clusterGroup),
  };
}

function clusterNode(node: NodeView): ClusterNode {
  return {
    node_id: node.nodeId,
    state: node.state,
    ...(node.membership === null ? {} : { membership: node.membership }),
    address: node.address,
    leaders: node.leaders,
    replicas: node.replicas,
    last_contact_ms_ago: node.lastContactMsAgo,
    event_loop_delay_p99_ms: node.eventLoopDelayP99Ms,
    longest_turn: node.longestTurn,
    event_loop_blocks: node.eventLoopBlocks,
    wal_sync_p99_ms: node.walSyncP99Ms,
    flush_backlog: node.flushBacklog,
    database_up: node.databaseUp,
    rss_bytes: node.rssBytes,
    uptime_ms: node.uptimeMs,
    version: node.version,
    reported_at: node.reportedAtMs === null ? null : isoTime(node.reportedAtMs),
    age_ms: node.ageMs,
  };
}

function clusterGroup(group: GroupView): ClusterGroup {
  return {
    group: group.group,
    leader: group.leaderNodeId,
    term: group.term,
    commit: group.commit,
    applied: group.applied,
    lag: group.lag,
    voters: [...group.voters],
    replicas: group.replicas.map((replica) => ({
      node_id: replica.nodeId,
      role: replica.role,
      term: replica.term,
      last_index: replica.lastIndex,
      commit: replica.commit,
      applied: replica.applied,
      stall: replica.stall,
    })),
    flush_backlog: group.flushBacklog,
    reported_by: group.reportedBy,
    reported_at: isoTime(group.reportedAtMs),
  };
}

export function clusterEvent(event: ClusterEvent): ClusterEventBody {
  // The group of the registry comes after those of conversations; people know it by its name.
  const isSystem = event.group !== null && event.group >= GROUPS_MAX;
  return {
    at: isoTime(event.atMs),
    node_id: event.nodeId,
    kind: event.kind,
    group: isSystem ? null : event.group,
    detail: isSystem ? `system group: ${event.detail}` : event.detail,
  };
}

export function stalledReplicaBody(replica: StalledReplica): StalledReplicaBody {
  const { nodeId, entryType, ...stall } = replica;
  return { ...stall, node_id: nodeId, entry_type: entryType };
}
