import type { FailureCode, Termination } from '@fleetlm/protocol';
import type { ErrorText } from '../../error-text.ts';
import type { AttemptFailure } from './retry-policy.ts';

/** Characters of a body that a report keeps. */
export const REPORT_BODY_LENGTH_MAX = 8192;

/** One side of a call as a report keeps it: no secret in it, and bounded. */
export interface ReportedMessage {
  /** Lower-case names. What could be a secret is `[redacted]`; of an answer only a few are kept. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most the first REPORT_BODY_LENGTH_MAX characters. */
  readonly body: string;
  readonly isTruncated: boolean;
}

/** What an attempt came to. */
export type AttemptOutcome =
  /** The agent ended its answer, by `finish` or `abort`. */
  | 'answered'
  /** It broke off after its first content, which is kept. */
  | 'broken-off'
  /** No answer; it is made again at `nextAttemptAtMs`. */
  | 'will-retry'
  /** No answer, and no further attempt: a dead letter. */
  | 'failed'
  /** Ended from this side: stopped, interrupted, or another node leads the group now. */
  | 'dropped';

/**
 * One attempt to call an agent, as it has ended. Reported once for each attempt that this node began, before its end is
 * proposed: whether the turn ended with it is decided by the log, and reported as a `TurnDecision`.
 * Listeners must not block and must not throw.
 */
export interface AttemptReport {
  readonly sessionId: string;
  readonly userId: string;
  readonly agentId: string;
  readonly epoch: number;
  readonly attempt: number;
  /** The same for every attempt of an epoch. */
  readonly webhookId: string;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** The newest message that it was to answer; null: not known any more. */
  readonly throughSeq: number | null;
  /** Where the call went; null when none was made (unknown or disabled agent). */
  readonly url: string | null;
  /** HTTP status; null: no answer came. */
  readonly status: number | null;
  /** From the start to the headers of the answer, connecting included. */
  readonly firstByteMs: number | null;
  readonly firstTokenMs: number | null;
  readonly totalMs: number;
  readonly outcome: AttemptOutcome;
  /** How the kept message ends; null when none is kept. */
  readonly termination: Termination | null;
  /** Of a closed set; null when the attempt did not fail. */
  readonly failureCode: FailureCode | null;
  /** For grouping; null when the attempt did not fail. */
  readonly failure: AttemptFailure['kind'] | null;
  /** One human-readable sentence; null when the attempt did not fail. */
  readonly error: ErrorText | null;
  /** Null when no request was made. */
  readonly request: ReportedMessage | null;
  /** Null when no answer came. */
  readonly response: ReportedMessage | null;
  /** Unix milliseconds; null: none follows. */
  readonly nextAttemptAtMs: number | null;
}

export type OnAttempt = (report: AttemptReport) => void;

/**
 * Whether a turn ended as its newest report says (`answered`, `broken-off` or `failed`). Follows each such report of this
 * node, once. Of all nodes at most one gets `isCommitted` for an epoch, because at most one end of it is committed.
 */
export interface TurnDecision {
  readonly sessionId: string;
  readonly epoch: number;
  /** False: another node, another attempt or a stop decides the turn. */
  readonly isCommitted: boolean;
}

export type OnDecision = (decision: TurnDecision) => void;
