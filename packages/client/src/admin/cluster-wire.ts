import { isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';

export type NodeState = 'up' | 'down' | 'unknown';

const MEMBERSHIPS = ['joining', 'active', 'draining', 'lost', 'gone'] as const;
/** What a node is to the cluster, whether it runs or not. */
export type Membership = (typeof MEMBERSHIPS)[number];

/** The part of a node that kept its event loop longest without a break. */
export interface LongestTurn {
  readonly component: string;
  readonly ms: number;
}

/** A node as the reporter knows it. Null: not known, which is never the same as zero. */
export interface ClusterNode {
  readonly node_id: string;
  readonly state: NodeState;
  /** Null: not known. */
  readonly membership: Membership | null;
  /** `host:port` on the mesh. */
  readonly address: string | null;
  readonly leaders: number | null;
  readonly replicas: number | null;
  readonly event_loop_delay_p99_ms: number | null;
  /** The longest turn of the event loop in the last minute. */
  readonly longest_turn: LongestTurn | null;
  /** Turns of more than 200 ms since the node started. */
  readonly event_loop_blocks: number | null;
  readonly wal_sync_p99_ms: number | null;
  readonly flush_backlog: number | null;
  readonly database_up: boolean | null;
  readonly rss_bytes: number | null;
  readonly uptime_ms: number | null;
  /** How old these figures are, in milliseconds. */
  readonly age_ms: number | null;
  readonly last_contact_ms_ago: number | null;
  /** Of the software. */
  readonly version: string | null;
}

export interface ClusterReplica {
  readonly node_id: string;
  readonly role: string;
  readonly term: number | null;
  readonly last_index: number | null;
  readonly commit: number | null;
  readonly applied: number | null;
  /** The entry that it can't apply, and why; null: none. */
  readonly stall: { readonly index: number; readonly reason: string } | null;
}

export interface ClusterGroup {
  readonly group: number;
  /** Node id; null: none is known. */
  readonly leader: string | null;
  readonly term: number | null;
  readonly commit: number | null;
  /** Entries by which the slowest voter is behind the commit. */
  readonly lag: number | null;
  readonly voters: readonly string[];
  readonly replicas: readonly ClusterReplica[];
  readonly flush_backlog: number | null;
  readonly reported_by: string | null;
  readonly reported_at: string | null;
}

export interface ClusterEvent {
  readonly at: string;
  readonly node_id: string;
  readonly kind: string;
  readonly group: number | null;
  readonly detail: string;
}

/** A snapshot, or a change: then only with the nodes and groups that are different. */
export interface ClusterUpdate {
  readonly reported_by: string | null;
  readonly nodes: readonly ClusterNode[];
  readonly groups: readonly ClusterGroup[];
}

const NODE_STATES: readonly NodeState[] = ['up', 'down'];

export function readClusterUpdate(value: unknown): ClusterUpdate | null {
  if (!isObject(value)) return null;
  return {
    reported_by: stringField(value, 'reported_by'),
    nodes: readAll(value.nodes, readNode),
    groups: readAll(value.groups, readGroup),
  };
}

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
  return {
    node_id: nodeId,
    state: NODE_STATES.find((known) => known === value.state) ?? 'unknown',
    membership: MEMBERSHIPS.find((known) => known === value.membership) ?? null,
    address: stringField(value, 'address'),
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

function readLongestTurn(value: unknown): LongestTurn | null {
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
