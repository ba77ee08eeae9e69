import * as z from 'zod';
import { nodeIdSchema, timestampSchema } from './ids.ts';
import { GROUPS_MAX } from './limits.ts';
import { AUDIT_KINDS, OPERATION_KINDS, OPERATION_STATES } from './operation-kinds.ts';

const count = z.int().min(0);
const groupNumber = z.int().min(0).max(65_535);

/** A node that joins begins its operation itself; all others are asked for. */
const requestKinds = z.enum(['drain', 'undrain', 'remove', 'replace', 'transfer', 'rebalance']);

/** `POST /api/admin/operations`, and the same for its plan. */
export const operationRequestSchema = z
  .strictObject({
    kind: requestKinds,
    node_id: nodeIdSchema.optional(),
    group: z
      .int()
      .min(0)
      .max(GROUPS_MAX - 1)
      .optional(),
  })
  .superRefine(({ kind, node_id, group }, context) => {
    const wants = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (kind === 'rebalance' && node_id !== undefined) wants('node_id', 'must be left out');
    if (kind !== 'rebalance' && node_id === undefined) wants('node_id', 'must be given');
    if (kind === 'transfer' && group === undefined) wants('group', 'must be given');
    if (kind !== 'transfer' && group !== undefined) wants('group', 'must be left out');
  });
export type OperationRequest = z.output<typeof operationRequestSchema>;

const stuckGroupSchema = z.strictObject({ group: groupNumber, reason: z.string() });

/** How far an operation is, in groups. */
export const operationProgressSchema = z.strictObject({
  /** Groups that are where the operation wants them. */
  done: count,
  total: count,
  /** The first of those that are not. */
  stuck: z.array(stuckGroupSchema),
});

/** A change of the cluster that was asked for, running or ended. */
export const operationSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(OPERATION_KINDS),
  node_id: nodeIdSchema.nullable(),
  group: groupNumber.nullable(),
  requested_by: z.string(),
  state: z.enum(OPERATION_STATES),
  started_at: timestampSchema,
  ended_at: timestampSchema.nullable(),
  detail: z.string(),
  /** Null: it has ended. */
  progress: operationProgressSchema.nullable(),
});
export type OperationBody = z.output<typeof operationSchema>;

/** The answer of the calls that are about one operation. */
export const operationAnswerSchema = z.strictObject({ operation: operationSchema });
export type OperationAnswer = z.output<typeof operationAnswerSchema>;

/** Newest first. */
export const operationsAnswerSchema = z.strictObject({
  coordinator: nodeIdSchema.nullable(),
  operations: z.array(operationSchema),
});
export type OperationsAnswer = z.output<typeof operationsAnswerSchema>;

/** What an operation would do if it were started now; nothing is reserved by asking. */
export const operationPlanSchema = z.strictObject({
  /** Null: it would be begun. */
  refusal: z.string().nullable(),
  moves: z.array(
    z.strictObject({
      group: groupNumber,
      from: z.array(nodeIdSchema),
      to: z.array(nodeIdSchema),
    }),
  ),
  leaders_to_move: count,
  /** Leaderships that go back to where they should be; of a rebalance only. */
  leader_moves: z.array(
    z.strictObject({ group: groupNumber, from: nodeIdSchema, to: nodeIdSchema }),
  ),
  after: z.strictObject({
    active_nodes: count,
    copies_min: count,
    can_lose_a_node: z.boolean(),
  }),
  warnings: z.array(z.string()),
});
export type OperationPlanBody = z.output<typeof operationPlanSchema>;

/** The answer of `POST /api/admin/operations/plan`. */
export const operationPlanAnswerSchema = z.strictObject({ plan: operationPlanSchema });
export type OperationPlanAnswer = z.output<typeof operationPlanAnswerSchema>;

/** What was done to the cluster, by whom and when. */
export const auditEntrySchema = z.strictObject({
  at: timestampSchema,
  by: z.string(),
  action: z.enum(['started', 'done', 'failed', 'cancelled']),
  /** Null: it is none, `revive`. */
  operation_id: z.string().nullable(),
  kind: z.enum(AUDIT_KINDS),
  node_id: nodeIdSchema.nullable(),
  group: groupNumber.nullable(),
  /** Of a revive: the entry that no replica applies. */
  entry_index: count.nullable(),
  detail: z.string(),
});

/** Newest first. */
export const auditAnswerSchema = z.strictObject({ entries: z.array(auditEntrySchema) });
export type AuditAnswer = z.output<typeof auditAnswerSchema>;
