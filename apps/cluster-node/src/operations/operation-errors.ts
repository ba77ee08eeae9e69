import type { ErrorCode } from '@fleetlm/protocol';
import type { Result } from '../outcome.ts';
import type { OperationType } from './operations.ts';

/** Nothing was changed, or (`timeout`) nobody knows. */
const CALLED = ['no_quorum', 'timeout', 'overloaded'] as const;
/** What is appended to a log must fit an entry, and its format. */
const PROPOSED = [...CALLED, 'invalid_request', 'payload_too_large'] as const;
/** A session that has left memory is hydrated first. */
const SESSION_COMMAND = [...PROPOSED, 'not_found', 'archive_unavailable'] as const;

/** The codes that each operation may fail with, in addition to `internal`. */
const OPERATION_ERRORS = {
  append: [...SESSION_COMMAND, 'forbidden', 'conflict'],
  'create-session': [...PROPOSED, 'archive_unavailable', 'conflict'],
  'mark-read': [...SESSION_COMMAND, 'forbidden'],
  'archive-session': SESSION_COMMAND,
  'erase-session': SESSION_COMMAND,
  'update-session': [...SESSION_COMMAND, 'conflict'],
  'retry-dispatch': [...SESSION_COMMAND, 'conflict'],
  'stop-answer': [...CALLED, 'not_found', 'conflict'],
  'get-session': [...CALLED, 'not_found'],
  'list-sessions': [...CALLED, 'invalid_request'],
  'read-messages': [...CALLED, 'not_found', 'archive_unavailable'],
  'create-agent': [...PROPOSED, 'conflict'],
  'patch-agent': [...PROPOSED, 'not_found'],
  'rotate-secret': [...PROPOSED, 'not_found'],
  registry: [...PROPOSED, 'not_found', 'conflict'],
  'skip-entry': [...PROPOSED, 'conflict'],
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
 * The result, whose error is one of those of its operation. Another one is a defect, of this node or of the one that
 * answered: it is `internal`.
 */
export function within<T, O extends AskedOperation>(
  operation: O,
  result: Result<T>,
): Result<T, OperationError<O>>;
export function within<T>(operation: AskedOperation, result: Result<T>): Result<T> {
  if (result.ok) return result;
  const { code } = result.error;
  const codes: readonly ErrorCode[] = OPERATION_ERRORS[operation];
  if (code === 'internal' || codes.includes(code)) return result;
  const detail = `${operation} failed with ${code}, which is none of its errors`;
  return { ok: false, error: { code: 'internal', detail } };
}
