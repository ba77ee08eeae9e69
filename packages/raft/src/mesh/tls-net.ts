import type { Socket } from 'node:net';
import { createServer, connect as dial, type Server, type TLSSocket } from 'node:tls';
import type { NetPort, Wire, WireEvents, WireRefusal } from './net-port.ts';
import { CLOSED_BY_PEER, listening, reasonOf, wireOf } from './tcp-net.ts';
import {
  type CertificateCredentials,
  diallerOptions,
  listenerOptions,
  type MeshCredentials,
} from './tls-credentials.ts';

/** A `NetPort` whose connections are encrypted, and open only between ends that have proven themselves to each other. */
export interface TlsNet extends NetPort {
  /** From now on, for new connections; open ones stay. Throws when the certificate and its key are not a pair. */
  renew(credentials: CertificateCredentials): void;
}

/** TLS 1.3 over TCP. Throws when a certificate and its key are not a pair, or are none. */
export function tlsNet(first: MeshCredentials): TlsNet {
  const servers = new Set<Server>();
  let credentials = first;
  let calling = diallerOptions(first);
  return {
    renew: (next) => {
      const options = diallerOptions(next);
      for (const server of servers) server.setSecureContext(listenerOptions(next));
      credentials = next;
      calling = options;
    },
    dial: (host, port, events) => {
      const socket = dial({ host, port, ...calling });
      socket.once('connect', () => socket.setNoDelay(true));
      socket.once('secureConnect', () => events.opened());
      return wireOf(socket, events, refusalOf);
    },
    listen: (host, port, accept, done) => {
      const sockets = new Set<Socket>();
      const calls = new Map<string, IncomingCall>();
      const server = createServer({ ...listenerOptions(credentials), noDelay: true });
      // A call counts from its first packet on, not from the end of its handshake: those are bounded, too.
      server.on('connection', (socket) => {
        const name = nameOf(socket);
        if (name === null) {
          socket.destroy();
          return;
        }
        // What ends a connection in its handshake is reported by the server.
        socket.on('error', () => undefined);
        const call = new IncomingCall(socket, accept);
        sockets.add(socket);
        calls.set(name, call);
        socket.once('close', () => {
          sockets.delete(socket);
          if (calls.get(name) === call) calls.delete(name);
          call.closed();
        });
      });
      const callOf = (socket: TLSSocket): IncomingCall | null =>
        calls.get(nameOf(socket) ?? '') ?? null;
      server.on('tlsClientError', (error, socket) => callOf(socket)?.failed(error));
      server.on('secureConnection', (socket) => {
        const call = callOf(socket);
        if (call === null) socket.destroy();
        else if (credentials.kind === 'certificate' && !socket.authorized)
          call.refuse(`its certificate: ${socket.authorizationError}`);
        else call.opened(socket);
      });
      server.once('error', (error) => done({ ok: false, detail: error.message }));
      server.listen(port, host, () => {
        servers.add(server);
        const result = listening(server, sockets, port);
        const close = (closed: () => void): void => {
          servers.delete(server);
          result.close(closed);
        };
        done({ ...result, close });
      });
    },
  };
}

/** A connection that came in: first without, then with its encryption. */
class IncomingCall implements Wire {
  readonly #socket: Socket;
  readonly #events: WireEvents;
  #secure: Wire | null = null;
  #reason = CLOSED_BY_PEER;
  #refusal: WireRefusal | undefined;

  constructor(socket: Socket, accept: (wire: Wire, remote: string) => WireEvents) {
    this.#socket = socket;
    this.#events = accept(this, `${socket.remoteAddress}:${socket.remotePort}`);
  }

  opened(socket: TLSSocket): void {
    this.#secure = wireOf(socket, this.#events);
    this.#events.opened();
  }

  failed(error: Error): void {
    this.#reason = reasonOf(error);
    this.#refusal = refusalOf(error);
  }

  refuse(reason: string): void {
    this.#reason = reason;
    this.#refusal = { refusal: 'bad-certificate', remote: false };
    this.#socket.destroy();
  }

  /** The end of an encrypted connection is reported by itself. */
  closed(): void {
    if (this.#secure === null) this.#events.closed(this.#reason, this.#refusal);
  }

  write(pieces: readonly Uint8Array[]): void {
    this.#secure?.write(pieces);
  }

  get bufferedBytes(): number {
    return this.#secure?.bufferedBytes ?? 0;
  }

  end(): void {
    if (this.#secure === null) this.#socket.destroy();
    else this.#secure.end();
  }

  destroy(): void {
    if (this.#secure === null) this.#socket.destroy();
    else this.#secure.destroy();
  }
}

/** Both ends of a connection: Node gives the socket with the encryption and the one without to different listeners. */
function nameOf(socket: Socket): string | null {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || localAddress === undefined) return null;
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

const REFUSALS: Readonly<Record<string, WireRefusal>> = {
  ERR_SSL_BINDER_DOES_NOT_VERIFY: { refusal: 'bad-secret', remote: false },
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: { refusal: 'bad-secret', remote: true },
  // One end has certificates, the other one the secret alone.
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: { refusal: 'bad-certificate', remote: false },
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': { refusal: 'bad-certificate', remote: true },
};

/** Errors of the network (a reset, no route) refuse nothing: undefined. */
function refusalOf(error: Error): WireRefusal | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = REFUSALS[code];
  if (known !== undefined) return known;
  if (code.startsWith('ERR_SSL_'))
    return {
      refusal:
        code.includes('CERTIFICATE') || code.includes('UNKNOWN_CA')
          ? 'bad-certificate'
          : 'malformed',
      remote: code.includes('ALERT'),
    };
  return code.includes('CERT') ? { refusal: 'bad-certificate', remote: false } : undefined;
}
