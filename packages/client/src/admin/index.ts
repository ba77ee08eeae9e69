export { ClusterFeed, type ClusterFeedOptions } from './cluster-feed.ts';
export { type ClusterState, UNKNOWN_CLUSTER } from './cluster-state.ts';
export type {
  ClusterEvent,
  ClusterGroup,
  ClusterNode,
  ClusterReplica,
  NodeState,
} from './cluster-wire.ts';
