import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import type { CallOutcome, Operation } from '../operations/operations.ts';
import type { Router } from '../router/router.ts';

export interface AskPorts {
  readonly self: string;
  readonly descriptor: ClusterDescriptor;
  readonly router: Pick<Router, 'ask'>;
  readonly isConnected: (nodeId: string) => boolean;
}

export interface NodeAnswer {
  readonly nodeId: string;
  /** Null: it can't be reached. */
  readonly outcome: CallOutcome | null;
}

/** Asks every node of the cluster once, each for itself, in the cluster's order. */
export function askNodes(ports: AskPorts, operation: Operation): Promise<readonly NodeAnswer[]> {
  const { self, descriptor, router, isConnected } = ports;
  return Promise.all(
    descriptor.nodes.map(({ nodeId }) => {
      if (nodeId !== self && !isConnected(nodeId)) return { nodeId, outcome: null };
      return new Promise<NodeAnswer>((resolve) =>
        router.ask(nodeId === self ? null : nodeId, operation, (outcome) =>
          resolve({ nodeId, outcome }),
        ),
      );
    }),
  );
}
