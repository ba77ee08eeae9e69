import { createHmac, randomBytes } from 'node:crypto';
import { createServer, connect as dial, type Socket } from 'node:net';
import type { Clock } from '../clock/clock.ts';
import type { HandshakeCrypto } from './handshake.ts';
import type { Mesh, MeshOptions } from './mesh-api.ts';
import { MeshNode } from './mesh-node.ts';
import type { NetPort, Wire, WireEvents } from './net-port.ts';
import type { Checksum } from './raft-frame.ts';

/** A mesh that listens, or why it can't. */
export type OpenMeshResult =
  | { readonly ok: true; readonly mesh: Mesh; readonly port: number }
  | { readonly ok: false; readonly detail: string };

/**
 * Listens and starts calling the peers; both are tried again until `close`. `port` of the result is the real one when the
 * options have 0; `ok: false` when the address can't be listened on. Both sides prove the cluster's secret before a frame passes.
 *
 * @example
 * openTcpMesh(options, (result) => {
 *   if (result.ok) result.mesh.send('n2', 'raft', frame); // false: not connected, or its queue is full
 * });
 */
export function openTcpMesh(
  options: MeshOptions,
  ports: { readonly clock: Clock; readonly crc32c: Checksum },
  done: (result: OpenMeshResult) => void,
): void {
  let node: MeshNode | null = null;
  // A call that comes before the peers are known to the mesh is accepted by the mesh all the same.
  const accept = (wire: Wire, remote: string): WireEvents => {
    node ??= new MeshNode(options, { net: tcpNet, crypto: nodeCrypto, ...ports });
    return node.accept(wire, remote);
  };
  tcpNet.listen(options.host, options.port, accept, (result) => {
    if (!result.ok) {
      done(result);
      return;
    }
    node ??= new MeshNode(options, { net: tcpNet, crypto: nodeCrypto, ...ports });
    done({ ok: true, mesh: withListener(node, result.close), port: result.port });
  });
}

function withListener(node: MeshNode, closeListener: (done: () => void) => void): Mesh {
  return {
    send: (nodeId, channel, frame) => node.send(nodeId, channel, frame),
    isConnected: (nodeId) => node.isConnected(nodeId),
    get connected() {
      return node.connected;
    },
    setIdentity: (identity) => node.setIdentity(identity),
    addPeer: (address) => node.addPeer(address),
    removePeer: (nodeId) => node.removePeer(nodeId),
    close: (done) => node.close(() => closeListener(done)),
  };
}

/** HMAC and random bytes of the handshake, from Node itself. */
export const nodeCrypto: HandshakeCrypto = {
  hmacSha256: (secret, data) => createHmac('sha256', secret).update(data).digest(),
  randomBytes: (count) => randomBytes(count),
};

/** Connections of the operating system, without Nagle's delay. */
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
    const close = (closed: () => void): void => {
      for (const socket of sockets) socket.destroy();
      server.close(() => closed());
    };
    server.once('error', (error) => done({ ok: false, detail: error.message }));
    server.listen(port, host, () => {
      const address = server.address();
      done({
        ok: true,
        port: typeof address === 'object' && address !== null ? address.port : port,
        close,
      });
    });
  },
};

function wireOf(socket: Socket, events: WireEvents): Wire {
  let reason = 'closed by the other side';
  socket.on('data', (bytes) => {
    if (typeof bytes !== 'string') events.received(bytes);
  });
  socket.on('error', (error) => {
    reason = error.message;
  });
  // A half-closed connection is a closed one.
  socket.on('end', () => socket.destroy());
  socket.on('close', () => events.closed(reason));
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
