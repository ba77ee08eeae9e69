import type { ClusterGroup, ClusterNode, ClusterState } from '@fleetlm/client/admin';

/** A replica is behind when more entries than this are not applied: a few are always under way. */
export const LAG_NORMAL_MAX = 50;
/** Rows that wait for Postgres between two flushes of a busy cluster. */
export const BACKLOG_NORMAL_MAX = 50_000;

export type GroupHealth =
  | 'ok'
  | 'stalled'
  | 'leaderless'
  | 'no-quorum'
  | 'under-replicated'
  | 'lagging'
  | 'unknown';

export interface ClusterHealth {
  /** How many nodes can be lost now so that every group still has a quorum; below 0: one has none already. Null: not known. */
  readonly tolerance: number | null;
  readonly nodesUp: number;
  readonly nodesDown: readonly string[];
  readonly nodesUnknown: readonly string[];
  readonly leaderless: number;
  readonly withoutQuorum: number;
  readonly underReplicated: number;
  readonly lagMax: number | null;
  readonly flushBacklog: number | null;
}

/** What the overview says of the cluster. */
export function clusterHealth({
  nodes,
  groups,
  copies,
}: Pick<ClusterState, 'nodes' | 'groups' | 'copies'>): ClusterHealth {
  const live = liveNodes(nodes);
  const tolerances = groups
    .filter((group) => group.voters.length > 0)
    .map((group) => toleranceOf(group, live));
  return {
    tolerance: tolerances.length === 0 ? null : Math.min(...tolerances),
    nodesUp: live.size,
    nodesDown: nodes.filter((node) => node.state === 'down').map((node) => node.node_id),
    nodesUnknown: nodes.filter((node) => node.state === 'unknown').map((node) => node.node_id),
    leaderless: groups.filter((group) => group.leader === null).length,
    withoutQuorum: tolerances.filter((tolerance) => tolerance < 0).length,
    underReplicated: groups.filter((group) => isUnderReplicated(group, live, copies)).length,
    lagMax: maximum(groups.flatMap((group) => lagsOf(group, live))),
    flushBacklog: total(nodes.map((node) => node.flush_backlog)),
  };
}

export function groupHealth(
  group: ClusterGroup,
  nodes: readonly ClusterNode[],
  copies: number | null,
): GroupHealth {
  return groupHealthOf(group, liveNodes(nodes), copies);
}

/** The same for many groups: `live` are the ids of the nodes that are up. */
export function groupHealthOf(
  group: ClusterGroup,
  live: ReadonlySet<string>,
  copies: number | null,
): GroupHealth {
  if (group.voters.length === 0) return 'unknown';
  if (toleranceOf(group, live) < 0) return 'no-quorum';
  if (group.replicas.some(({ stall }) => stall !== null)) return 'stalled';
  if (group.leader === null) return 'leaderless';
  if (isUnderReplicated(group, live, copies)) return 'under-replicated';
  return (maximum(lagsOf(group, live)) ?? 0) > LAG_NORMAL_MAX ? 'lagging' : 'ok';
}

/** A copy is down, or the group has fewer than it is to have: a drain without a node to take them leaves it so. */
function isUnderReplicated(
  { voters }: ClusterGroup,
  live: ReadonlySet<string>,
  copies: number | null,
): boolean {
  if (voters.length === 0) return false;
  return voters.filter((voter) => live.has(voter)).length < Math.max(voters.length, copies ?? 0);
}

/** Committed entries that a replica has not applied; where that is not known, that it does not have. */
export function lagOf(group: ClusterGroup, nodeId: string): number | null {
  const commit = group.commit ?? commitOf(group);
  const replica = group.replicas.find((candidate) => candidate.node_id === nodeId);
  const reached = replica?.applied ?? replica?.last_index ?? null;
  return commit === null || reached === null ? null : Math.max(0, commit - reached);
}

export function liveNodes(nodes: readonly ClusterNode[]): ReadonlySet<string> {
  return new Set(nodes.filter((node) => node.state === 'up').map((node) => node.node_id));
}

function toleranceOf(group: ClusterGroup, live: ReadonlySet<string>): number {
  const quorum = Math.floor(group.voters.length / 2) + 1;
  return group.voters.filter((voter) => live.has(voter)).length - quorum;
}

function commitOf(group: ClusterGroup): number | null {
  const leader = group.replicas.find((replica) => replica.node_id === group.leader);
  return leader?.commit ?? maximum(group.replicas.map((replica) => replica.commit));
}

function lagsOf(group: ClusterGroup, live: ReadonlySet<string>): readonly (number | null)[] {
  const known = group.voters.filter((voter) => live.has(voter)).map((voter) => lagOf(group, voter));
  // What the leader says of its slowest voter counts only while all are there: a dead one is reported as such.
  return live.size > 0 && group.voters.every((voter) => live.has(voter))
    ? [...known, group.lag]
    : known;
}

function maximum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function total(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
