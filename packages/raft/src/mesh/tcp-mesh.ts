import type { Clock } from '../clock/clock.ts';
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
 * options have 0; `ok: false` when the address can't be listened on. Whether both sides prove themselves before a frame
 * passes is up to `net`: `tlsNet` does it, `tcpNet` does not.
 *
 * @example
 * openTcpMesh(options, { net: tlsNet({ kind: 'secret', secrets: [secret] }), clock, crc32c }, (result) => {
 *   if (result.ok) result.mesh.send('n2', 'raft', frame); // false: not connected, or its queue is full
 * });
 */
export function openTcpMesh(
  options: MeshOptions,
  ports: { readonly net: NetPort; readonly clock: Clock; readonly crc32c: Checksum },
  done: (result: OpenMeshResult) => void,
): void {
  let node: MeshNode | null = null;
  // A call that comes before the peers are known to the mesh is accepted by the mesh all the same.
  const accept = (wire: Wire, remote: string): WireEvents => {
    node ??= new MeshNode(options, ports);
    return node.accept(wire, remote);
  };
  ports.net.listen(options.host, options.port, accept, (result) => {
    if (!result.ok) {
      done(result);
      return;
    }
    node ??= new MeshNode(options, ports);
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
    get attempts() {
      return node.attempts;
    },
    setIdentity: (identity) => node.setIdentity(identity),
    addPeer: (address) => node.addPeer(address),
    setSeeds: (addresses) => node.setSeeds(addresses),
    removePeer: (nodeId) => node.removePeer(nodeId),
    close: (done) => node.close(() => closeListener(done)),
  };
}
