/** What one code means on every wire. */
interface ErrorMeaning {
  /** HTTP status. */
  readonly status: number;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly title: string;
}

/** The one table of error codes: REST problems and socket acks are both made from it. */
export const ERROR_CODES = {
  invalid_request: { status: 422, retryable: false, title: 'Invalid request' },
  unauthenticated: { status: 401, retryable: false, title: 'Authentication required' },
  forbidden: { status: 403, retryable: false, title: 'Forbidden' },
  not_found: { status: 404, retryable: false, title: 'Not found' },
  method_not_allowed: { status: 405, retryable: false, title: 'Method not allowed' },
  conflict: { status: 409, retryable: false, title: 'Conflict with the current state' },
  payload_too_large: { status: 413, retryable: false, title: 'Payload too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'Unsupported media type' },
  malformed_request: { status: 400, retryable: false, title: 'Malformed request' },
  request_timeout: { status: 408, retryable: true, title: 'Request timed out' },
  headers_too_large: { status: 431, retryable: false, title: 'Headers too large' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  budget_exhausted: {
    status: 429,
    retryable: false,
    title: "The agent's budget for today is used up",
  },
  internal: { status: 500, retryable: false, title: 'Internal error' },
  overloaded: { status: 503, retryable: true, title: 'Overloaded' },
  no_quorum: { status: 503, retryable: true, title: 'The group has no quorum' },
  archive_unavailable: { status: 503, retryable: true, title: 'Archive unavailable' },
  timeout: { status: 504, retryable: true, title: 'Timed out; outcome unknown' },
  agent_failed: { status: 502, retryable: false, title: 'The agent did not answer' },
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

/** A code of the table. Clients get others from a newer node: see `isErrorCode`. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** A wrong field: `path` is dotted (`content.parts.0.text`), empty for the whole. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** At least one: a request that is not valid learns which field is wrong. */
export type FieldErrors = readonly [FieldError, ...FieldError[]];

/** Codes that need no field. */
export type OtherErrorCode = Exclude<ErrorCode, 'invalid_request'>;

/** Every code but `invalid_request`. */
export const OTHER_ERROR_CODES: readonly OtherErrorCode[] = Object.keys(ERROR_CODES).filter(
  (code): code is OtherErrorCode => isErrorCode(code) && code !== 'invalid_request',
);

/** What went wrong, within some codes. `invalid_request` without the name of a field does not exist. */
export type Failure<C extends ErrorCode = ErrorCode> = C extends 'invalid_request'
  ? { readonly code: C; readonly detail: string; readonly errors: FieldErrors }
  : {
      readonly code: C;
      readonly detail: string;
      readonly errors?: readonly FieldError[];
      /** Of a `conflict` with `expected_seq`: the newest seq of the conversation. */
      readonly last_seq?: number;
    };

/** One wrong field; an empty path is the whole payload. */
export function invalidField(
  path: string,
  message: string,
  detail = `${path} ${message}`,
): Failure<'invalid_request'> {
  return { code: 'invalid_request', detail, errors: [{ path, message }] };
}

/** RFC 9457, served as `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retryable: boolean;
  readonly errors: readonly FieldError[];
  readonly last_seq?: number;
}

/** The `error` of a socket ack. */
export interface AckError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly errors?: readonly FieldError[];
  readonly last_seq?: number;
}

/** The `content-type` of every error over REST (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Whether a text is one of ERROR_CODES; a newer node may send others. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}

/**
 * A failure as REST answers it (RFC 9457): status, title and `retryable` follow from the code, `detail` says what is wrong this
 * time, for users.
 *
 * @example problem({ code: 'not_found', detail: 'there is no agent "bot"' }).status // 404
 */
export function problem(failure: Failure): Problem {
  const { code, detail, errors = [] } = failure;
  const { status, retryable, title } = ERROR_CODES[code];
  const type = `urn:fleetlm:error:${code}`;
  return { type, title, status, code, detail, retryable, errors, ...lastSeqOf(failure) };
}

/** The same error in the shape of a socket ack. */
export function ackError(failure: Failure): AckError {
  const { code, detail, errors = [] } = failure;
  const { retryable } = ERROR_CODES[code];
  return {
    code,
    message: detail,
    retryable,
    ...(errors.length === 0 ? {} : { errors }),
    ...lastSeqOf(failure),
  };
}

function lastSeqOf(failure: Failure): { readonly last_seq?: number } {
  return 'last_seq' in failure && failure.last_seq !== undefined
    ? { last_seq: failure.last_seq }
    : {};
}
