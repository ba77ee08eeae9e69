import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import type { OperationType, OutcomeOf, Typed } from '../operations/operations.ts';
import type { Router } from '../router/router.ts';

export interface AskPorts {
  readonly self: string;
  readonly descriptor: ClusterDescriptor;
  readonly router: Pick<Router, 'ask'>;
  readonly isConnected: (nodeId: string) => boolean;
}

export interface NodeAnswer<T extends OperationType> {
  readonly nodeId: string;
  /** Null: it can't be reached. */
  readonly outcome: OutcomeOf<T> | null;
}

/** Asks every node of the cluster once, each for itself, in the cluster's order. */
export function askNodes<T extends OperationType>(
  { self, descriptor, router, isConnected }: AskPorts,
  operation: Typed<T>,
): Promise<readonly NodeAnswer<T>[]> {
  return Promise.all(
    descriptor.nodes.map(async ({ nodeId }) => {
      if (nodeId !== self && !isConnected(nodeId)) return { nodeId, outcome: null };
      return { nodeId, outcome: await router.ask(nodeId === self ? null : nodeId, operation) };
    }),
  );
}
