import type { Failure } from '@fleetlm/protocol';
import type { CallOutcome, OperationResult } from './operations.ts';

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: RuntimeError };

/** With the wrong fields of the request, when it is their fault. */
export type RuntimeError = Failure;

/** Picks the kind of result that an operation has; anything else is a bug, loudly. */
export type ResultOfType<T extends OperationResult['type']> = Extract<
  OperationResult,
  { readonly type: T }
>;

/** What a call came to, as the kind of result that its operation has. */
export function resultOf<T extends OperationResult['type']>(
  outcome: CallOutcome,
  type: T,
): Result<ResultOfType<T>> {
  if (outcome.status === 'failed') {
    const { status: _, ...error } = outcome;
    return { ok: false, error };
  }
  const { result } = outcome;
  if (result.type === 'rejected') {
    const { type: _, ...error } = result;
    return { ok: false, error };
  }
  if (isOfType(result, type)) return { ok: true, value: result };
  return {
    ok: false,
    error: { code: 'internal', detail: `the answer is "${result.type}", not "${type}"` },
  };
}

function isOfType<T extends OperationResult['type']>(
  result: OperationResult,
  type: T,
): result is ResultOfType<T> {
  return result.type === type;
}

export function mapped<T, U>(result: Result<T>, map: (value: T) => U): Result<U> {
  return result.ok ? { ok: true, value: map(result.value) } : result;
}
