import type { NodeMetrics } from '../operations/node-metrics.ts';

/** What was asked of every node, and came back. */
export interface ClusterMetrics {
  readonly reportedBy: string;
  readonly atMs: number;
  readonly nodes: readonly {
    readonly nodeId: string;
    /** Null: it did not answer; nothing is known of it, which is not the same as nothing. */
    readonly metrics: NodeMetrics | null;
  }[];
}
