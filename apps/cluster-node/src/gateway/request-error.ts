import {
  type Failure,
  type OtherErrorCode,
  type Parsed,
  type Problem,
  problem,
} from '@fleetlm/protocol';

/** A request that is answered with an error of the table of codes. */
export class RequestError extends Error {
  readonly failure: Failure;
  /** When it may succeed, where the code is retryable; at least 1. */
  readonly retryAfterS: number;

  constructor(code: OtherErrorCode, detail: string);
  constructor(failure: Failure, retryAfterS?: number);
  constructor(subject: OtherErrorCode | Failure, addition: string | number = 1) {
    const failure: Failure =
      typeof subject === 'string' ? { code: subject, detail: String(addition) } : subject;
    super(failure.detail);
    this.name = 'RequestError';
    this.failure = failure;
    this.retryAfterS = typeof addition === 'number' ? Math.max(1, addition) : 1;
  }

  problem(): Problem {
    return problem(this.failure);
  }
}

/** The parsed value, or throws which fields are wrong. */
export function parsedOf<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new RequestError(parsed);
}
