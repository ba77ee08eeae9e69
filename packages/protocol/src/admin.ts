import * as z from 'zod';
import { nodeIdSchema, timestampSchema } from './ids.ts';
import { GROUPS_MAX } from './limits.ts';

const count = z.int().min(0);
const ageMs = z.number().min(0);

/** Parts of a node that run on its event loop. `other`: none of them; `starved`: the process did not get to run. */
export const LOOP_COMPONENTS = [
  'rest',
  'socket',
  'mesh',
  'apply',
  'snapshot',
  'dispatch',
  'deliveries',
  'flusher',
  'search',
  'membership',
  'coordinator',
  'other',
  'starved',
] as const;
export type LoopComponent = (typeof LOOP_COMPONENTS)[number];

/** The longest time in which one component kept the event loop from all others. */
export const longestTurnSchema = z.strictObject({
  component: z.enum(LOOP_COMPONENTS),
  ms: z.number().min(0),
});
export type LongestTurn = z.output<typeof longestTurnSchema>;

/** A node as the reporter knows it. Null: not known, which is never the same as zero. */
export const clusterNodeSchema = z.strictObject({
  node_id: nodeIdSchema,
  /** `unknown`: no word from it yet since the reporter started. */
  state: z.enum(['up', 'down', 'unknown']),
  /** What the cluster has decided about it; left out where it is not known. */
  membership: z.enum(['joining', 'active', 'draining', 'lost', 'gone']).optional(),
  /** `host:port` on the mesh. */
  address: z.string().nullable(),
  /** `NODE_ZONE`; left out where the node has none. */
  zone: z.string().optional(),
  /** The machine (`NODE_HOST_ID`). */
  host_id: z.string().optional(),
  leaders: count.nullable(),
  replicas: count.nullable(),
  /** When the reporter last received a report of the node, in milliseconds before this report; 0 for itself. */
  last_contact_ms_ago: ageMs.nullable(),
  event_loop_delay_p99_ms: z.number().min(0).nullable(),
  /** Of the last minute: the component that kept the event loop longest without a break. */
  longest_turn: longestTurnSchema.nullable(),
  /** Turns of more than 200 ms since the node started. */
  event_loop_blocks: count.nullable(),
  wal_sync_p99_ms: z.number().min(0).nullable(),
  flush_backlog: count.nullable(),
  database_up: z.boolean().nullable(),
  rss_bytes: count.nullable(),
  uptime_ms: ageMs.nullable(),
  /** Of the software. */
  version: z.string().nullable(),
  /** When the node itself took these figures, by its own clock, and how long ago by the reporter's. */
  reported_at: timestampSchema.nullable(),
  age_ms: ageMs.nullable(),
});
export type ClusterNode = z.output<typeof clusterNodeSchema>;

/** What a replica is in its group; `unknown`: its node has not reported, or is not reached. */
export const REPLICA_ROLES = ['leader', 'follower', 'candidate', 'learner', 'unknown'] as const;

/** Why a replica stalls: `unsupported`, a later version wrote the entry; `exception`, applying it threw. */
export const STALL_REASONS = ['unsupported', 'exception'] as const;

/** One replica of a group, as its own node last reported it. Null: not known. */
export const clusterReplicaSchema = z.strictObject({
  node_id: nodeIdSchema,
  role: z.enum(REPLICA_ROLES),
  term: count.nullable(),
  last_index: count.nullable(),
  commit: count.nullable(),
  applied: count.nullable(),
  /** The entry that it can't apply, and why (`unknown`: its node is of a later version); null: none. */
  stall: z.strictObject({ index: count, reason: z.enum([...STALL_REASONS, 'unknown']) }).nullable(),
});
export type ClusterReplica = z.output<typeof clusterReplicaSchema>;

/** A group as its leader sees it, or the node that answers when the leader is not known. */
export const clusterGroupSchema = z.strictObject({
  group: z
    .int()
    .min(0)
    .max(GROUPS_MAX - 1),
  /** Node id; null: none is known. */
  leader: nodeIdSchema.nullable(),
  term: count.nullable(),
  commit: count.nullable(),
  applied: count.nullable(),
  /** Entries by which the slowest voter is behind the commit. */
  lag: count.nullable(),
  voters: z.array(nodeIdSchema),
  replicas: z.array(clusterReplicaSchema),
  /** Messages that are not in Postgres yet. */
  flush_backlog: count.nullable(),
  reported_by: nodeIdSchema,
  reported_at: timestampSchema,
});
export type ClusterGroup = z.output<typeof clusterGroupSchema>;

