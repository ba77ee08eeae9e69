import type { ErrorCode, FieldError, Parsed } from '@fleetlm/protocol';
import type { LiveSubscription, Result, RuntimeError } from '../runtime/runtime-api.ts';

/** A request that is answered with an error of the table of codes. */
export class RequestError extends Error {
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[];

  constructor(code: ErrorCode, detail: string, errors: readonly FieldError[] = []) {
    super(detail);
    this.name = 'RequestError';
    this.code = code;
    this.errors = errors;
  }
}

export function requestError({ code, detail, errors }: RuntimeError): RequestError {
  return new RequestError(code, detail, errors);
}

/** The value, or throws what went wrong. */
export function valueOrThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw requestError(result.error);
}

/** The parsed value, or throws which fields are wrong. */
export function parsedOf<T>(parsed: Parsed<T>): T {
  if (parsed.ok) return parsed.value;
  throw new RequestError(parsed.code, parsed.detail, parsed.errors);
}

/** Waits until events come. Throws `no_quorum`: nobody could be reached who would tell of them. */
export async function whenLive({ ready }: LiveSubscription): Promise<void> {
  if (!(await ready))
    throw new RequestError(
      'no_quorum',
      'no node that holds this conversation could be reached: there would be no live events',
    );
}
