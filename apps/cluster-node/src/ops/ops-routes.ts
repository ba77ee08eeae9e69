import { type Parsed, parse } from '@fleetlm/protocol';
import * as z from 'zod';
import { type Identity, type IdentityVerifier, isOperator } from '../gateway/access/identity.ts';
import { parsedOf, RequestError } from '../gateway/request-error.ts';
import type { ReadinessState } from '../runtime/runtime-api.ts';
import { LOG_LEVELS } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { LOG_LEVEL_SECONDS_MAX, PROFILE_SECONDS_DEFAULT, PROFILE_SECONDS_MAX } from './limits.ts';
import type { LogLevelControl } from './log-level.ts';
import type { ProfileKind, Profiler } from './profiler.ts';

/** What the operations port shows and changes. */
export interface OpsPorts {
  readonly nodeId: string;
  readonly readiness: () => ReadinessState;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly identities: Pick<IdentityVerifier, 'verifyHeader'>;
  readonly logLevel: LogLevelControl;
  readonly profiler: Profiler;
}

export interface OpsRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly authorization: string | undefined;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
}

export interface OpsAnswer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  /** The name that a browser saves it under. */
  readonly fileName?: string;
}

interface OpsRoute {
  /** Changes, or shows more than metrics: for operators. */
  readonly isProtected: boolean;
  readonly answer: (
    ports: OpsPorts,
    query: URLSearchParams,
    request: OpsRequest,
    caller: string,
  ) => OpsAnswer | Promise<OpsAnswer>;
}

const JSON_TYPE = 'application/json';
const json = (body: object, status = 200): OpsAnswer => ({
  status,
  type: JSON_TYPE,
  text: JSON.stringify(body),
});

function wholeSeconds(max: number) {
  const message = `must be a whole number from 1 to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, { error: message, abort: true })
    .transform(Number)
    .pipe(z.int().min(1, message).max(max, message));
}

const noQuery = z.strictObject({});
const profileQuery = z.strictObject({
  seconds: wholeSeconds(PROFILE_SECONDS_MAX).default(PROFILE_SECONDS_DEFAULT),
});
const logLevelQuery = z.strictObject({
  level: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  seconds: wholeSeconds(LOG_LEVEL_SECONDS_MAX).optional(),
});

function queryOf<S extends z.ZodType>(schema: S, query: URLSearchParams): z.output<S> {
  const parsed: Parsed<z.output<S>> = parse(schema, Object.fromEntries(query));
  return parsedOf(parsed);
}

async function profile(
  kind: ProfileKind,
  { profiler, nodeId }: OpsPorts,
  query: URLSearchParams,
  { signal }: OpsRequest,
): Promise<OpsAnswer> {
  const { seconds } = queryOf(profileQuery, query);
  const taken = await profiler.take(kind, seconds, signal);
  if (taken === 'busy') throw new RequestError('conflict', 'another profile is being taken');
  if (taken === null) throw new RequestError('request_timeout', 'the caller is gone');
  return { ...json(taken), fileName: `${nodeId}.${kind}profile` };
}

const READ: Omit<OpsRoute, 'answer'> = { isProtected: false };
const OPERATE: Omit<OpsRoute, 'answer'> = { isProtected: true };

/** By method and path. */
const ROUTES: Readonly<Record<string, OpsRoute>> = {
  'GET /health/live': { ...READ, answer: () => json({ live: true }) },
  'GET /health/ready': {
    ...READ,
    answer: ({ readiness }) => {
      const { ready, reasons, degraded } = readiness();
      return json({ ready, reasons, degraded }, ready ? 200 : 503);
    },
  },
  'GET /metrics': {
    ...READ,
    answer: async ({ metrics }) => ({
      status: 200,
      type: metrics.contentType,
      text: await metrics.text(),
    }),
  },
  'GET /debug/log-level': {
    ...OPERATE,
    answer: ({ logLevel }, query) => {
      queryOf(noQuery, query);
      return json(logLevel.state);
    },
  },
  'PUT /debug/log-level': {
    ...OPERATE,
    answer: ({ logLevel }, query, _request, caller) => {
      const { level, seconds } = queryOf(logLevelQuery, query);
      return json(logLevel.set(level, seconds ?? null, caller));
    },
  },
  'POST /debug/profiles/cpu': {
    ...OPERATE,
    answer: (ports, query, request) => profile('cpu', ports, query, request),
  },
  'POST /debug/profiles/heap': {
    ...OPERATE,
    answer: (ports, query, request) => profile('heap', ports, query, request),
  },
};
const PATHS = new Set(Object.keys(ROUTES).map((name) => name.split(' ')[1]));

/** Rejects with a RequestError, or with what the verification of a token does. */
export async function answerOps(ports: OpsPorts, request: OpsRequest): Promise<OpsAnswer> {
  const { pathname, searchParams } = URL.parse(request.target, 'http://ops') ?? NO_TARGET;
  const name = `${request.method} ${pathname}`;
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (route === undefined)
    throw PATHS.has(pathname)
      ? new RequestError('method_not_allowed', `${request.method} is not supported here`)
      : new RequestError('not_found', 'there is no such call');
  const caller = route.isProtected ? await operatorOf(ports, request) : 'anyone';
  return route.answer(ports, searchParams, request, caller);
}

const NO_TARGET = { pathname: '', searchParams: new URLSearchParams() };

/** The name of the operator, for the log. */
async function operatorOf(
  { identities }: OpsPorts,
  { authorization }: OpsRequest,
): Promise<string> {
  const identity: Identity = await identities.verifyHeader(authorization);
  if (!isOperator(identity))
    throw new RequestError('forbidden', 'this needs the API key or the role admin');
  return identity.type === 'api-key' ? 'api-key' : identity.userId;
}
