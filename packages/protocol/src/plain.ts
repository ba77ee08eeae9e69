/** What needs no schema library at run time: for browsers. Types come from the main entry by `import type`. */

export { doubledMs, jitteredMs } from './backoff.ts';
export { BLOB_ID_PATTERN, blobIdOf, blobUrl } from './blob-url.ts';
export {
  type AckError,
  ackError,
  ERROR_CODES,
  type ErrorCode,
  type Failure,
  type FieldError,
  type FieldErrors,
  invalidField,
  isErrorCode,
  OTHER_ERROR_CODES,
  type OtherErrorCode,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  problem,
} from './errors/error-codes.ts';
export { fnv1a32, groupOfUser } from './group-hash.ts';
export * from './limits.ts';
export { byMetric, METRIC_NAMES, type MetricName } from './metric-names.ts';
export { AUDIT_KINDS, OPERATION_KINDS, OPERATION_STATES } from './operation-kinds.ts';
export {
  type BodyBounds,
  BodyTimeoutError,
  BodyTooLargeError,
  type NextPiece,
  readBounded,
  readBoundedStream,
} from './parse/bounded-body.ts';
export { formatSessionId, groupOfSession, isSessionId, SESSION_ID_PATTERN } from './session-id.ts';
export {
  FEEDBACK_RATINGS,
  FEEDBACK_REASONS,
  type FeedbackRating,
  type FeedbackReason,
} from './sessions/feedback-reasons.ts';
export { webhookId } from './webhook-id.ts';
