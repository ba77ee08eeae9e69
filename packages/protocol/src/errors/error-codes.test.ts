import { describe, expect, test } from 'vitest';
import {
  ackError,
  ackErrorSchema,
  ERROR_CODES,
  type ErrorCode,
  type Failure,
  type FieldErrors,
  isErrorCode,
  problem,
  problemSchema,
} from '../index.ts';

describe('error codes', () => {
  test.each<[ErrorCode, number, boolean]>([
    ['invalid_request', 422, false],
    ['unauthenticated', 401, false],
    ['forbidden', 403, false],
    ['not_found', 404, false],
    ['conflict', 409, false],
    ['payload_too_large', 413, false],
    ['rate_limited', 429, true],
    ['agent_failed', 502, false],
    ['overloaded', 503, true],
    ['no_quorum', 503, true],
    ['timeout', 504, true],
    ['archive_unavailable', 503, true],
  ])('%s is %d, retryable: %s', (code, status, retryable) => {
    expect(ERROR_CODES[code]).toMatchObject({ status, retryable });
  });

  test('every code makes a problem document and an ack that say the same', () => {
    for (const code of Object.keys(ERROR_CODES)) {
      if (!isErrorCode(code)) throw new Error(`${code} is not in its own table`);
      const errors: FieldErrors = [{ path: 'content', message: 'is required' }];
      const failure: Failure = { code, detail: 'why', errors };
      const document = problemSchema.parse(problem(failure));
      const { error } = ackErrorSchema.parse({ ok: false, error: ackError(failure) });
      expect(document).toMatchObject({ code, detail: 'why', retryable: error.retryable, errors });
      expect(error).toEqual({ code, message: 'why', retryable: document.retryable, errors });
    }
  });

  test('inherited names are no codes', () => {
    expect(isErrorCode('toString')).toBe(false);
  });
});
