import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { PROBLEM_MEDIA_TYPE, problem, UPLOAD_PATH } from '@fleetlm/protocol';
import { clientAddress, isTrustedPeer, type TrustedProxies } from './access/client-address.ts';
import { contained } from './contained.ts';
import {
  CONNECTIONS_MAX,
  HEADER_BYTES_MAX,
  HEADERS_MAX,
  HEADERS_MS,
  KEEP_ALIVE_MS,
  PIPELINED_REQUESTS_MAX,
  REQUEST_MS,
  REQUESTS_PER_CONNECTION_MAX,
  SLOW_REQUESTS_CHECK_MS,
  UPLOAD_MS,
} from './limits.ts';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The public port, open from the very start: until the node can serve, it says what it waits for. */
export interface HttpListener {
  readonly server: Server;
  /** From now on requests go there. */
  serve(handler: RequestHandler): void;
}

/** A certificate and its key in PEM, and what to do when they are renewed. */
export interface WatchedCertificate {
  readonly files: CertificatePair;
  watch(renewed: (files: CertificatePair) => void): void;
}

interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** Rejects with the error of `listen` (EADDRINUSE: another process has the port). */
export function listenHttp(options: {
  readonly host: string;
  readonly port: number;
  readonly certificate?: WatchedCertificate | null;
  readonly waitingFor: () => readonly string[];
  readonly limits: ConnectionLimits;
}): Promise<HttpListener> {
  let handler: RequestHandler = (request, response) =>
    answerWhileStarting(request, response, options.waitingFor());
  const { limits } = options;
  const pipeline = new Pipeline();
  const settings = {
    connectionsCheckingInterval: limits.checkMs,
    headersTimeout: limits.headersMs,
    // Of uploads: all other requests have their own timer.
    requestTimeout: limits.uploadMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
    // Node's own refusal has no body.
    requireHostHeader: false,
  };
  const listener: RequestHandler = (request, response) => {
    if (!pipeline.admits(request, response)) {
      response.setHeader('retry-after', '1');
      reply(response, PIPELINED.status, PROBLEM_MEDIA_TYPE, PIPELINED);
    } else if (hasHost(request)) {
      limitRequestTime(server, request, limits.requestMs);
      handler(request, response);
    } else reply(response, NO_HOST.status, PROBLEM_MEDIA_TYPE, NO_HOST);
  };
  const { certificate = null } = options;
  const server =
    certificate === null
      ? createServer(settings, listener)
      : tlsServer(certificate, settings, limits.headersMs, listener);
  server.maxHeadersCount = HEADERS_MAX;
  server.maxConnections = CONNECTIONS_MAX;
  server.maxRequestsPerSocket = REQUESTS_PER_CONNECTION_MAX;
  limitConnections(server, limits);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve({
        server,
        serve: (next) => {
          handler = next;
        },
      });
    });
  });
}

function tlsServer(
  certificate: WatchedCertificate,
  settings: ServerOptions,
  handshakeMs: number,
  listener: RequestHandler,
): Server {
  const contextOf = ({ certificate: cert, key }: CertificatePair) =>
    ({ cert, key, minVersion: 'TLSv1.2' }) as const;
  const server = createTlsServer(
    { ...settings, ...contextOf(certificate.files), handshakeTimeout: handshakeMs },
    listener,
  );
  // What ends a connection before it is encrypted is no request: it is answered with nothing.
  server.removeAllListeners('tlsClientError');
  server.on(
    'tlsClientError',
    contained('listener', (_error: Error, socket: Socket) => socket.destroy()),
  );
  certificate.watch((files) => server.setSecureContext(contextOf(files)));
  return server;
}

const PIPELINED = problem({
  code: 'rate_limited',
  detail: `more than ${PIPELINED_REQUESTS_MAX} requests of this connection wait for their answer`,
});

/** One read of a connection holds thousands of requests, and all of them begin in the same turn of the event loop. */
class Pipeline {
  readonly #unanswered = new WeakMap<Socket, number>();

  admits({ socket }: IncomingMessage, response: ServerResponse): boolean {
    const count = this.#unanswered.get(socket) ?? 0;
    if (count >= PIPELINED_REQUESTS_MAX) return false;
    this.#unanswered.set(socket, count + 1);
    const release = (): void => {
      this.#unanswered.set(socket, (this.#unanswered.get(socket) ?? 1) - 1);
    };
    response.once('close', release);
    return true;
  }
}

/** How long a connection may take, and how many one address may have. */
export interface ConnectionLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly uploadMs: number;
  readonly checkMs: number;
  readonly addressConnections: number;
  readonly trustedProxies: TrustedProxies;
  readonly refused: () => void;
}

export const CONNECTION_TIMES = {
  headersMs: HEADERS_MS,
  requestMs: REQUEST_MS,
  uploadMs: UPLOAD_MS,
  checkMs: SLOW_REQUESTS_CHECK_MS,
} as const;

/** Connections count while they are open, whatever they send; those of a trusted proxy are many users'. */
function limitConnections(server: Server, limits: ConnectionLimits): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    if (isTrustedPeer(socket.remoteAddress, limits.trustedProxies)) return;
    const address = clientAddress({ headers: {}, socket }, []);
    const count = open.get(address) ?? 0;
    if (count >= limits.addressConnections) {
      limits.refused();
      socket.destroy();
      return;
    }
    open.set(address, count + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}

/** A request whose body is still to come has to end in time; a file may take longer, and is watched by its handler. */
function limitRequestTime(server: Server, request: IncomingMessage, ms: number): void {
  const { headers, socket, method, url = '' } = request;
  if ((headers['transfer-encoding'] ?? headers['content-length'] ?? '0') === '0') return;
  if (method === 'PUT' && url.startsWith(UPLOAD_PATH)) return;
  const timer = setTimeout(
    contained('timer', () => {
      if (request.complete) return;
      if (!server.emit('clientError', new RequestTimeoutError(), socket)) socket.destroy();
    }),
    ms,
  );
  timer.unref();
  request.once('end', () => clearTimeout(timer));
  request.once('close', () => clearTimeout(timer));
}

/** As the server itself reports a request that takes too long. */
class RequestTimeoutError extends Error {
  readonly code = 'ERR_HTTP_REQUEST_TIMEOUT';

  constructor() {
    super('the request did not end in time');
    this.name = 'RequestTimeoutError';
  }
}

const NO_HOST = problem({ code: 'malformed_request', detail: 'the header "host" is missing' });

/** Only HTTP/1.0 has requests without it. */
function hasHost({ headers, httpVersion }: IncomingMessage): boolean {
  return headers.host !== undefined || httpVersion === '1.0';
}

function answerWhileStarting(
  request: IncomingMessage,
  response: ServerResponse,
  reasons: readonly string[],
): void {
  const path = (request.url ?? '').split('?')[0];
  if (path === '/health/live') reply(response, 200, 'application/json', { live: true });
  else if (path === '/health/ready')
    reply(response, 503, 'application/json', { ready: false, reasons, degraded: [] });
  else
    reply(
      response,
      503,
      PROBLEM_MEDIA_TYPE,
      problem({ code: 'no_quorum', detail: `this node is starting: ${reasons.join(', ')}` }),
    );
}

function reply(response: ServerResponse, status: number, type: string, body: unknown): void {
  response.writeHead(status, { 'content-type': type, connection: 'close' });
  response.end(JSON.stringify(body));
}
