import type { Server as HttpServer } from 'node:http';
import { type AckError, ackError, type Failure } from '@fleetlm/protocol';
import { type Namespace, Server, type Socket } from 'socket.io';
import type { Runtime } from '../runtime/runtime-api.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { AdminNamespace } from './admin-namespace.ts';
import {
  type Identity,
  type IdentityVerifier,
  isOperator,
  UnauthenticatedError,
} from './identity.ts';
import { SOCKET_MESSAGE_BYTES_MAX, SOCKETS_MAX } from './limits.ts';
import { RequestError } from './request-error.ts';
import { watchSlowness } from './slow-socket.ts';
import { SocketRooms } from './socket-rooms.ts';
import { SocketSession } from './socket-session.ts';

export interface SocketPorts {
  readonly runtime: Runtime;
  readonly identities: IdentityVerifier;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** What the middleware found out about a socket. */
interface SocketData {
  identity?: Identity;
}

type AnySocket = Socket<
  Record<string, never>,
  Record<string, never>,
  Record<string, never>,
  SocketData
>;

/** setTimeout takes no longer delays. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface SocketServer {
  readonly connected: number;
  close(): Promise<void>;
}

/** Socket.IO on the public port: people's devices on the default namespace, operators on `/admin`. */
export function openSocketServer(http: HttpServer, ports: SocketPorts): SocketServer {
  const io = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    cors: { origin: '*' },
    maxHttpBufferSize: SOCKET_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    httpCompression: false,
    pingInterval: 10_000,
    pingTimeout: 8_000,
    connectTimeout: 10_000,
    // Fastify keeps closing what it has accepted; sockets are closed in `close`.
    cleanupEmptyChildNamespaces: false,
  });
  const people = io.of('/');
  const operators = io.of('/admin');
  admit(people, ports, () => true);
  admit(operators, ports, isOperator);
  const rooms = new SocketRooms(people, ports.runtime);
  people.on('connection', (socket: AnySocket) => {
    const identity = identityOf(socket);
    expire(socket, identity);
    const session = new SocketSession({ socket, identity, rooms, ...ports });
    watchSlowness(socket, ports.metrics, () => session.dropRooms());
    session.listen();
  });
  const admin = new AdminNamespace(operators, ports.runtime.admin);
  operators.on('connection', (socket: AnySocket) => {
    expire(socket, identityOf(socket));
    watchSlowness(socket, ports.metrics, () => undefined);
    admin.welcome(socket);
  });
  io.engine.on('connection_error', (error: { readonly message: string }) => {
    ports.log.debug({ detail: error.message }, 'socket: a connection was refused');
  });
  return {
    get connected() {
      return io.engine.clientsCount;
    },
    close: async () => {
      admin.close();
      rooms.close();
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

function admit(
  namespace: Namespace,
  { identities, log }: SocketPorts,
  mayEnter: (identity: Identity) => boolean,
): void {
  namespace.use((socket: AnySocket, next) => {
    if (namespace.sockets.size >= SOCKETS_MAX) {
      next(refusal({ code: 'overloaded', detail: 'this node has too many connections' }));
      return;
    }
    const auth: unknown = socket.handshake.auth;
    const token =
      typeof auth === 'object' && auth !== null && 'token' in auth ? auth.token : undefined;
    identities.verify(token).then(
      (identity) => {
        if (!mayEnter(identity)) {
          next(refusal({ code: 'forbidden', detail: 'this takes the role "admin"' }));
          return;
        }
        socket.data.identity = identity;
        next();
      },
      (error: unknown) => {
        if (error instanceof UnauthenticatedError) {
          next(refusal({ code: 'unauthenticated', detail: error.message }));
          return;
        }
        if (error instanceof RequestError) {
          next(refusal(error.failure));
          return;
        }
        log.error({ err: error }, 'socket: internal error while a token was verified');
        next(refusal({ code: 'internal', detail: 'the token could not be verified' }));
      },
    );
  });
}

/** `data` is what the client is given beside the message. */
function refusal(failure: Failure): Error & { data: AckError } {
  return Object.assign(new Error(failure.detail), { data: ackError(failure) });
}

function identityOf(socket: AnySocket): Identity {
  const { identity } = socket.data;
  if (identity === undefined) throw new Error('a socket came past the middleware');
  return identity;
}

/** A token that ends, ends the connection: the client comes back with a new one. */
function expire(socket: AnySocket, identity: Identity): void {
  if (identity.type !== 'user') return;
  const delay = Math.min(TIMER_MS_MAX, Math.max(0, identity.expiresAtMs - Date.now()));
  const timer = setTimeout(() => socket.disconnect(true), delay);
  socket.on('disconnect', () => clearTimeout(timer));
}
