import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, type Problem, problem } from '@fleetlm/protocol';
import type { TrustedProxies } from '../gateway/access/client-address.ts';
import { UnauthenticatedError } from '../gateway/access/identity.ts';
import { CONNECTION_TIMES, listenHttp } from '../gateway/http-listener.ts';
import { RequestError } from '../gateway/request-error.ts';
import { reportHandlerError } from '../telemetry/guarded.ts';
import { OPS_CONNECTIONS_MAX } from './limits.ts';
import { answerOps, type OpsAnswer, type OpsPorts } from './ops-routes.ts';

export interface OpsServer {
  readonly server: Server;
  close(): void;
}

const NO_PROXIES: TrustedProxies = [];

/**
 * The operations port: metrics for monitoring, and for operators what shows or changes the process itself. It is open from the
 * start of the process to its end, whatever the public port does. Rejects with the error of `listen`.
 */
export async function openOpsServer(
  address: { readonly host: string; readonly port: number },
  ports: OpsPorts,
): Promise<OpsServer> {
  const listener = await listenHttp({
    ...address,
    waitingFor: () => [],
    limits: {
      ...CONNECTION_TIMES,
      addressConnections: OPS_CONNECTIONS_MAX,
      trustedProxies: NO_PROXIES,
      refused: () => undefined,
    },
  });
  const { server } = listener;
  server.maxConnections = OPS_CONNECTIONS_MAX;
  listener.serve((request, response) => {
    void handle(ports, request, response);
  });
  return {
    server,
    close: () => {
      ports.logLevel.close();
      server.close();
      // A profile that is being taken ends with its connection.
      server.closeAllConnections();
    },
  };
}

async function handle(
  ports: OpsPorts,
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const request = {
    method,
    target: url,
    authorization: headers.authorization,
    signal: gone.signal,
  };
  const answer = await answerOps(ports, request).catch(
    (error: unknown): OpsAnswer => problemAnswer(problemOf(error)),
  );
  if (response.destroyed) return;
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'cache-control': 'no-store',
    // No body is read here: what a request still sends ends with its connection.
    connection: 'close',
    ...(answer.fileName === undefined
      ? {}
      : { 'content-disposition': `attachment; filename="${answer.fileName}"` }),
  });
  response.end(answer.text);
}

function problemAnswer(body: Problem): OpsAnswer {
  return { status: body.status, type: PROBLEM_MEDIA_TYPE, text: JSON.stringify(body) };
}

function problemOf(error: unknown): Problem {
  if (error instanceof RequestError) return error.problem();
  if (error instanceof UnauthenticatedError)
    return problem({ code: 'unauthenticated', detail: error.message });
  reportHandlerError('ops', error);
  return problem({ code: 'internal', detail: 'an internal error; the log has it' });
}
