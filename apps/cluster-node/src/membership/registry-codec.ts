import * as z from 'zod';
import { memberSchema } from './cluster-descriptor.ts';
import { domainFields } from './failure-domains.ts';
import {
  type AuditEntry,
  NODE_STATES,
  type NodeRecord,
  type NodeRegistry,
  OPERATION_KINDS,
  OPERATION_STATES,
  type OperationRecord,
  type OperationTarget,
} from './node-registry.ts';

/** The registry of nodes and operations as it stands in commands and snapshots. */

const timeMs = z.int();
const number = z.int().min(1);
const id = z.string().min(1);

export const operationTargetSchema = z.strictObject({
  id,
  kind: z.enum(OPERATION_KINDS),
  nodeId: z.string().nullable(),
  group: z.int().min(0).nullable(),
  by: z.string(),
}) satisfies z.ZodType<OperationTarget>;

export const nodeRecordSchema = z.strictObject({
  ...memberSchema.shape,
  state: z.enum(NODE_STATES),
  sinceMs: timeMs,
}) satisfies z.ZodType<NodeRecord>;

export const operationRecordSchema = z.strictObject({
  id,
  kind: z.enum(OPERATION_KINDS),
  nodeId: z.string().nullable(),
  group: z.int().min(0).nullable(),
  by: z.string(),
  number: number.nullable(),
  state: z.enum(OPERATION_STATES),
  startedAtMs: timeMs,
  endedAtMs: timeMs.nullable(),
  detail: z.string(),
}) satisfies z.ZodType<OperationRecord>;

const auditEntrySchema = z.strictObject({
  atMs: timeMs,
  by: z.string(),
  action: z.enum(['started', 'done', 'failed', 'cancelled']),
  operationId: id,
  kind: z.enum(OPERATION_KINDS),
  nodeId: z.string().nullable(),
  group: z.int().min(0).nullable(),
  detail: z.string(),
}) satisfies z.ZodType<AuditEntry>;

export const joinFields = {
  nodeId: id,
  incarnation: id,
  host: id,
  port: z.int().min(1).max(65_535),
  ...domainFields,
  operationId: id,
};

export const registryCommandSchemas = [
  z.strictObject({ type: z.literal('join-node'), ...joinFields, timeMs }),
  z.strictObject({
    type: z.literal('set-node-state'),
    number,
    from: z.enum(NODE_STATES),
    to: z.enum(NODE_STATES),
    timeMs,
  }),
  z.strictObject({ type: z.literal('start-operation'), operation: operationTargetSchema, timeMs }),
  z.strictObject({
    type: z.literal('end-operation'),
    id,
    state: z.enum(['done', 'failed', 'cancelled']),
    by: z.string(),
    detail: z.string(),
    timeMs,
  }),
] as const;

export const registrySchema = z.strictObject({
  nodes: z.array(nodeRecordSchema),
  operations: z.array(operationRecordSchema),
  audit: z.array(auditEntrySchema),
  nextNumber: number,
});

export function registryRecord(registry: NodeRegistry): z.output<typeof registrySchema> {
  const { nodes, operations, audit, nextNumber } = registry;
  return {
    nodes: [...nodes.values()],
    operations: [...operations.values()],
    audit: [...audit],
    nextNumber,
  };
}

export function registryFrom(record: z.output<typeof registrySchema>): NodeRegistry {
  return {
    nodes: new Map(record.nodes.map((node) => [node.number, node])),
    operations: new Map(record.operations.map((operation) => [operation.id, operation])),
    audit: record.audit,
    nextNumber: record.nextNumber,
  };
}
