import type { ErrorCode, Failure } from '@fleetlm/protocol';

/**
 * How a call ended. The one vocabulary from a group's proposal to the edge; `R` is what a refusal says: as a rule a code and a
 * detail for the caller, for one attempt on one node also where to go instead.
 */
export type Outcome<T, R = Failure> = Ok<T> | Refused<R> | Unknown;

export interface Ok<T> {
  readonly status: 'ok';
  readonly value: T;
}

/** Definite: nothing was changed. */
export type Refused<R = Failure> = { readonly status: 'refused' } & R;

/** Indefinite: it may or may not have been done. */
export interface Unknown {
  readonly status: 'unknown';
  /** How it failed, when another attempt would fail the same way. */
  readonly failure?: Failure;
}

/** Why one node did not execute an operation; another node, or the same one a little later, may. */
export const NODE_REFUSAL_CODES = [
  'not-leader',
  'no-quorum',
  'overloaded',
  'transferring',
  'disk-full',
  'stopped',
  'not-connected',
  'not-understood',
  'too-large',
  'malformed',
] as const;

export interface NodeRefusal {
  readonly code: (typeof NODE_REFUSAL_CODES)[number];
  /** Hint: the node to ask instead; 0: none is known. */
  readonly leader: number;
}

export const UNKNOWN: Unknown = { status: 'unknown' };

const TIMEOUT: Failure = {
  code: 'timeout',
  detail: 'no answer in time: it may or may not have been done',
};

export function ok<T>(value: T): Ok<T> {
  return { status: 'ok', value };
}

export function refused(failure: Failure): Refused {
  return { status: 'refused', ...failure };
}

/** A refusal, or an unknown outcome, as callers outside are answered. */
export function failureOf(outcome: Refused | Unknown): Failure {
  if (outcome.status === 'unknown') return outcome.failure ?? TIMEOUT;
  const { status: _, ...failure } = outcome;
  return failure;
}

export function mapOk<T, U, R>(outcome: Outcome<T, R>, map: (value: T) => U): Outcome<U, R> {
  return outcome.status === 'ok' ? ok(map(outcome.value)) : outcome;
}

/**
 * An outcome at the door of the runtime: unknown has become `timeout` or `internal`, and `C` is the closed set of codes that
 * the call documents. Unlike an Outcome it can state that a call has no unknown end.
 */
export type Result<T, C extends ErrorCode = ErrorCode> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure<C> };
