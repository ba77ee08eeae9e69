import type { Mesh } from '@fleetlm/raft/mesh';
import { type ClusterDescriptor, nodeIdOf } from '../membership/cluster-descriptor.ts';
import { Router, type RouterOptions } from '../router/router.ts';
import type { Leaders } from './leaders.ts';

export interface RouterWiring extends Pick<RouterOptions, 'self' | 'metrics' | 'execute' | 'log'> {
  readonly descriptor: ClusterDescriptor;
  readonly mesh: Mesh;
  readonly leaders: Leaders;
}

/** What carries calls to the node that carries them out, over the mesh. */
export function openRouter({ descriptor, mesh, leaders, ...options }: RouterWiring): Router {
  return new Router({
    ...options,
    nodeIdOf: (node) => nodeIdOf(descriptor, node),
    isConnected: (nodeId) => mesh.isConnected(nodeId),
    leaderOf: (group) => leaders.leaderOf(group),
    replicasOf: (group) => leaders.replicasOf(group),
    holds: (group) => leaders.holds(group),
    monotonicMs: () => performance.now(),
    random: Math.random,
    sendRequest: (nodeId, frame) => mesh.send(nodeId, 'request', frame),
    sendResponse: (nodeId, frame) => mesh.send(nodeId, 'response', frame),
  });
}
