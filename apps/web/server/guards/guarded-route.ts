import 'server-only';
import { BodyTimeoutError, BodyTooLargeError, parse, readBoundedStream } from '@fleetlm/protocol';
import type * as z from 'zod';
import {
  PATH_PARAMETER_LENGTH_MAX,
  ROUTE_BODY_BYTES_MAX,
  ROUTE_BODY_TIMEOUT_MS,
} from '../../common/limits.ts';
import type { Problem } from '../../common/outcome.ts';
import type { Role } from '../../common/roles.ts';
import { admit, type SignIn } from '../accounts/session.ts';
import { forgetCookies } from '../accounts/session-cookies.ts';
import { logProblem } from '../log.ts';
import { isOwnPage } from './own-page.ts';
import {
  ACCOUNTS_AWAY,
  FORBIDDEN,
  FOREIGN_PAGE,
  INTERNAL,
  invalidRequest,
  problemResponse,
  UNAUTHENTICATED,
} from './problem-response.ts';

/** Ends a route's work with this answer. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

/** What a route sees of its request: nothing that is not bounded and parsed. */
export interface RouteInput {
  readonly headers: Headers;
  /** A part of the path, by its folder's name. */
  param(name: string): string;
  query<T>(schema: z.ZodType<T>): T;
  json<T>(schema: z.ZodType<T>): Promise<T>;
}

export interface GuardedInput extends RouteInput, SignIn {}

interface RouteContext {
  /** Next gives nothing where a path has no parameters. */
  readonly params: Promise<object | undefined>;
}
export type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>;

type Answer<I> = (input: I) => Promise<Response> | Response;

/** For all users, also without a sign-in. */
export function publicRoute(answer: Answer<RouteInput>): RouteHandler {
  return (request, context) => respond(request, context, async (input) => answer(input));
}

/** For all users who are signed in. */
export function userRoute(answer: Answer<GuardedInput>): RouteHandler {
  return guarded('user', answer);
}

/** For those who look after agents. */
export function ownerRoute(answer: Answer<GuardedInput>): RouteHandler {
  return guarded('owner', answer);
}

/** For admins. What changes something (any method but GET) takes a role that Postgres confirmed a moment ago. */
export function adminRoute(answer: Answer<GuardedInput>): RouteHandler {
  return guarded('admin', answer);
}

function guarded(needed: Role, answer: Answer<GuardedInput>): RouteHandler {
  return (request, context) =>
    respond(request, context, async (input) => {
      const admission = await admit(needed, request.method === 'GET' ? 'view' : 'change');
      if (admission.ok) return answer({ ...input, ...admission.signIn });
      // A revoked session must not come back when this process restarts while Postgres is unreachable.
      if (admission.why === 'signed-out') await forgetCookies();
      return problemResponse(REFUSALS[admission.why]);
    });
}

const REFUSALS = {
  'signed-out': UNAUTHENTICATED,
  forbidden: FORBIDDEN,
  unconfirmed: ACCOUNTS_AWAY,
} as const;

async function respond(
  request: Request,
  context: RouteContext,
  answer: (input: RouteInput) => Promise<Response>,
): Promise<Response> {
  if (request.method !== 'GET' && !isOwnPage(request)) return problemResponse(FOREIGN_PAGE);
  try {
    return await answer(inputOf(request, (await context.params) ?? {}));
  } catch (error) {
    if (error instanceof ProblemError) return problemResponse(error.problem);
    logProblem(`${request.method} ${new URL(request.url).pathname} failed`, error);
    return problemResponse(INTERNAL);
  }
}

function inputOf(request: Request, params: object): RouteInput {
  const known: ReadonlyMap<string, unknown> = new Map(Object.entries(params));
  return {
    headers: request.headers,
    param: (name) => {
      const value = known.get(name);
      if (typeof value === 'string' && value.length <= PATH_PARAMETER_LENGTH_MAX) return value;
      throw new ProblemError(
        invalidRequest({
          detail: `${name} must have at most ${PATH_PARAMETER_LENGTH_MAX} characters`,
          errors: [],
        }),
      );
    },
    query: (schema) => parsed(schema, Object.fromEntries(new URL(request.url).searchParams)),
    json: async (schema) => parsed(schema, await readJson(request)),
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = parse(schema, value);
  if (result.ok) return result.value;
  throw new ProblemError(invalidRequest(result));
}

const BODY_BOUNDS = { bytesMax: ROUTE_BODY_BYTES_MAX, timeoutMs: ROUTE_BODY_TIMEOUT_MS };

async function readJson(request: Request): Promise<unknown> {
  try {
    const body = await readBoundedStream(request, BODY_BOUNDS);
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new ProblemError(bodyProblem(error));
  }
}

function bodyProblem(error: unknown): Problem {
  if (error instanceof BodyTooLargeError)
    return { status: 413, code: 'payload_too_large', detail: error.message, errors: [] };
  if (error instanceof BodyTimeoutError)
    return { status: 408, code: 'timeout', detail: error.message, errors: [] };
  return invalidRequest({ detail: 'the body must be JSON in UTF-8', errors: [] });
}
