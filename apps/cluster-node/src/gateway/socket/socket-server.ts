import type { Server as HttpServer } from 'node:http';
import { type AckError, ackError, type Failure } from '@fleetlm/protocol';
import { type Namespace, Server, type Socket } from 'socket.io';
import type { Runtime } from '../../runtime/runtime-api.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import {
  type Identity,
  type IdentityVerifier,
  isOperator,
  UnauthenticatedError,
} from '../access/identity.ts';
import { addressOf, type EdgeAdmission } from '../access/request-admission.ts';
import { contained } from '../contained.ts';
import {
  NAMESPACES_PER_CONNECTION_MAX,
  SOCKET_CONNECT_MS,
  SOCKET_MESSAGE_BYTES_MAX,
  SOCKETS_MAX,
  TIMER_MS_MAX,
  UNAUTHENTICATED_SOCKETS_MAX,
} from '../limits.ts';
import { RequestError } from '../request-error.ts';
import { AdminNamespace } from './admin-namespace.ts';
import { ConnectionMeter, type TransportPacket } from './connection-meter.ts';
import { watchSlowness } from './slow-socket.ts';
import { SocketRooms } from './socket-rooms.ts';
import { SocketSession } from './socket-session.ts';
import { TurnWrites } from './turn-writes.ts';

export interface SocketPorts {
  readonly runtime: Runtime;
  readonly identities: IdentityVerifier;
  readonly admission: EdgeAdmission;
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

type EngineSocket = AnySocket['conn'];

export interface SocketServer {
  readonly connected: number;
  close(): Promise<void>;
}

/** Whether one more may connect beside those that did, of whom so many have presented their token. */
export function hasRoomForSocket(connected: number, authenticated: number): boolean {
  return connected < SOCKETS_MAX && connected - authenticated < UNAUTHENTICATED_SOCKETS_MAX;
}

/** Socket.IO on the public port: users' devices on the default namespace, operators on `/admin`. */
export function openSocketServer(http: HttpServer, ports: SocketPorts): SocketServer {
  const { metrics, log, runtime } = ports;
  const io: Server = new Server(http, {
    transports: ['websocket'],
    serveClient: false,
    cors: { origin: '*' },
    maxHttpBufferSize: SOCKET_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    httpCompression: false,
    pingInterval: 10_000,
    pingTimeout: 8_000,
    connectTimeout: SOCKET_CONNECT_MS,
    // Fastify keeps closing what it has accepted; sockets are closed in `close`.
    cleanupEmptyChildNamespaces: false,
    allowRequest: (_request, done) => {
      const authenticated = users.sockets.size + operators.sockets.size;
      const hasRoom = hasRoomForSocket(io.engine.clientsCount, authenticated);
      done(hasRoom ? null : 'this node has too many connections', hasRoom);
    },
  });
  const meters = new WeakMap<object, ConnectionMeter>();
  const meterOf = (connection: object): ConnectionMeter => {
    const meter = meters.get(connection) ?? new ConnectionMeter(performance.now());
    meters.set(connection, meter);
    return meter;
  };
  const writes = new TurnWrites();
  io.engine.on(
    'connection',
    contained('socket', (connection: EngineSocket) => {
      writes.watch(connection);
      const meter = meterOf(connection);
      const end = (): void => connection.close(true);
      connection.on(
        'packet',
        contained(
          'socket',
          (packet: TransportPacket) => {
            const verdict = meter.take(packet, performance.now());
            if (verdict === 'ok') return;
            log.debug({ verdict }, 'socket: closed connection');
            end();
          },
          end,
        ),
      );
    }),
  );
  const users = io.of('/');
  const operators = io.of('/admin');
  admit(users, ports, meterOf, () => true);
  admit(operators, ports, meterOf, isOperator);
  const rooms = new SocketRooms(users, runtime);
  listen(users, (socket) => {
    const identity = identityOf(socket);
    expire(socket, identity);
    const { admission } = ports;
    const meter = meterOf(socket.conn);
    const take = (): void => admission.quotas.takeEvent(identity, meter.takeBytes());
    const session = new SocketSession({ socket, identity, rooms, runtime, metrics, take });
    watchSlowness(socket, ports, () => session.dropRooms());
    session.listen();
  });
  const admin = new AdminNamespace(operators, runtime.admin);
  listen(operators, (socket) => {
    expire(socket, identityOf(socket));
    const leave = (): void => admin.leave(socket);
    watchSlowness(socket, ports, leave, () => admin.welcome(socket));
    admin.welcome(socket);
  });
  io.engine.on(
    'connection_error',
    contained('socket', (error: { readonly message: string }) => {
      log.debug({ detail: error.message }, 'socket: refused connection');
    }),
  );
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

/** A socket whose handler fails is disconnected. */
function listen(namespace: Namespace, welcome: (socket: AnySocket) => void): void {
  namespace.on('connection', (socket: AnySocket) => {
    contained('socket', welcome, () => socket.disconnect(true))(socket);
  });
}

type Next = (error?: Error) => void;

function admit(
  namespace: Namespace,
  ports: SocketPorts,
  meterOf: (connection: object) => ConnectionMeter,
  mayEnter: (identity: Identity) => boolean,
): void {
  namespace.use((socket: AnySocket, next: Next) => {
    const refuse = (failure: Failure): void => next(refusal(failure));
    contained(
      'socket',
      () => enter(socket, ports, meterOf(socket.conn), mayEnter).then(() => next(), fail),
      () => refuse({ code: 'internal', detail: 'internal error: the connection was not admitted' }),
    )();
    function fail(error: unknown): void {
      if (error instanceof UnauthenticatedError)
        refuse({ code: 'unauthenticated', detail: error.message });
      else if (error instanceof RequestError) refuse(error.failure);
      else throw error;
    }
  });
}

/** Rejects with the reason why the socket is not admitted. */
async function enter(
  socket: AnySocket,
  { identities, admission }: SocketPorts,
  meter: ConnectionMeter,
  mayEnter: (identity: Identity) => boolean,
): Promise<void> {
  const address = addressOf(admission, socket.request);
  if (meter.namespaces >= NAMESPACES_PER_CONNECTION_MAX)
    throw new RequestError('rate_limited', 'this connection has joined too often');
  meter.namespaces += 1;
  admission.quotas.takeAnonymousRequest(address);
  const auth: unknown = socket.handshake.auth;
  const token =
    typeof auth === 'object' && auth !== null && 'token' in auth ? auth.token : undefined;
  const identity = await identities.verify(token).catch((error: unknown) => {
    admission.quotas.chargeFailedAuthentication(address);
    throw error;
  });
  if (!mayEnter(identity)) throw new RequestError('forbidden', 'the role "admin" is required');
  const release = admission.quotas.acquireSocket({ identity, address });
  socket.data.identity = identity;
  // The connection may end before the socket is connected, or the socket before the connection.
  socket.conn.once('close', release);
  socket.once('disconnect', release);
  if (socket.conn.readyState === 'closed') release();
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
  const end = contained('socket', () => socket.disconnect(true));
  const timer = setTimeout(end, delay);
  socket.on('disconnect', () => clearTimeout(timer));
}
