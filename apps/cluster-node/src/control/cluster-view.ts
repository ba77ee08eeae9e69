import type { NodeState } from '../membership/node-registry.ts';
import type { LongestTurn } from '../telemetry/component-turns.ts';

/** The cluster as one node has heard of it: its own figures and what the others last reported. */
export interface ClusterView {
  readonly clusterId: string;
  readonly reportedBy: string;
  readonly atMs: number;
  readonly nodes: readonly NodeView[];
  readonly groups: readonly GroupView[];
}

/** Null: not known, which is never the same as zero. */
export interface NodeView {
  readonly nodeId: string;
  /** 'unknown': no word from it yet since this node started; never shown as 0 or down. */
  readonly state: 'up' | 'down' | 'unknown';
  /** What the cluster has decided about it; null: not known here. */
  readonly membership: NodeState | null;
  readonly address: string;
  readonly lastContactMsAgo: number | null;
  readonly leaders: number | null;
  readonly replicas: number | null;
  readonly eventLoopDelayP99Ms: number | null;
  readonly longestTurn: LongestTurn | null;
  readonly eventLoopBlocks: number | null;
  readonly walSyncP99Ms: number | null;
  readonly flushBacklog: number | null;
  readonly databaseUp: boolean | null;
  readonly rssBytes: number | null;
  readonly uptimeMs: number | null;
  readonly version: string | null;
  /** By the node's own clock. */
  readonly reportedAtMs: number | null;
  /** Age of the figures in milliseconds, by this node's clock; null: none yet. */
  readonly ageMs: number | null;
}

export type ReplicaRole = 'leader' | 'follower' | 'candidate' | 'learner' | 'unknown';

export interface GroupView {
  readonly group: number;
  readonly leaderNodeId: string | null;
  readonly term: number | null;
  readonly commit: number | null;
  readonly applied: number | null;
  /** Entries by which the slowest voter is behind the commit. */
  readonly lag: number | null;
  readonly voters: readonly string[];
  readonly replicas: readonly {
    readonly nodeId: string;
    readonly role: ReplicaRole;
    readonly term: number | null;
    readonly lastIndex: number | null;
    readonly commit: number | null;
    readonly applied: number | null;
    /** The entry that it can't apply; null: none is known. */
    readonly stall: {
      readonly index: number;
      readonly reason: 'unsupported' | 'exception';
    } | null;
  }[];
  readonly flushBacklog: number | null;
  readonly reportedBy: string;
  readonly reportedAtMs: number;
}

export type ClusterEventKind =
  | 'leader-elected'
  | 'membership-changed'
  | 'node-up'
  | 'node-down'
  | 'flush-failed'
  | 'flush-recovered'
  | 'dispatch-failed'
  | 'snapshot-saved'
  | 'snapshot-installed'
  | 'peer-refused';

export const CLUSTER_EVENT_KINDS = [
  'leader-elected',
  'membership-changed',
  'node-up',
  'node-down',
  'flush-failed',
  'flush-recovered',
  'dispatch-failed',
  'snapshot-saved',
  'snapshot-installed',
  'peer-refused',
] as const satisfies readonly ClusterEventKind[];

export interface ClusterEvent {
  readonly atMs: number;
  readonly nodeId: string;
  readonly kind: ClusterEventKind;
  readonly group: number | null;
  readonly detail: string;
}
