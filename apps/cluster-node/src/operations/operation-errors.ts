import type { ErrorCode } from '@fleetlm/protocol';
import { failureOf, type Outcome, type Result } from '../outcome.ts';
import type { OperationType } from './operations.ts';

/** Nothing was changed, or (`timeout`) it is not known. */
const CALLED = ['no_quorum', 'timeout', 'overloaded'] as const;
/** What is appended to a log must fit an entry, and its format. */
const PROPOSED = [...CALLED, 'invalid_request', 'payload_too_large'] as const;
/** A session that has left memory is hydrated first. */
const SESSION_COMMAND = [...PROPOSED, 'not_found', 'archive_unavailable'] as const;

/** The codes that each operation may fail with, in addition to `internal`. */
const OPERATION_ERRORS = {
  append: [...SESSION_COMMAND, 'forbidden', 'conflict', 'budget_exhausted'],
  'create-session': [...PROPOSED, 'archive_unavailable', 'conflict'],
  'mark-read': [...SESSION_COMMAND, 'forbidden'],
  'archive-session': SESSION_COMMAND,
  'erase-session': [...SESSION_COMMAND, 'conflict'],
  'update-session': [...SESSION_COMMAND, 'conflict'],
  'retry-dispatch': [...SESSION_COMMAND, 'conflict', 'budget_exhausted'],
  'stop-answer': [...CALLED, 'not_found', 'conflict'],
  'get-session': [...CALLED, 'not_found'],
  'list-sessions': [...CALLED, 'invalid_request'],
  'read-messages': [...CALLED, 'not_found', 'archive_unavailable'],
  'create-agent': [...PROPOSED, 'conflict'],
  'patch-agent': [...PROPOSED, 'not_found'],
  'rotate-secret': [...PROPOSED, 'not_found'],
  'delete-agent': [...PROPOSED, 'not_found'],
  registry: [...PROPOSED, 'not_found', 'conflict'],
  'skip-entry': [...PROPOSED, 'conflict'],
  'change-hold': [...PROPOSED, 'conflict'],
  'transfer-group': CALLED,
  'snapshot-group': CALLED,
  flush: [...CALLED, 'archive_unavailable'],
} as const satisfies Partial<Record<OperationType, readonly ErrorCode[]>>;

/** Operations that users and operators ask for. */
export type AskedOperation = keyof typeof OPERATION_ERRORS;

export type OperationError<O extends AskedOperation> =
  | (typeof OPERATION_ERRORS)[O][number]
  | 'internal';

/**
 * The outcome of an operation as the door of the runtime answers it; the only place where an outcome becomes a result. The
 * error is one of those of its operation: another one is a defect, of this node or of the one that answered, and `internal`.
 */
export function resultOf<T, O extends AskedOperation>(
  operation: O,
  outcome: Outcome<T>,
): Result<T, OperationError<O>>;
export function resultOf<T>(operation: AskedOperation, outcome: Outcome<T>): Result<T> {
  if (outcome.status === 'ok') return { ok: true, value: outcome.value };
  const error = failureOf(outcome);
  const codes: readonly ErrorCode[] = OPERATION_ERRORS[operation];
  if (error.code === 'internal' || codes.includes(error.code)) return { ok: false, error };
  const detail = `${operation} failed with ${error.code}, which is none of its errors`;
  return { ok: false, error: { code: 'internal', detail } };
}
