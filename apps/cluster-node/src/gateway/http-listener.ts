import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, problem } from '@fleetlm/protocol';

type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** The public port, open from the very start: until the node can serve, it says what it waits for. */
export interface HttpListener {
  readonly server: Server;
  /** From now on requests go there. */
  serve(handler: RequestHandler): void;
}

/** Rejects with the error of `listen` (EADDRINUSE: somebody else has the port). */
export function listenHttp(options: {
  readonly host: string;
  readonly port: number;
  readonly waitingFor: () => readonly string[];
}): Promise<HttpListener> {
  let handler: RequestHandler = (request, response) =>
    answerWhileStarting(request, response, options.waitingFor());
  const server = createServer((request, response) => handler(request, response));
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
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
