import type { Server } from 'node:http';
import cors from '@fastify/cors';
import {
  BODY_BYTES_MAX,
  COMPLETION_SESSION_HEADER,
  IDEMPOTENCY_HEADER,
  LAST_EVENT_HEADER,
  SDK_VERSION_HEADER,
} from '@fleetlm/protocol';
import fastify, { type FastifyInstance } from 'fastify';
import type { Runtime } from '../../runtime/runtime-api.ts';
import { inComponent } from '../../telemetry/component-turns.ts';
import type { HttpMethod, Metrics, StatusClass } from '../../telemetry/metrics.ts';
import type { IdentityVerifier } from '../access/identity.ts';
import { admissionOf, type EdgeAdmission } from '../access/request-admission.ts';
import { enforceAccess } from '../access/route-access.ts';
import { SESSION_HEADER } from '../answer-streams.ts';
import { parseRawBodies } from '../files/raw-body.ts';
import type { HttpListener } from '../http-listener.ts';
import { PATH_PARAMETER_LENGTH_MAX } from '../limits.ts';
import { RequestError } from '../request-error.ts';
import { REPLAYED_HEADER } from './idempotent-creation.ts';
import { parseJsonBodies } from './json-body.ts';
import { answerClientError, answerErrors, sendError } from './problem-answers.ts';
import { NEXT_HEADER } from './records/rest-feedback.ts';
import { limitResponseTime } from './response-time.ts';

export interface RestPorts {
  readonly runtime: Runtime;
  readonly identities: IdentityVerifier;
  readonly admission: EdgeAdmission;
  readonly metrics: Metrics;
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
    routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX },
    serverFactory: (handler): Server => {
      serve = () => listener.serve(handler);
      return listener.server;
    },
    // Targets that the router cannot read name no call.
    frameworkErrors: (_error, request, reply) =>
      sendError(new RequestError('not_found', 'no such route'), request, reply),
    clientErrorHandler: answerClientError,
  });
  // Tokens are bearer tokens, there are no cookies: another origin can do nothing that its holder couldn't.
  void app.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'authorization',
      'content-type',
      SDK_VERSION_HEADER,
      IDEMPOTENCY_HEADER,
      LAST_EVENT_HEADER,
      COMPLETION_SESSION_HEADER,
    ],
    exposedHeaders: [
      SESSION_HEADER,
      REPLAYED_HEADER,
      NEXT_HEADER,
      'retry-after',
      'content-disposition',
    ],
    maxAge: 86_400,
    // Its own refusal of a preflight without headers is no problem document.
    strictPreflight: false,
  });
  parseJsonBodies(app);
  parseRawBodies(app, BYTES_TYPE);
  markTurns(app);
  answerErrors(app);
  enforceAccess(app, ports.identities, admissionOf(ports.admission));
  limitResponseTime(app);
  count(app, ports.metrics);
  return { app, serve: () => serve() };
}

/** What blocks the event loop here is REST's: the beginning of each call, and the serialization of its answer. */
function markTurns(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { handler } = route;
    route.handler = function marked(request, reply) {
      return inComponent('rest', () => handler.call(this, request, reply));
    };
  });
  app.setReplySerializer((payload) => inComponent('rest', () => JSON.stringify(payload)));
}

/** Of bodies that are files. */
const BYTES_TYPE = 'application/octet-stream';

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
