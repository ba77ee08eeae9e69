import type { Problem } from './cluster-api.ts';

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
  detail: 'This can be asked by pages of this app only.',
  errors: [],
};

export const ACCOUNTS_AWAY: Problem = {
  status: 503,
  code: 'accounts_unreachable',
  detail: 'The accounts can’t be reached now. Please try again in a moment.',
  errors: [],
};
