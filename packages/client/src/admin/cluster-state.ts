import type { ClusterEvent, ClusterGroup, ClusterNode, ClusterUpdate } from './cluster-wire.ts';
import type { ClusterOperations } from './operations-wire.ts';

/** Events kept for the page; older ones are in the logs. */
export const CLUSTER_EVENTS_MAX = 1_000;

/** The cluster as it was last reported. */
export interface ClusterState {
  /** When the last report came, in Unix milliseconds of this device; null: none yet. */
  readonly receivedAtMs: number | null;
  readonly reportedBy: string | null;
  /** Copies that every group is to have; null: not known yet. */
  readonly copies: number | null;
  /** By id. */
  readonly nodes: readonly ClusterNode[];
  /** By number. */
  readonly groups: readonly ClusterGroup[];
  /** Newest first. */
  readonly events: readonly ClusterEvent[];
  /** Null: not known yet. */
  readonly operations: ClusterOperations | null;
}

/** Before the first report. */
export const UNKNOWN_CLUSTER: ClusterState = {
  receivedAtMs: null,
  reportedBy: null,
  copies: null,
  nodes: [],
  groups: [],
  events: [],
  operations: null,
};

export function withSnapshot(
  state: ClusterState,
  update: ClusterUpdate,
  nowMs: number,
): ClusterState {
  return withDelta({ ...state, nodes: [], groups: [] }, update, nowMs);
}

/** Takes over what has changed; a group or node that is not named stays as it was. */
export function withDelta(state: ClusterState, update: ClusterUpdate, nowMs: number): ClusterState {
  const nodes = new Map(state.nodes.map((node) => [node.node_id, node]));
  for (const node of update.nodes) nodes.set(node.node_id, node);
  return {
    ...state,
    receivedAtMs: nowMs,
    reportedBy: update.reported_by ?? state.reportedBy,
    copies: update.copies ?? state.copies,
    nodes: [...nodes.values()].sort((a, b) => (a.node_id < b.node_id ? -1 : 1)),
    groups: withGroups(state.groups, update.groups),
  };
}

/** The same list when nothing has changed: a cluster at rest draws nothing anew. */
function withGroups(
  before: readonly ClusterGroup[],
  changed: readonly ClusterGroup[],
): readonly ClusterGroup[] {
  if (changed.length === 0) return before;
  const groups = new Map(before.map((group) => [group.group, group]));
  for (const group of changed) groups.set(group.group, group);
  return [...groups.values()].sort((a, b) => a.group - b.group);
}

export function withEvent(state: ClusterState, event: ClusterEvent): ClusterState {
  return { ...state, events: [event, ...state.events].slice(0, CLUSTER_EVENTS_MAX) };
}

/** What happened before this page was opened, newest first; what came live meanwhile is not listed twice. */
export function withEarlierEvents(
  state: ClusterState,
  earlier: readonly ClusterEvent[],
): ClusterState {
  const known = new Set(state.events.map(keyOf));
  const fresh = earlier.filter((event) => !known.has(keyOf(event)));
  const events = [...state.events, ...fresh].sort((a, b) =>
    a.at < b.at ? 1 : a.at > b.at ? -1 : 0,
  );
  return { ...state, events: events.slice(0, CLUSTER_EVENTS_MAX) };
}

function keyOf({ at, node_id, kind, group, detail }: ClusterEvent): string {
  return [at, node_id, kind, group, detail].join('|');
}
