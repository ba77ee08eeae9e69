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
  invalid_request: { status: 422, retryable: false, title: 'The request is not valid' },
  unauthenticated: { status: 401, retryable: false, title: 'A valid token is required' },
  forbidden: { status: 403, retryable: false, title: 'This is not allowed' },
  not_found: { status: 404, retryable: false, title: 'There is no such thing' },
  method_not_allowed: { status: 405, retryable: false, title: 'This method is not supported here' },
  conflict: { status: 409, retryable: false, title: 'The present state does not allow this' },
  payload_too_large: { status: 413, retryable: false, title: 'The payload is too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'Only JSON is understood here' },
  malformed_request: { status: 400, retryable: false, title: 'This is not a well-formed request' },
  request_timeout: { status: 408, retryable: true, title: 'The request did not end in time' },
  headers_too_large: { status: 431, retryable: false, title: 'The headers are too large' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests' },
  internal: { status: 500, retryable: false, title: 'Something went wrong here' },
  agent_failed: { status: 502, retryable: false, title: 'The agent did not answer' },
  overloaded: { status: 503, retryable: true, title: 'The cluster is busy' },
  no_quorum: { status: 503, retryable: true, title: 'The group has no quorum right now' },
  archive_unavailable: { status: 503, retryable: true, title: 'The archive cannot be reached' },
  timeout: { status: 504, retryable: true, title: 'No answer in time; the outcome is unknown' },
} as const satisfies Readonly<Record<string, ErrorMeaning>>;

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

export const OTHER_ERROR_CODES: readonly OtherErrorCode[] = Object.keys(ERROR_CODES).filter(
  (code): code is OtherErrorCode => isErrorCode(code) && code !== 'invalid_request',
);

/** What went wrong, within some codes. `invalid_request` without the name of a field does not exist. */
export type Failure<C extends ErrorCode = ErrorCode> = C extends 'invalid_request'
  ? { readonly code: C; readonly detail: string; readonly errors: FieldErrors }
  : { readonly code: C; readonly detail: string; readonly errors?: readonly FieldError[] };

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
}

/** The `error` of a socket ack. */
export interface AckError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly errors?: readonly FieldError[];
}

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
export function problem({ code, detail, errors = [] }: Failure): Problem {
  const { status, retryable, title } = ERROR_CODES[code];
  return { type: `urn:fleetlm:error:${code}`, title, status, code, detail, retryable, errors };
}

/** The same error in the shape of a socket ack. */
export function ackError({ code, detail, errors = [] }: Failure): AckError {
  const { retryable } = ERROR_CODES[code];
  return {
    code,
    message: detail,
    retryable,
    ...(errors.length === 0 ? {} : { errors }),
  };
}
