export { ClusterFeed, type ClusterFeedOptions } from './cluster-feed.ts';
export { type ClusterState, UNKNOWN_CLUSTER } from './cluster-state.ts';
export type {
  ClusterEvent,
  ClusterGroup,
  ClusterNode,
  ClusterReplica,
  Membership,
  NodeState,
} from './cluster-wire.ts';
export { readClusterEvent } from './cluster-wire.ts';
export {
  type AgentLoad,
  type ClusterHistory,
  type DispatchFigures,
  EMPTY_HISTORY,
  type FlushFigures,
  knownUntil,
  METRICS,
  type Metric,
  type MetricRange,
  type NodeHistory,
  readMetrics,
  withMetrics,
} from './metrics.ts';
export {
  type AuditEntry,
  type OperationPlan,
  readAudit,
  readPlan,
} from './operation-plan-wire.ts';
export {
  type ClusterOperation,
  type ClusterOperations,
  type OperationKind,
  type OperationState,
  readOperation,
  readOperations,
} from './operations-wire.ts';
