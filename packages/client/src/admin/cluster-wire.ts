import type * as wire from '@fleetlm/protocol';
import { isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';

/** Fields of an answer whose closed sets may grow with a later version. */
type Open<T, K extends keyof T> = Omit<Readonly<T>, K>;

/** Whether a node is reached by the one that reports; `unknown`: not since that one started. */
export type NodeState = wire.ClusterNode['state'];
/** What a node is to the cluster, whether it runs or not. */
export type Membership = NonNullable<wire.ClusterNode['membership']>;

/** A node as the reporter knows it. Null: not known, which is never the same as zero. */
export type ClusterNode = Open<wire.ClusterNode, 'membership' | 'longest_turn' | 'reported_at'> & {
  readonly membership: Membership | null;
  readonly longest_turn: { readonly component: string; readonly ms: number } | null;
};

/** A replica of a group. `role` and `stall.reason` may be words of a later version. */
export type ClusterReplica = Open<wire.ClusterReplica, 'role' | 'stall'> & {
  readonly role: string;
  readonly stall: { readonly index: number; readonly reason: string } | null;
};

/** A group as its leader sees it. */
export type ClusterGroup = Open<
  wire.ClusterGroup,
  'applied' | 'voters' | 'replicas' | 'reported_by' | 'reported_at'
> & {
  readonly voters: readonly string[];
  readonly replicas: readonly ClusterReplica[];
  readonly reported_by: string | null;
  readonly reported_at: string | null;
};

/** Something that happened in the cluster. `kind` may be a word of a later version. */
export type ClusterEvent = Open<wire.ClusterEventBody, 'kind'> & { readonly kind: string };

/** A snapshot, or a change: then only with the nodes and groups that are different. */
export interface ClusterUpdate {
  readonly reported_by: string | null;
  /** Of a snapshot: copies that every group is to have; null: it does not say. */
  readonly copies: number | null;
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
}

const MEMBERSHIPS: readonly Membership[] = ['joining', 'active', 'draining', 'lost', 'gone'];
const NODE_STATES: readonly NodeState[] = ['up', 'down'];

/**
 * A `cluster:snapshot` or `cluster:delta`, or the answer of `GET /api/admin/cluster`; null: not understood. Entries that are
 * not understood are left out.
 */
export function readClusterUpdate(value: unknown): ClusterUpdate | null {
  if (!isObject(value)) return null;
  return {
    reported_by: stringField(value, 'reported_by'),
    copies: numberField(value, 'copies'),
    nodes: readAll(value.nodes, readNode),
    groups: readAll(value.groups, readGroup),
  };
}

/** A `cluster:event`; null: not understood. */
export function readClusterEvent(value: unknown): ClusterEvent | null {
  if (!isObject(value)) return null;
  const kind = stringField(value, 'kind');
  const at = stringField(value, 'at');
  if (kind === null || at === null) return null;
  const detail = stringField(value, 'detail') ?? '';
  return {
    at,
    kind,
    detail,
    node_id: stringField(value, 'node_id') ?? '',
    group: numberField(value, 'group'),
  };
}

function readNode(value: JsonObject): ClusterNode | null {
  const nodeId = stringField(value, 'node_id');
  if (nodeId === null) return null;
  const databaseUp = value.database_up;
  const zone = stringField(value, 'zone');
  const hostId = stringField(value, 'host_id');
  return {
    node_id: nodeId,
    state: NODE_STATES.find((known) => known === value.state) ?? 'unknown',
    membership: MEMBERSHIPS.find((known) => known === value.membership) ?? null,
    address: stringField(value, 'address'),
    ...(zone === null ? {} : { zone }),
    ...(hostId === null ? {} : { host_id: hostId }),
    leaders: numberField(value, 'leaders'),
    replicas: numberField(value, 'replicas'),
    event_loop_delay_p99_ms: numberField(value, 'event_loop_delay_p99_ms'),
    longest_turn: readLongestTurn(value.longest_turn),
    event_loop_blocks: numberField(value, 'event_loop_blocks'),
    wal_sync_p99_ms: numberField(value, 'wal_sync_p99_ms'),
    flush_backlog: numberField(value, 'flush_backlog'),
    database_up: typeof databaseUp === 'boolean' ? databaseUp : null,
    rss_bytes: numberField(value, 'rss_bytes'),
    uptime_ms: numberField(value, 'uptime_ms'),
    age_ms: numberField(value, 'age_ms'),
    last_contact_ms_ago: numberField(value, 'last_contact_ms_ago'),
    version: stringField(value, 'version'),
  };
}

function readLongestTurn(value: unknown): ClusterNode['longest_turn'] {
  if (!isObject(value)) return null;
  const component = stringField(value, 'component');
  const ms = numberField(value, 'ms');
  return component === null || ms === null ? null : { component, ms };
}

function readGroup(value: JsonObject): ClusterGroup | null {
  const group = numberField(value, 'group');
  if (group === null) return null;
  const { voters } = value;
  return {
    group,
    leader: stringField(value, 'leader'),
    term: numberField(value, 'term'),
    commit: numberField(value, 'commit'),
    lag: numberField(value, 'lag'),
    voters: Array.isArray(voters) ? voters.filter((voter) => typeof voter === 'string') : [],
    replicas: readAll(value.replicas, readReplica),
    flush_backlog: numberField(value, 'flush_backlog'),
    reported_by: stringField(value, 'reported_by'),
    reported_at: stringField(value, 'reported_at'),
  };
}

function readReplica(value: JsonObject): ClusterReplica | null {
  const nodeId = stringField(value, 'node_id');
  if (nodeId === null) return null;
  return {
    node_id: nodeId,
    role: stringField(value, 'role') ?? 'unknown',
    term: numberField(value, 'term'),
    last_index: numberField(value, 'last_index'),
    commit: numberField(value, 'commit'),
    applied: numberField(value, 'applied'),
    stall: readStall(value.stall),
  };
}

function readStall(value: unknown): ClusterReplica['stall'] {
  if (!isObject(value)) return null;
  const index = numberField(value, 'index');
  const reason = stringField(value, 'reason');
  return index === null || reason === null ? null : { index, reason };
}

function readAll<T>(value: unknown, read: (entry: JsonObject) => T | null): readonly T[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry) => {
    const parsed = isObject(entry) ? read(entry) : null;
    return parsed === null ? [] : [parsed];
  });
}

function numberField(object: JsonObject, key: string): number | null {
  const value = object[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
