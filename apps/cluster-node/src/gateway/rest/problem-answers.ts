import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import {
  ERROR_CODES,
  type ErrorCode,
  type Failure,
  invalidField,
  PROBLEM_MEDIA_TYPE,
  type Problem,
  problem,
} from '@fleetlm/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { reportHandlerError } from '../../telemetry/guarded.ts';
import { UnauthenticatedError } from '../access/identity.ts';
import { contained } from '../contained.ts';
import { LINGER_BYTES_MAX, LINGER_MS, UNREAD_BODY_BYTES_MAX } from '../limits.ts';
import { RequestError } from '../request-error.ts';

/** Every error of a request, thrown by a handler or by the framework, as a problem of the table of codes. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, problem({ code: 'not_found', detail: 'no such route' })),
  );
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));
}

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const body = problemOf(error);
  if (body.code === 'internal') {
    const route = request.routeOptions.url ?? null;
    reportHandlerError('rest', error, { method: request.method, route });
  }
  if (body.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (body.retryable) {
    const seconds = error instanceof RequestError ? error.retryAfterS : 1;
    reply.header('retry-after', String(seconds));
  }
  sendProblem(request, reply, body);
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, body: Problem): void {
  if (!mayDrain(request)) reply.header('connection', 'close');
  const isOpenAi = request.routeOptions.url?.startsWith(OPENAI_PREFIX) === true;
  const sent = isOpenAi ? { ...body, error: openAiError(body) } : body;
  reply.status(body.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(sent));
}

/** Calls that clients of OpenAI make. */
const OPENAI_PREFIX = '/v1/';

/** The same error where such a client looks for it. */
function openAiError({ code, detail, errors }: Problem): object {
  return { message: detail, type: code, param: errors[0]?.path ?? null, code };
}

/** An unread body is discarded by the server before the next request: only a short one is worth that. */
function mayDrain({ raw }: FastifyRequest): boolean {
  if (raw.complete) return true;
  if (raw.headers['transfer-encoding'] !== undefined) return false;
  return Number(raw.headers['content-length'] ?? 0) <= UNREAD_BODY_BYTES_MAX;
}

function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem();
  if (error instanceof UnauthenticatedError)
    return problem({ code: 'unauthenticated', detail: error.message });
  const status = statusOf(error);
  if (status === null || status >= 500)
    return problem({ code: 'internal', detail: ERROR_CODES.internal.title });
  const code = codeOfStatus(status);
  const detail = error instanceof Error ? error.message : ERROR_CODES[code].title;
  return problem(code === 'invalid_request' ? invalidField('', detail, detail) : { code, detail });
}

/** What the framework itself refuses: media types, sizes, URLs. */
function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;
}

type FrameworkCode = Extract<
  ErrorCode,
  'payload_too_large' | 'unsupported_media_type' | 'not_found' | 'invalid_request'
>;

function codeOfStatus(status: number): FrameworkCode {
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

/** Bytes that are no request, or not one in time. There is no request to answer through: the socket is written to. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  const linger = lingering.get(socket);
  if (linger !== undefined) {
    // What follows the error is the same error.
    if (socket.bytesRead > linger.bytesReadMax) socket.destroy();
    return;
  }
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const answer = problem(clientFailure(error.code));
    const { status } = answer;
    const body = JSON.stringify(answer);
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: ${PROBLEM_MEDIA_TYPE}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  }
  lingerOver(socket);
}

const lingering = new WeakMap<Socket, { readonly bytesReadMax: number }>();

/**
 * What the client has still to send is read and dropped, within bounds: a connection that is closed with bytes unread is
 * reset, and the client may lose the answer that is on its way to it.
 */
function lingerOver(socket: Socket): void {
  lingering.set(socket, { bytesReadMax: socket.bytesRead + LINGER_BYTES_MAX });
  const timer = setTimeout(
    contained('rest', () => socket.destroy()),
    LINGER_MS,
  );
  socket.once('close', () => clearTimeout(timer));
}

function clientFailure(code: string | undefined): Failure {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', detail: 'the request did not end in time' };
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'headers_too_large', detail: 'the headers are too large' };
    default:
      return { code: 'malformed_request', detail: 'this is not an HTTP request' };
  }
}
