import { type ClusterEventBody, GROUPS_MAX, type StalledReplicaBody } from '@fleetlm/protocol';
import type { ClusterEvent, StalledReplica } from '../runtime/runtime-api.ts';
import { isoTime } from './wire.ts';

export function clusterEvent(event: ClusterEvent): ClusterEventBody {
  // The group of the registry comes after those of conversations; operators know it by its name.
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
