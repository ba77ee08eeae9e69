import {
  agentIdSchema,
  agentNodeStatsSchema,
  agentSchema,
  agentTestSchema,
  agentWindowSchema,
  auditEntrySchema,
  blobIdSchema,
  blobSchema,
  blobUploadSchema,
  clusterEventSchema,
  clusterGroupSchema,
  clusterNodeSchema,
  clusterReplicaSchema,
  clusterToleranceSchema,
  contextAnswerSchema,
  deadLetterGroupSchema,
  deliveryAttemptSchema,
  deliveryExchangeSchema,
  deliveryIdSchema,
  deliverySchema,
  deliverySourcesSchema,
  eventDeadLetterSchema,
  eventSchema,
  eventSubscriptionSchema,
  exchangedMessageSchema,
  feedbackSchema,
  feedbackStatsAnswerSchema,
  inboxEntrySchema,
  legalHoldSchema,
  liveAnswerSchema,
  messageIdSchema,
  messageSchema,
  nodeIdSchema,
  operationPlanSchema,
  operationSchema,
  privacyOperationSchema,
  problemSchema,
  readinessSchema,
  runStateSchema,
  sessionIdSchema,
  sessionSchema,
  stalledReplicaSchema,
  timestampSchema,
  usageAnswerSchema,
  usageRowSchema,
  webhookMessageSchema,
} from '@fleetlm/protocol';
import { ARRAY_ENTRIES } from '@fleetlm/protocol/reference';
import * as z from 'zod';

/** As much of JSON Schema as ours comes to. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly $schema?: string;
  readonly id?: string;
}

/** What occurs in many places and has a name there. */
const NAMED: Readonly<Record<string, z.ZodType>> = {
  Session: sessionSchema,
  Message: messageSchema,
  Blob: blobSchema,
  BlobUpload: blobUploadSchema,
  Agent: agentSchema,
  AgentWindow: agentWindowSchema,
  AgentNodeStats: agentNodeStatsSchema,
  AgentTest: agentTestSchema,
  InboxEntry: inboxEntrySchema,
  RunState: runStateSchema,
  LiveAnswer: liveAnswerSchema,
  Delivery: deliverySchema,
  DeliveryAttempt: deliveryAttemptSchema,
  DeliveryExchange: deliveryExchangeSchema,
  DeliverySources: deliverySourcesSchema,
  ExchangedMessage: exchangedMessageSchema,
  DeadLetterGroup: deadLetterGroupSchema,
  Usage: usageAnswerSchema,
  UsageRow: usageRowSchema,
  Feedback: feedbackSchema,
  FeedbackStats: feedbackStatsAnswerSchema,
  Context: contextAnswerSchema,
  PrivacyOperation: privacyOperationSchema,
  LegalHold: legalHoldSchema,
  Event: eventSchema,
  EventSubscription: eventSubscriptionSchema,
  EventDeadLetter: eventDeadLetterSchema,
  WebhookMessage: webhookMessageSchema,
  ClusterNode: clusterNodeSchema,
  ClusterGroup: clusterGroupSchema,
  ClusterReplica: clusterReplicaSchema,
  ClusterTolerance: clusterToleranceSchema,
  ClusterEvent: clusterEventSchema,
  StalledReplica: stalledReplicaSchema,
  Operation: operationSchema,
  OperationPlan: operationPlanSchema,
  AuditEntry: auditEntrySchema,
  Readiness: readinessSchema,
  Problem: problemSchema,
  SessionId: sessionIdSchema,
  MessageId: messageIdSchema,
  BlobId: blobIdSchema,
  AgentId: agentIdSchema,
  DeliveryId: deliveryIdSchema,
  NodeId: nodeIdSchema,
  Timestamp: timestampSchema,
};

const names = z.registry<{ readonly id: string }>();
for (const [id, schema] of Object.entries(NAMED)) names.add(schema, { id });

/**
 * A zod schema as JSON Schema 2020-12. `input`: what may be sent, with defaults left out; `output`: what comes.
 * Named schemas are in `$defs`.
 */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const made: unknown = z.toJSONSchema(schema, {
    io,
    metadata: names,
    // A JSON object of any shape is the one thing of ours that zod can't express.
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const entry = ARRAY_ENTRIES.get(zodSchema);
      if (entry !== undefined) {
        const { $schema: _, ...items } = toJsonSchema(entry, io);
        Object.assign(jsonSchema, { type: 'array', items });
      } else if (zodSchema._zod.def.type === 'custom') jsonSchema.type = 'object';
      // zod leaves out the default of what is checked before it is parsed.
      const { def } = zodSchema._zod;
      if (def.type === 'default') jsonSchema.default ??= def.defaultValue;
      // What is answered may grow: a client has to pass over fields that it does not know.
      if (io === 'output' && jsonSchema.additionalProperties === false)
        delete jsonSchema.additionalProperties;
      // Bounds that every integer of JavaScript has say nothing.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  if (!isJsonSchema(made)) throw new TypeError('zod made no JSON Schema');
  return made;
}

/** The parameters of a query: numbers are numbers, although they travel as text. */
export function toQuerySchema(schema: z.ZodType): JsonSchema {
  const object = schema instanceof z.ZodPipe ? schema.in : schema;
  if (!(object instanceof z.ZodObject)) throw new TypeError('a query is an object');
  const input = toJsonSchema(object, 'input');
  const output = toJsonSchema(object, 'output');
  return { ...input, properties: output.properties ?? {} };
}

export function namedJsonSchema(name: string): JsonSchema {
  const schema = NAMED[name];
  if (schema === undefined) throw new RangeError(`no schema is named ${name}`);
  const made = toJsonSchema(z.strictObject({ it: schema }), 'output');
  const found = made.$defs?.[name];
  if (found === undefined) throw new Error(`${name} has no definition`);
  return found;
}

export const SCHEMA_NAMES: readonly string[] = Object.keys(NAMED);

function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
