import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import type { NodeRecord } from '../membership/node-registry.ts';
import { type Placement, SYSTEM_GROUP } from '../membership/placement.ts';
import type { PlanInput, PlannedGroup } from '../membership/planner.ts';
import type { GroupDirectory } from './reports/group-directory.ts';

/** Groups on the move at once: all together, and towards one node. Each is at most one snapshot. */
export const MOVE_LIMITS = { movesMax: 12, movesPerNodeMax: 6 } as const;
/** A node without a report for so long counts as unreachable; its connection mostly breaks before. */
const SILENT_MS_MAX = 5_000;

export interface ShapeSources {
  readonly self: number;
  readonly descriptor: ClusterDescriptor;
  readonly nodes: () => Iterable<NodeRecord>;
  readonly placement: Placement;
  readonly directory: GroupDirectory;
  readonly isConnected: (number: number) => boolean;
}

/** The cluster as this node knows it, in the planner's terms. */
export function planInput(sources: ShapeSources): PlanInput {
  const { self, descriptor, directory, placement, isConnected } = sources;
  const isAlive = (number: number): boolean =>
    number === self || (isConnected(number) && directory.silentMs(number) < SILENT_MS_MAX);
  const groups: PlannedGroup[] = [];
  for (let group = 0; group < descriptor.groups; group += 1)
    groups.push(plannedGroup(group, directory, isAlive));
  groups.push(plannedGroup(SYSTEM_GROUP, directory, isAlive));
  return {
    nodes: [...sources.nodes()].map(({ number, nodeId, state, zone, hostId }) => ({
      number,
      nodeId,
      state,
      zone,
      hostId,
      isAlive: isAlive(number),
    })),
    groups,
    placement,
    replicas: descriptor.replicas,
    limits: MOVE_LIMITS,
  };
}

function plannedGroup(
  group: number,
  directory: GroupDirectory,
  isAlive: (number: number) => boolean,
): PlannedGroup {
  const leader = directory.leaderOf(group);
  const report = leader === 0 || !isAlive(leader) ? null : directory.reportOf(leader, group);
  const openOn = directory.openOn(group);
  if (report === null)
    return {
      group,
      leader: 0,
      voters: [],
      learners: [],
      votersOutgoing: [],
      lastIndex: 0,
      caughtUp: [],
      openOn,
    };
  return {
    group,
    leader,
    voters: report.voters,
    learners: report.learners,
    votersOutgoing: report.votersOutgoing,
    lastIndex: report.lastIndex,
    // By the leader's word and by their own: each can be wrong about an earlier life of a replica.
    caughtUp: report.caughtUp.filter((node) => directory.reportOf(node, group)?.isServing === true),
    openOn,
  };
}
