import { createServer, connect as dial, type Socket } from 'node:net';
import type { NetPort, Wire, WireEvents, WireRefusal } from './net-port.ts';

/** Connections of the operating system, without Nagle's delay. They prove nothing: for tests, measurements, and networks that do it. */
export const tcpNet: NetPort = {
  dial: (host, port, events) => {
    const socket = dial({ host, port, noDelay: true });
    socket.once('connect', () => events.opened());
    return wireOf(socket, events);
  },
  listen: (host, port, accept, done) => {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      const late: { events: WireEvents | null } = { events: null };
      const wire = wireOf(socket, {
        opened: () => late.events?.opened(),
        received: (bytes) => late.events?.received(bytes),
        closed: (reason) => late.events?.closed(reason),
      });
      late.events = accept(wire, `${socket.remoteAddress}:${socket.remotePort}`);
    });
    server.once('error', (error) => done({ ok: false, detail: error.message }));
    server.listen(port, host, () => done(listening(server, sockets, port)));
  },
};

/** What `listen` answers once the server listens. */
export function listening(
  server: ReturnType<typeof createServer>,
  sockets: ReadonlySet<Socket>,
  port: number,
): { readonly ok: true; readonly port: number; readonly close: (done: () => void) => void } {
  const address = server.address();
  return {
    ok: true,
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: (closed) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => closed());
    },
  };
}

/** Messages of OpenSSL name places in its source code; the code says it all. */
export function reasonOf(error: Error): string {
  const isOfTls = 'code' in error && String(error.code).startsWith('ERR_SSL_');
  return isOfTls ? String(error.code) : error.message;
}

export const CLOSED_BY_PEER = 'closed by the other side';

export function wireOf(
  socket: Socket,
  events: WireEvents,
  refusalOf: (error: Error) => WireRefusal | undefined = () => undefined,
): Wire {
  let reason = CLOSED_BY_PEER;
  let refusal: WireRefusal | undefined;
  socket.on('data', (bytes) => {
    if (typeof bytes !== 'string') events.received(bytes);
  });
  socket.on('error', (error) => {
    reason = reasonOf(error);
    refusal = refusalOf(error);
  });
  // A half-closed connection is a closed one.
  socket.on('end', () => socket.destroy());
  socket.on('close', () => events.closed(reason, refusal));
  return {
    write: (pieces) => {
      socket.cork();
      for (const piece of pieces) socket.write(piece);
      socket.uncork();
    },
    get bufferedBytes() {
      return socket.writableLength;
    },
    end: () => socket.destroySoon(),
    destroy: () => socket.destroy(),
  };
}
