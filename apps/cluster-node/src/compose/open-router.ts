import type { Mesh } from '@fleetlm/raft/mesh';
import type { GroupLocator } from '../control/group-locator.ts';
import { type ClusterDescriptor, nodeIdOf } from '../membership/cluster-descriptor.ts';
import { Router, type RouterOptions } from '../router/router.ts';

export interface RouterWiring extends Pick<RouterOptions, 'self' | 'metrics' | 'execute' | 'log'> {
  readonly descriptor: ClusterDescriptor;
  readonly mesh: Mesh;
  readonly locator: GroupLocator;
}

/** What carries calls to the node that carries them out, over the mesh. */
export function openRouter({ descriptor, mesh, locator, ...options }: RouterWiring): Router {
  return new Router({
    ...options,
    nodeIdOf: (node) => nodeIdOf(descriptor, node),
    isConnected: (nodeId) => mesh.isConnected(nodeId),
    leaderOf: (group) => locator.leaderOf(group),
    replicasOf: (group) => locator.replicasOf(group),
    holds: (group) => locator.holds(group),
    monotonicMs: () => performance.now(),
    random: Math.random,
    sendRequest: (nodeId, frame) => mesh.send(nodeId, 'request', frame),
    sendResponse: (nodeId, frame) => mesh.send(nodeId, 'response', frame),
  });
}