const lossSchema = z.strictObject({
  /** Null: not known. */
  survivable: z.boolean().nullable(),
  /** By name: those whose loss would cost a group its quorum. */
  critical: z.array(z.string()),
});

/** Whether any one node, host or zone could be lost now, with those that are down already. */
export const clusterToleranceSchema = z.strictObject({
  node: lossSchema,
  host: lossSchema,
  /** Not known unless every node has a zone. */
  zone: lossSchema,
});
export type ClusterTolerance = z.output<typeof clusterToleranceSchema>;

/** `GET /api/admin/cluster` and `cluster:snapshot`. */
export const clusterSnapshotSchema = z.strictObject({
  cluster_id: z.string(),
  reported_by: nodeIdSchema,
  reported_at: timestampSchema,
  /** Copies that every group is to have, where there are active nodes enough. */
  copies: z.int().min(1),
  nodes: z.array(clusterNodeSchema),
  groups: z.array(clusterGroupSchema),
  /** Left out by nodes of earlier versions. */
  tolerance: clusterToleranceSchema.optional(),
});
export type ClusterSnapshot = z.output<typeof clusterSnapshotSchema>;

/** `cluster:delta`: only the nodes and groups that changed since the last one, each whole. */
export const clusterDeltaSchema = z.strictObject({
  reported_by: nodeIdSchema,
  reported_at: timestampSchema,
  nodes: z.array(clusterNodeSchema),
  groups: z.array(clusterGroupSchema),
});
export type ClusterDelta = z.output<typeof clusterDeltaSchema>;

/** What an event of the cluster is about. A closed set: it is a label of the operators' pages. */
export const CLUSTER_EVENT_KINDS = [
  'leader-elected',
  'membership-changed',
  'node-up',
  'node-down',
  'flush-failed',
  'flush-recovered',
  'dispatch-failed',
  'snapshot-saved',
  'snapshot-installed',
  'peer-refused',
] as const;

/** `cluster:event`. `dispatch-failed` is a dead letter: the last attempt to call an agent failed. */
export const clusterEventSchema = z.strictObject({
  at: timestampSchema,
  node_id: nodeIdSchema,
  kind: z.enum(CLUSTER_EVENT_KINDS),
  group: z
    .int()
    .min(0)
    .max(GROUPS_MAX - 1)
    .nullable(),
  detail: z.string(),
});
export type ClusterEventBody = z.output<typeof clusterEventSchema>;

/** A replica that applies nothing more, with the entry that stopped it. */
export const stalledReplicaSchema = z.strictObject({
  node_id: nodeIdSchema,
  /** `unsupported`: of a later version; `exception`: a defect. */
  reason: z.enum(STALL_REASONS),
  index: count,
  term: count,
  /** Null: it can't be read. */
  entry_type: z.string().nullable(),
  bytes: count,
  /** SHA-256 of the entry. */
  digest: z.string(),
  detail: z.string(),
});
export type StalledReplicaBody = z.output<typeof stalledReplicaSchema>;

/** `GET /api/admin/groups/:id`: the group, and its replicas that apply nothing more. */
export const groupAnswerSchema = z.strictObject({
  group: clusterGroupSchema,
  stalled: z.array(stalledReplicaSchema),
});
export type GroupAnswer = z.output<typeof groupAnswerSchema>;

/** `POST /api/admin/groups/:id/revive`: the entry that the operator has looked at. */
export const reviveGroupSchema = z.strictObject({
  index: z.int().min(1),
  term: count,
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
});
export type ReviveGroup = z.output<typeof reviveGroupSchema>;

/** `POST /api/admin/groups/:id/transfer`. */
export const transferGroupSchema = z.strictObject({ to: nodeIdSchema });
export type TransferGroup = z.output<typeof transferGroupSchema>;

/** The same as it is documented. */
export const groupNumberSchema = z
  .int()
  .min(0)
  .max(GROUPS_MAX - 1);

/** Path parameter of `/api/admin/groups/:id`, as text. */
export const groupParamSchema = z
  .string()
  .regex(/^\d{1,3}$/, { error: 'must be a group number', abort: true })
  .transform(Number)
  .pipe(z.int().max(GROUPS_MAX - 1, 'must be a group number'));

/** The 202 of operators' calls; `rows` of a flush. */
export const adminAcceptedSchema = z.strictObject({
  accepted: z.literal(true),
  rows: count.optional(),
});
export type AdminAccepted = z.output<typeof adminAcceptedSchema>;

/** `GET /health/ready`. */
export const readinessSchema = z.strictObject({
  ready: z.boolean(),
  reasons: z.array(z.string()),
  degraded: z.array(z.string()),
});
export type Readiness = z.output<typeof readinessSchema>;
