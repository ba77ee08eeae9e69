import { REQUEST_KEY_LENGTH_MAX, REQUESTS_MAX } from '@fleetlm/conversation';
import { chunkSchema } from '@fleetlm/protocol';
import * as z from 'zod';
import { blobKeySchema, blobRecordSchema, blobSessionSchema } from '../blobs/blob.ts';
import { bytes, messageSchema, senderSchema, sessionSchema } from '../effects/feed/feed-schemas.ts';
import { followedSchema, topicSchema } from '../effects/feed/follow-codec.ts';
import type { Immutable } from '../immutable.ts';
import { BLOB_PIECE_BYTES_MAX, BLOBS_LISTED_MAX } from '../limits.ts';
import { holdFields } from '../membership/legal-holds.ts';
import {
  nodeRecordSchema,
  operationRecordSchema,
  registryCommandSchemas,
} from '../membership/registry-codec.ts';
import { skipFields } from '../membership/skipped-entries.ts';
import { agentPatchSchema, agentRecordSchema } from '../membership/system-codec.ts';
import type { Outcome } from '../outcome.ts';
import { agentNodeStatsSchema, recordedAttemptSchema } from './delivery-schemas.ts';
import { nodeMetricsSchema } from './node-metrics.ts';

const count = z.int().min(0);
const id = z.string().min(1);
const nothing = z.null();

/** Where an operation is executed: by the leader of its group, by any replica of it, or by the node that is asked. */
type By = 'leader' | 'replica' | 'node';

function operation<T extends string, B extends By, F extends z.ZodRawShape, R extends z.ZodType>(
  type: T,
  by: B,
  fields: F,
  result: R,
) {
  return { by, request: z.strictObject({ type: z.literal(type), ...fields }), result };
}

const keys = z.array(z.string().max(REQUEST_KEY_LENGTH_MAX)).max(REQUESTS_MAX);

/** A message on its way to the leader of its group. */
const newMessageSchema = z.strictObject({
  id,
  kind: id,
  payload: bytes,
  preview: z.string(),
  requests: z.strictObject({ names: keys, keys }).exactOptional(),
  response: z.strictObject({ name: z.string(), keys }).exactOptional(),
});

const rangeSchema = z.union([
  z.strictObject({ afterSeq: count, limit: count }),
  z.strictObject({ beforeSeq: count, limit: count }),
]);

const liveAnswerSchema = z
  .strictObject({ epoch: count, attempt: count, chunks: z.array(chunkSchema), nextIndex: count })
  .nullable();

/** The entry that a replica is stalled at, as operators are shown it. */
const stallSchema = z.strictObject({
  index: count,
  term: count,
  reason: z.enum(['unsupported', 'exception']),
  entryType: z.string().nullable(),
  bytes: count,
  digest: z.string(),
  detail: z.string(),
});
export type StallReport = Immutable<z.output<typeof stallSchema>>;

const registryResultSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('node'), node: nodeRecordSchema }),
  z.strictObject({ type: z.literal('operation'), operation: operationRecordSchema }),
  z.strictObject({ type: z.literal('done') }),
]);

/**
 * Everything that one node may ask of another. A closed set: what is not here can't be forwarded. Each of them
 * may be executed twice without harm, so that an attempt whose outcome is unknown is made again. What other nodes send is
 * parsed as strictly as what clients send.
 */
