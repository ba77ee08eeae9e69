import type { FailureCode } from '@fleetlm/protocol';

type CodeOf<Codes extends FailureCode> = Extract<FailureCode, Codes>;

/** How an attempt ended that brought no answer. */
export type AttemptFailure =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter: string | null }
  | {
      readonly kind: 'timeout';
      readonly code: CodeOf<
        'connect_timeout' | 'first_byte_timeout' | 'idle_timeout' | 'total_timeout'
      >;
      readonly detail: string;
    }
  | { readonly kind: 'connection'; readonly code: FailureCode; readonly detail: string }
  | {
      readonly kind: 'answer';
      readonly code: CodeOf<'error_chunk' | 'empty_answer' | 'invalid_answer'>;
      readonly detail: string;
    }
  /** What the agent is to be sent, or signed with, can't be read now: no call was made. */
  | {
      readonly kind: 'history';
      readonly code: CodeOf<'history_unavailable' | 'secret_unreadable'>;
      readonly detail: string;
    }
  /** The address is private, the agent unknown or disabled: no attempt was made. */
  | {
      readonly kind: 'refused';
      readonly code: CodeOf<'private_address' | 'agent_unknown' | 'agent_disabled'>;
      readonly detail: string;
    }
  /** The agent is left alone, and has been for too long: no attempt was made. */
  | { readonly kind: 'breaker' };

export type RetryDecision =
  | { readonly type: 'retry'; readonly delayMs: number }
  | { readonly type: 'fail' }
  /** 410: the agent wants no more calls. */
  | { readonly type: 'disable' };

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
  if (failure.kind === 'refused' || failure.kind === 'breaker') return { type: 'fail' };
  if (failure.kind === 'status') {
    if (failure.status === 410) return { type: 'disable' };
    if (failure.status < 500 && !RETRIED_STATUS.has(failure.status)) return { type: 'fail' };
  }
  if (attempt >= ATTEMPTS_MAX) return { type: 'fail' };
  const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (attempt - 1));
  const backoff = ceiling / 2 + (random * ceiling) / 2;
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

/** One sentence for the person and the log. */
export function describeFailure(failure: AttemptFailure): string {
  switch (failure.kind) {
    case 'status':
      return `The agent answered with status ${failure.status}.`;
    case 'timeout':
      return `The agent took too long: ${failure.detail}.`;
    case 'connection':
      return `The agent could not be reached: ${failure.detail}.`;
    case 'history':
      return `The agent was not called: ${failure.detail}.`;
    case 'answer':
      return `The agent's answer could not be read: ${failure.detail}.`;
    case 'refused':
      return failure.detail;
    case 'breaker':
      return 'The agent has failed too often in a row, so it was not called.';
    default:
      return failure satisfies never;
  }
}
