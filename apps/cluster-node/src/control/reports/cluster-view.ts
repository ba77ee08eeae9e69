import type { ClusterEventBody } from '@fleetlm/protocol';

/** What nodes report to each other at once. */
export interface ClusterEvent {
  readonly atMs: number;
  readonly nodeId: string;
  readonly kind: ClusterEventBody['kind'];
  readonly group: number | null;
  readonly detail: string;
}