export const OPERATIONS = {
  'create-session': operation(
    'create-session',
    'leader',
    { sessionId: id, userId: id, agentId: id, metadata: bytes },
    sessionSchema,
  ),
  append: operation(
    'append',
    'leader',
    {
      sessionId: id,
      sender: senderSchema,
      clientMessageId: id,
      message: newMessageSchema,
      expectedSeq: count.exactOptional(),
    },
    z.strictObject({ seq: count, id, insertedAtMs: z.number(), duplicate: z.boolean() }),
  ),
  'mark-read': operation(
    'mark-read',
    'leader',
    { sessionId: id, userId: id, lastSeq: count },
    z.strictObject({ lastReadSeq: count, session: sessionSchema }),
  ),
  'archive-session': operation('archive-session', 'leader', { sessionId: id }, sessionSchema),
  'erase-session': operation('erase-session', 'leader', { sessionId: id }, sessionSchema),
  'update-session': operation(
    'update-session',
    'leader',
    {
      sessionId: id,
      metadata: bytes.nullable(),
      status: z.enum(['active', 'archived']).nullable(),
    },
    sessionSchema,
  ),
  'retry-dispatch': operation(
    'retry-dispatch',
    'leader',
    {
      sessionId: id,
      /** Only the turn of this agent that failed under this epoch; null: whatever failed last. */
      failed: z.strictObject({ agentId: id, epoch: count }).nullable(),
    },
    nothing,
  ),
  'stop-answer': operation('stop-answer', 'leader', { sessionId: id }, nothing),
  'live-answer': operation('live-answer', 'leader', { sessionId: id }, liveAnswerSchema),
  /** The answer in progress as this node has it, which publishes it to others. */
  'relayed-answer': operation('relayed-answer', 'node', { sessionId: id }, liveAnswerSchema),
  follow: operation(
    'follow',
    'replica',
    { group: count, subscriber: id, number: count, topic: topicSchema },
    z.strictObject({ nodeId: id, followed: followedSchema }),
  ),
  'get-session': operation('get-session', 'replica', { sessionId: id }, sessionSchema),
  'list-sessions': operation(
    'list-sessions',
    'replica',
    { group: count, userId: id, limit: count, before: z.string().nullable() },
    z.strictObject({
      sessions: z.array(sessionSchema),
      next: z.string().nullable(),
      version: count,
    }),
  ),
  'read-messages': operation(
    'read-messages',
    'replica',
    { sessionId: id, range: rangeSchema },
    z.strictObject({ messages: z.array(messageSchema), lastSeq: count, hasMore: z.boolean() }),
  ),
  'create-agent': operation(
    'create-agent',
    'leader',
    { agent: agentRecordSchema },
    agentRecordSchema,
  ),
  'patch-agent': operation(
    'patch-agent',
    'leader',
    { agentId: id, patch: agentPatchSchema },
    agentRecordSchema,
  ),
  'rotate-secret': operation(
    'rotate-secret',
    'leader',
    {
      agentId: id,
      /** Sealed. */
      secret: id,
      previousUntilMs: z.int().nullable(),
    },
    agentRecordSchema,
  ),
  'delete-agent': operation('delete-agent', 'leader', { agentId: id }, agentRecordSchema),
  /** Nodes and operations, as the system group replicates them. */
  registry: operation(
    'registry',
    'leader',
    { command: z.discriminatedUnion('type', registryCommandSchemas) },
    registryResultSchema,
  ),
  /** Of the coordinator, under its term: an older one is refused. */
  'change-group': operation(
    'change-group',
    'leader',
    {
      term: count,
      change: z.strictObject({
        group: count,
        expectedVoters: z.array(count),
        addLearners: z.array(count),
        promote: z.array(count),
        demote: z.array(count),
        remove: z.array(count),
      }),
    },
    nothing,
  ),
  'open-replica': operation(
    'open-replica',
    'node',
    { term: count, group: count, nonVotingBelow: count },
    nothing,
  ),
  'close-replica': operation('close-replica', 'node', { term: count, group: count }, nothing),
  'transfer-group': operation(
    'transfer-group',
    'leader',
    { group: count, to: z.int().min(1) },
    nothing,
  ),
  'snapshot-group': operation('snapshot-group', 'node', { group: count }, nothing),
  /** What this node's replica of the group can't apply. */
  'group-stall': operation('group-stall', 'node', { group: count }, stallSchema.nullable()),
  /** No replica of the group applies this entry. */
  'skip-entry': operation('skip-entry', 'leader', skipFields, nothing),
  /** Places a legal hold, or lifts one. */
  'change-hold': operation('change-hold', 'leader', holdFields, nothing),
  flush: operation('flush', 'node', {}, z.strictObject({ rows: count })),
  'agent-node-stats': operation('agent-node-stats', 'node', { agentId: id }, agentNodeStatsSchema),
  'recent-deliveries': operation(
    'recent-deliveries',
    'node',
    {
      agentId: id,
      /** One turn, then with what went over the wire; null: the newest attempts. */
      delivery: z.strictObject({ sessionId: id, epoch: count }).nullable(),
      /** `unwritten`: nothing when all of it is in Postgres. */
      wanted: z.enum(['all', 'unwritten']),
    },
    z.strictObject({
      attempts: z.array(recordedAttemptSchema),
      unwritten: count,
      dropped: count,
    }),
  ),
  'node-metrics': operation(
    'node-metrics',
    'node',
    { range: z.enum(['15m', '24h']), afterMs: z.number() },
    nodeMetricsSchema,
  ),
  /** A piece of a file for this node's disk. */
  'store-blob': operation(
    'store-blob',
    'node',
    {
      transfer: z.uuid(),
      key: blobKeySchema,
      record: blobRecordSchema,
      offset: count,
      bytes: bytes.refine(({ length }) => length <= BLOB_PIECE_BYTES_MAX),
    },
    z.enum(['received', 'stored', 'again', 'overloaded']),
  ),
  /** A piece of a file on this node's disk; null: it has none of this name. */
  'read-blob': operation(
    'read-blob',
    'node',
    { key: blobKeySchema, offset: count, length: count.max(BLOB_PIECE_BYTES_MAX) },
    z.strictObject({ record: blobRecordSchema, bytes }).nullable(),
  ),
  /** Files of a group on this node's disk, in their order. */
  'list-blobs': operation(
    'list-blobs',
    'node',
    { group: count, after: blobKeySchema.nullable() },
    z.array(blobKeySchema).max(BLOBS_LISTED_MAX),
  ),
  'blob-usage': operation(
    'blob-usage',
    'node',
    { session: blobSessionSchema },
    z.strictObject({ bytes: count, files: count }),
  ),
  /** `blobId` null: all files of the conversation. */
  'remove-blobs': operation(
    'remove-blobs',
    'node',
    { session: blobSessionSchema, blobId: blobKeySchema.shape.blobId.nullable() },
    nothing,
  ),
};

const [first, ...others] = Object.values(OPERATIONS).map(({ request }) => request);
if (first === undefined) throw new Error('there are no operations');
export const operationSchema = z.discriminatedUnion('type', [first, ...others]);

type Operations = typeof OPERATIONS;
export type OperationType = keyof Operations;
/** Those that a group decides about; the others concern the node that they are sent to. */
export type GroupOperationType = {
  [T in OperationType]: Operations[T]['by'] extends 'node' ? never : T;
}[OperationType];

type Requests = { readonly [T in OperationType]: Immutable<z.output<Operations[T]['request']>> };
type Results = { readonly [T in OperationType]: Immutable<z.output<Operations[T]['result']>> };

export type OperationOf<T extends OperationType> = Requests[T];
export type ResultOf<T extends OperationType> = Results[T];
export type Operation = Requests[OperationType];
/** An operation of a type that is inferred from it. */
export type Typed<T extends OperationType> = OperationOf<T> & { readonly type: T };
export type OutcomeOf<T extends OperationType> = Outcome<ResultOf<T>>;

export type AgentNodeStats = ResultOf<'agent-node-stats'>;
