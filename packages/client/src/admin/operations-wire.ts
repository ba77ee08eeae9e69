import type * as wire from '@fleetlm/protocol';
import { OPERATION_KINDS, OPERATION_STATES } from '@fleetlm/protocol/plain';
import { isObject, type JsonObject, stringField } from '@fleetlm/protocol/ui-stream';

/** A change of the cluster while it runs. */
export type ClusterOperation = Omit<Readonly<wire.OperationBody>, 'progress'> & {
  /** Null: it has ended, or it is not known. */
  readonly progress: OperationProgress | null;
};
/** What an operation does to the cluster. */
export type OperationKind = ClusterOperation['kind'];
/** How far an operation is. */
export type OperationState = ClusterOperation['state'];
/** How many groups of an operation are where it wants them, and what the first others wait for. */
export type OperationProgress = Readonly<NonNullable<wire.OperationBody['progress']>>;

/** What is being done and was done, newest first. */
export interface ClusterOperations {
  readonly coordinator: string | null;
  readonly operations: readonly ClusterOperation[];
}

/** Null: not understood. */
export function readOperations(value: unknown): ClusterOperations | null {
  if (!isObject(value) || !Array.isArray(value.operations)) return null;
  return {
    coordinator: stringField(value, 'coordinator'),
    operations: value.operations.flatMap((one) => readOperation(one) ?? []),
  };
}

/** Null: not understood. */
export function readOperation(value: unknown): ClusterOperation | null {
  if (!isObject(value)) return null;
  const id = stringField(value, 'id');
  const kind = OPERATION_KINDS.find((known) => known === value.kind);
  const state = OPERATION_STATES.find((known) => known === value.state);
  const startedAt = stringField(value, 'started_at');
  if (id === null || kind === undefined || state === undefined || startedAt === null) return null;
  return {
    id,
    kind,
    state,
    node_id: stringField(value, 'node_id'),
    group: typeof value.group === 'number' ? value.group : null,
    requested_by: stringField(value, 'requested_by') ?? '',
    started_at: startedAt,
    ended_at: stringField(value, 'ended_at'),
    detail: stringField(value, 'detail') ?? '',
    progress: isObject(value.progress) ? readProgress(value.progress) : null,
  };
}

function readProgress({ done, total, stuck }: JsonObject): OperationProgress | null {
  if (typeof done !== 'number' || typeof total !== 'number') return null;
  return {
    done,
    total,
    stuck: (Array.isArray(stuck) ? stuck : []).flatMap((one: unknown) =>
      isObject(one) && typeof one.group === 'number' && typeof one.reason === 'string'
        ? [{ group: one.group, reason: one.reason }]
        : [],
    ),
  };
}
