import type { FailureCode } from '@fleetlm/protocol';
import { doubledMs, jitteredMs } from '@fleetlm/protocol';
import { type ErrorText, errorText } from '../../error-text.ts';

type CodeOf<Codes extends FailureCode> = Extract<FailureCode, Codes>;

/** How an attempt ended that brought no answer. */
export type AttemptFailure =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: ErrorText | null }
  | {
      readonly kind: 'timeout';
      readonly code: CodeOf<
        'connect_timeout' | 'first_byte_timeout' | 'idle_timeout' | 'total_timeout'
      >;
      readonly detail: ErrorText;
    }
  | { readonly kind: 'connection'; readonly code: FailureCode; readonly detail: ErrorText }
  | {
      readonly kind: 'answer';
      readonly code: CodeOf<'error_chunk' | 'empty_answer' | 'invalid_answer'>;
      readonly detail: ErrorText;
    }
  /** What the agent is to be sent, or signed with, can't be read now: no call was made. */
  | {
      readonly kind: 'history';
      readonly code: CodeOf<'history_unavailable' | 'secret_unreadable'>;
      readonly detail: ErrorText;
    }
  /** The address is private, the agent unknown or disabled: no attempt was made. */
  | {
      readonly kind: 'refused';
      readonly code: CodeOf<'private_address' | 'agent_unknown' | 'agent_disabled'>;
      readonly detail: ErrorText;
    }
  /** The agent is left alone, and has been for too long: no attempt was made. */
  | { readonly kind: 'breaker' }
  /** So many attempts were started, and none of them ended: perhaps each took its node down. No attempt was made. */
  | { readonly kind: 'exhausted' }
  /** An exception of this node; it is logged, and no word of it leaves the node. */
  | { readonly kind: 'internal' };

export type RetryDecision =
  | { readonly type: 'retry'; readonly delayMs: number }
  | { readonly type: 'fail' }
  /** 410: the agent wants no more calls. */
  | { readonly type: 'disable' };

/** Attempts of one turn, counted in the log before they start: a new leader does not begin to count anew. */
export const ATTEMPTS_MAX = 4;
const BACKOFF_BASE_MS = 500;
const BACKOFF_MAX_MS = 15_000;
const RETRY_AFTER_MAX_MS = 60_000;
const RETRIED_STATUS = new Set([408, 425, 429]);

/**
 * What follows a failed attempt: exponential backoff with jitter (between half and the whole of it), or what
 * the agent asks for in Retry-After, within reason. `random` is in [0, 1).
 */
export function decideRetry(
  failure: AttemptFailure,
  attempt: number,
  nowMs: number,
  random: number,
): RetryDecision {
  if (failure.kind === 'refused' || failure.kind === 'breaker' || failure.kind === 'exhausted')
    return { type: 'fail' };
  if (failure.kind === 'status') {
    if (failure.status === 410) return { type: 'disable' };
    if (failure.status < 500 && !RETRIED_STATUS.has(failure.status)) return { type: 'fail' };
  }
  if (attempt >= ATTEMPTS_MAX) return { type: 'fail' };
  const backoff = jitteredMs(doubledMs(attempt - 1, BACKOFF_BASE_MS, BACKOFF_MAX_MS), random);
  const asked = failure.kind === 'status' ? retryAfterMs(failure.retryAfter, nowMs) : null;
  return {
    type: 'retry',
    delayMs: Math.round(asked === null ? backoff : Math.max(asked, backoff)),
  };
}

/** Seconds or an HTTP date; null for anything else, and never more than a minute. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  if (Number.isNaN(wait) || wait < 0) return null;
  return Math.min(wait, RETRY_AFTER_MAX_MS);
}

/** The one word for it, of a closed set. */
export function failureCode(failure: AttemptFailure): FailureCode {
  switch (failure.kind) {
    case 'status':
      return 'http_status';
    case 'breaker':
      return 'breaker_open';
    case 'exhausted':
      return 'attempts_exhausted';
    case 'internal':
      return 'internal';
    case 'timeout':
    case 'connection':
    case 'answer':
    case 'history':
    case 'refused':
      return failure.code;
    default:
      return failure satisfies never;
  }
}

/** One sentence for the agent's owner. */
export function describeFailure(failure: AttemptFailure): ErrorText {
  switch (failure.kind) {
    case 'connection':
      return errorText(`The agent could not be reached: ${failure.detail}.`);
    case 'answer':
      return errorText(`The agent's answer could not be read: ${failure.detail}.`);
    case 'refused':
      return failure.detail;
    case 'status':
    case 'timeout':
    case 'history':
    case 'breaker':
    case 'exhausted':
    case 'internal':
      return failureReason(failure);
    default:
      return failure satisfies never;
  }
}

/** One sentence for the user: no address, and nothing that a library or the agent's code says, but what it says to users. */
export function failureReason(failure: AttemptFailure): ErrorText {
  switch (failure.kind) {
    case 'status':
      return errorText(`The agent answered with status ${failure.status}.`);
    case 'timeout':
      return errorText(`The agent took too long: ${failure.detail}.`);
    case 'connection':
      return errorText('The agent could not be reached.');
    case 'history':
      return errorText(`The agent was not called: ${failure.detail}.`);
    case 'answer':
      return failure.code === 'error_chunk'
        ? errorText(`The agent reported an error: ${failure.detail}`)
        : errorText("The agent's answer could not be read.");
    case 'refused':
      return failure.code === 'private_address'
        ? errorText('The address of the agent is not a public address.')
        : failure.detail;
    case 'breaker':
      return errorText('The agent has failed too often in a row, so it was not called.');
    case 'exhausted':
      return errorText(`The turn was started ${ATTEMPTS_MAX} times and did not end.`);
    case 'internal':
      return errorText('The turn failed because of an internal error.');
    default:
      return failure satisfies never;
  }
}
