import type { Server } from 'node:http';
import cors from '@fastify/cors';
import {
  BODY_BYTES_MAX,
  ERROR_CODES,
  type ErrorCode,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  problem,
} from '@fleetlm/protocol';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Runtime } from '../runtime/runtime-api.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { HttpMethod, Metrics, StatusClass } from '../telemetry/metrics.ts';
import { SDK_VERSION_HEADER, SESSION_HEADER } from './answer-streams.ts';
import type { HttpListener } from './http-listener.ts';
import { type Identity, type IdentityVerifier, UnauthenticatedError } from './identity.ts';
import { RATED_USERS_MAX, REST_RATE } from './limits.ts';
import { RequestError } from './request-error.ts';
import { TokenBuckets } from './token-bucket.ts';

export interface RestPorts {
  readonly runtime: Runtime;
  readonly identities: IdentityVerifier;
  readonly metrics: Metrics;
  readonly log: Logger;
}

const IDENTITY = 'identity';

/** Who sent the request; every route under /api has one. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = request.getDecorator<Identity | null>(IDENTITY);
  if (identity === null) throw new RequestError('unauthenticated', 'a bearer token is required');
  return identity;
}

export interface RestApp {
  readonly app: FastifyInstance;
  /** To be called once the routes are there and the application is ready. */
  serve(): void;
}

/** The REST application on a listener that is open already; routes are added by the caller. */
export function createRestApp(listener: HttpListener, ports: RestPorts): RestApp {
  let serve = (): void => undefined;
  const app: FastifyInstance = fastify({
    bodyLimit: BODY_BYTES_MAX,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    serverFactory: (handler): Server => {
      serve = () => listener.serve(handler);
      return listener.server;
    },
  });
  app.decorateRequest(IDENTITY, null);
  // Tokens are bearer tokens, there are no cookies: another origin can do nothing that its holder couldn't.
  void app.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', SDK_VERSION_HEADER],
    exposedHeaders: [SESSION_HEADER],
    maxAge: 86_400,
  });
  parseBodies(app);
  answerErrors(app, ports);
  authenticate(app, ports);
  count(app, ports.metrics);
  return { app, serve: () => serve() };
}

function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (_request, body: string, done) => {
      // Commands without arguments may come with an empty body.
      if (body === '') {
        done(null, undefined);
        return;
      }
      let value: unknown;
      try {
        value = JSON.parse(body);
      } catch {
        done(new RequestError('invalid_request', 'the body is not well-formed JSON'));
        return;
      }
      done(null, value);
    },
  );
}

function authenticate(app: FastifyInstance, { identities }: RestPorts): void {
  const rates = new TokenBuckets(REST_RATE, RATED_USERS_MAX);
  app.addHook('onRequest', async (request) => {
    if (!request.url.startsWith('/api/') || request.method === 'OPTIONS') return;
    const identity = await identities.verifyHeader(request.headers.authorization);
    if (identity.type === 'user' && !rates.take(identity.userId, performance.now()))
      throw new RequestError('rate_limited', 'too many requests of this user; try again shortly');
    request.setDecorator<Identity | null>(IDENTITY, identity);
  });
}

function answerErrors(app: FastifyInstance, { log }: RestPorts): void {
  app.setNotFoundHandler((request, reply) => {
    sendProblem(reply, problem('not_found', `there is no ${request.method} ${pathOf(request)}`));
  });
  app.setErrorHandler((error, request, reply) => {
    const body = problemOf(error);
    if (body.code === 'internal')
      log.error({ err: error, method: request.method, path: pathOf(request) }, 'rest: a fault');
    if (body.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
    sendProblem(reply, body);
  });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? request.url;
}

function sendProblem(reply: FastifyReply, body: Problem): void {
  if (body.retryable) reply.header('retry-after', '1');
  reply.status(body.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body));
}

function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return problem(error.code, error.message, error.errors);
  if (error instanceof UnauthenticatedError) return problem('unauthenticated', error.message);
  const status = statusOf(error);
  const detail = error instanceof Error ? error.message : undefined;
  if (status === null || status >= 500) return problem('internal');
  return problem(codeOfStatus(status), detail);
}

/** What the framework itself refuses: media types, sizes, URLs. */
function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

function codeOfStatus(status: number): ErrorCode {
  switch (status) {
    case ERROR_CODES.payload_too_large.status:
      return 'payload_too_large';
    case ERROR_CODES.unsupported_media_type.status:
      return 'unsupported_media_type';
    case ERROR_CODES.not_found.status:
      return 'not_found';
    default:
      return 'invalid_request';
  }
}

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

function count(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.httpRequests.inc({
      method: isMethod(request.method) ? request.method : 'other',
      status: statusClass(reply.statusCode),
    });
  });
}

function isMethod(method: string): method is Exclude<HttpMethod, 'other'> {
  return METHODS.includes(method);
}

function statusClass(status: number): StatusClass {
  if (status < 300) return '2xx';
  if (status < 400) return '3xx';
  return status < 500 ? '4xx' : '5xx';
}
