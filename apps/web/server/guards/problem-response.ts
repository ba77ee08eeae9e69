import 'server-only';
import type { Problem } from '../../common/outcome.ts';

/** A problem of the cluster, passed on to the browser as it is. */
export function problemResponse(problem: Problem): Response {
  const { status, code, detail, errors } = problem;
  const body = {
    type: 'about:blank',
    title: code,
    status,
    code,
    detail,
    retryable: status >= 500,
    errors,
  };
  const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
  return new Response(JSON.stringify(body), { status, headers });
}

export const UNAUTHENTICATED: Problem = {
  status: 401,
  code: 'unauthenticated',
  detail: 'Please sign in.',
  errors: [],
};

export const FOREIGN_PAGE: Problem = {
  status: 403,
  code: 'forbidden',
  detail: 'Only pages of this app may send this request.',
  errors: [],
};

export const ACCOUNTS_AWAY: Problem = {
  status: 503,
  code: 'accounts_unreachable',
  detail: 'Accounts are unavailable. Try again in a moment.',
  errors: [],
};

export const FORBIDDEN: Problem = {
  status: 403,
  code: 'forbidden',
  detail: 'Your role does not allow this.',
  errors: [],
};

/** What is behind it is in the log: internal text never reaches a browser. */
export const INTERNAL: Problem = {
  status: 500,
  code: 'internal',
  detail: 'Something went wrong in the web app. Try again.',
  errors: [],
};

/** A 422 that names every wrong field. */
export function invalidRequest(wrong: Pick<Problem, 'detail' | 'errors'>): Problem {
  return { status: 422, code: 'invalid_request', detail: wrong.detail, errors: wrong.errors };
}
