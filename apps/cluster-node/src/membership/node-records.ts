import type { MemberNode } from './cluster-descriptor.ts';

/**
 * `joining`: known, and not up to date yet; `active`; `draining`: its replicas move away; `lost`: without a report for too
 * long, its replicas are made anew elsewhere; `gone`: its number will never be anybody's again.
 */
export const NODE_STATES = ['joining', 'active', 'draining', 'lost', 'gone'] as const;
export type NodeState = (typeof NODE_STATES)[number];

export interface NodeRecord extends MemberNode {
  readonly state: NodeState;
  readonly sinceMs: number;
}

export const OPERATION_KINDS = [
  'join',
  'drain',
  'undrain',
  'remove',
  'replace',
  'transfer',
  'rebalance',
] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export const OPERATION_STATES = ['running', 'done', 'failed', 'cancelled'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

export interface OperationTarget {
  readonly id: string;
  readonly kind: OperationKind;
  /** The node that it is about; of a transfer, the node that shall lead. Null: a rebalance. */
  readonly nodeId: string | null;
  /** Of a transfer. */
  readonly group: number | null;
  /** Who asked: a user, `api-key`, a node that joins, or the coordinator. */
  readonly by: string;
}

export interface OperationRecord extends OperationTarget {
  /** Of the node, since a name may come back under another number. */
  readonly number: number | null;
  readonly state: OperationState;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** How it ended, human-readable. */
  readonly detail: string;
}

/** One that the registry keeps: a change of an operation. */
export interface AuditEntry {
  readonly atMs: number;
  readonly by: string;
  readonly action: 'started' | 'done' | 'failed' | 'cancelled';
  readonly operationId: string;
  readonly kind: OperationKind;
  readonly nodeId: string | null;
  readonly group: number | null;
  readonly detail: string;
}
