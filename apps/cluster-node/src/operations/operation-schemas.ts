import { chunkSchema, fieldErrorSchema, OTHER_ERROR_CODES } from '@fleetlm/protocol';
import * as z from 'zod';
import { messageSchema, senderSchema, sessionSchema } from '../effects/feed/feed-schemas.ts';
import { followedSchema, topicSchema } from '../effects/feed/follow-codec.ts';
import {
  nodeRecordSchema,
  operationRecordSchema,
  registryCommandSchemas,
} from '../membership/registry-codec.ts';
import { skipFields } from '../membership/skipped-entries.ts';
import { agentPatchSchema, agentRecordSchema } from '../membership/system-codec.ts';
import { agentFiguresSchema, recordedAttemptSchema } from './delivery-schemas.ts';
import { nodeMetricsSchema } from './node-metrics.ts';
import { type Attempt, type Operation, REFUSAL_REASONS } from './operations.ts';

/** What other nodes send is parsed as strictly as what people send. */

const bytes = z.instanceof(Uint8Array);
const count = z.int().min(0);
const id = z.string().min(1);

const rangeSchema = z.union([
  z.strictObject({ afterSeq: count, limit: count }),
  z.strictObject({ beforeSeq: count, limit: count }),
]);

export const operationSchema: z.ZodType<Operation> = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('append'),
    sessionId: id,
    sender: senderSchema,
    clientMessageId: id,
    message: z.strictObject({ id, kind: id, payload: bytes, preview: z.string() }),
  }),
  z.strictObject({
    type: z.literal('create-session'),
    sessionId: id,
    userId: id,
    agentId: id,
    metadata: bytes,
  }),
  z.strictObject({ type: z.literal('mark-read'), sessionId: id, userId: id, lastSeq: count }),
  z.strictObject({ type: z.literal('archive-session'), sessionId: id }),
  z.strictObject({ type: z.literal('erase-session'), sessionId: id }),
  z.strictObject({
    type: z.literal('update-session'),
    sessionId: id,
    metadata: bytes.nullable(),
    status: z.enum(['active', 'archived']).nullable(),
  }),
  z.strictObject({
    type: z.literal('retry-dispatch'),
    sessionId: id,
    failed: z.strictObject({ agentId: id, epoch: count }).nullable(),
  }),
  z.strictObject({ type: z.literal('stop-answer'), sessionId: id }),
  z.strictObject({ type: z.literal('live-answer'), sessionId: id }),
  z.strictObject({ type: z.literal('told-answer'), sessionId: id }),
  z.strictObject({
    type: z.literal('follow'),
    group: count,
    subscriber: id,
    number: count,
    topic: topicSchema,
  }),
  z.strictObject({ type: z.literal('get-session'), sessionId: id }),
  z.strictObject({
    type: z.literal('list-sessions'),
    group: count,
    userId: id,
    limit: count,
    before: z.string().nullable(),
  }),
  z.strictObject({ type: z.literal('read-messages'), sessionId: id, range: rangeSchema }),
  z.strictObject({ type: z.literal('create-agent'), agent: agentRecordSchema }),
  z.strictObject({ type: z.literal('patch-agent'), agentId: id, patch: agentPatchSchema }),
  z.strictObject({
    type: z.literal('rotate-secret'),
    agentId: id,
    secret: id,
    previousUntilMs: z.int().nullable(),
  }),
  z.strictObject({
    type: z.literal('registry'),
    command: z.discriminatedUnion('type', registryCommandSchemas),
  }),
  z.strictObject({
    type: z.literal('change-group'),
    term: count,
    change: z.strictObject({
      group: count,
      expectedVoters: z.array(count),
      addLearners: z.array(count),
      promote: z.array(count),
      demote: z.array(count),
      remove: z.array(count),
    }),
  }),
  z.strictObject({
    type: z.literal('open-replica'),
    term: count,
    group: count,
    silentBelow: count,
  }),
  z.strictObject({ type: z.literal('close-replica'), term: count, group: count }),
  z.strictObject({ type: z.literal('transfer-group'), group: count, to: z.int().min(1) }),
  z.strictObject({ type: z.literal('snapshot-group'), group: count }),
  z.strictObject({ type: z.literal('group-stall'), group: count }),
  z.strictObject({ type: z.literal('skip-entry'), ...skipFields }),
  z.strictObject({ type: z.literal('flush') }),
  z.strictObject({ type: z.literal('agent-figures'), agentId: id }),
  z.strictObject({
    type: z.literal('recent-deliveries'),
    agentId: id,
    delivery: z.strictObject({ sessionId: id, epoch: count }).nullable(),
    wanted: z.enum(['all', 'unwritten']),
  }),
  z.strictObject({
    type: z.literal('node-metrics'),
    range: z.enum(['15m', '24h']),
    afterMs: z.number(),
  }),
]);

const resultSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('appended'),
    seq: count,
    id,
    insertedAtMs: z.number(),
    duplicate: z.boolean(),
  }),
  z.strictObject({ type: z.literal('session'), session: sessionSchema }),
  z.strictObject({ type: z.literal('read'), lastReadSeq: count, session: sessionSchema }),
  z.strictObject({
    type: z.literal('sessions'),
    sessions: z.array(sessionSchema),
    next: z.string().nullable(),
    version: count,
  }),
  z.strictObject({
    type: z.literal('messages'),
    messages: z.array(messageSchema),
    lastSeq: count,
    hasMore: z.boolean(),
  }),
  z.strictObject({ type: z.literal('agent'), agent: agentRecordSchema }),
  z.strictObject({
    type: z.literal('live-answer'),
    answer: z
      .strictObject({
        epoch: count,
        attempt: count,
        chunks: z.array(chunkSchema),
        nextIndex: count,
      })
      .nullable(),
  }),
  z.strictObject({ type: z.literal('followed'), nodeId: id, followed: followedSchema }),
  z.strictObject({ type: z.literal('flushed'), rows: count }),
  z.strictObject({ type: z.literal('agent-figures'), figures: agentFiguresSchema }),
  z.strictObject({
    type: z.literal('recent-deliveries'),
    attempts: z.array(recordedAttemptSchema),
    unwritten: count,
    dropped: count,
  }),
  z.strictObject({ type: z.literal('node-metrics'), metrics: nodeMetricsSchema }),
  z.strictObject({ type: z.literal('node'), node: nodeRecordSchema }),
  z.strictObject({ type: z.literal('operation'), operation: operationRecordSchema }),
  z.strictObject({
    type: z.literal('stall'),
    stall: z
      .strictObject({
        index: count,
        term: count,
        reason: z.enum(['unsupported', 'exception']),
        entryType: z.string().nullable(),
        bytes: count,
        digest: z.string(),
        detail: z.string(),
      })
      .nullable(),
  }),
  z.strictObject({ type: z.literal('done') }),
  z.discriminatedUnion('code', [
    z.strictObject({
      type: z.literal('rejected'),
      code: z.literal('invalid_request'),
      detail: z.string(),
      errors: z.tuple([fieldErrorSchema], fieldErrorSchema),
    }),
    z.strictObject({
      type: z.literal('rejected'),
      code: z.enum(OTHER_ERROR_CODES),
      detail: z.string(),
    }),
  ]),
]);

export const attemptSchema: z.ZodType<Attempt> = z.discriminatedUnion('status', [
  z.strictObject({ status: z.literal('done'), result: resultSchema }),
  z.strictObject({
    status: z.literal('refused'),
    reason: z.enum(REFUSAL_REASONS),
    leader: count,
  }),
  z.strictObject({ status: z.literal('unknown') }),
]);
