import type { Clock, Timer } from '../clock/clock.ts';
import { Connection } from './connection.ts';
import {
  AcceptorHandshake,
  DiallerHandshake,
  type HandshakeOptions,
  type Lane,
} from './handshake.ts';
import type {
  Channel,
  DialAttempt,
  Mesh,
  MeshOptions,
  MeshPeerAddress,
  NodeIdentity,
  PeerRefusal,
} from './mesh-api.ts';
import type { NetPort, Wire, WireEvents } from './net-port.ts';
import type { DialTarget, Peer } from './peer.ts';
import { PeerTable } from './peer-table.ts';
import { PendingCalls } from './pending-calls.ts';
import type { Checksum } from './raft-frame.ts';
import { Redialler } from './redialler.ts';

/** The world outside of a mesh, which the simulator replaces. */
export interface MeshPorts {
  readonly net: NetPort;
  readonly clock: Clock;
  readonly crc32c: Checksum;
}

/** Every limit below is counted in these ticks, so that a paused process doesn't take itself for deserted. */
export const MESH_TICK_MS = 500;

/** A whole handshake, from the connection attempt on. Nothing that arrives extends it. */
export const HANDSHAKE_TICKS_MAX = 6;

/** The mesh over any port: TLS in production, a simulated network in the simulator. `openTcpMesh` makes one. */
export class MeshNode implements Mesh {
  readonly #options: MeshOptions;
  readonly #ports: MeshPorts;
  readonly #targets: Redialler;
  readonly #peers: PeerTable;
  /** Our own calls whose handshake is not done; what comes in takes no place of theirs. */
  readonly #dialling = new Set<Connection>();
  readonly #calling = new PendingCalls<Connection>();
  #identity: NodeIdentity;
  #timer: Timer | null;
  #closed = false;

  constructor(options: MeshOptions, ports: MeshPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#identity = options.identity;
    this.#targets = new Redialler({
      clock: ports.clock,
      random: options.random,
      dial: (target) => this.#dial(target),
      isReached: (nodeId) => (this.#peers.get(nodeId)?.outMain ?? null) !== null,
    });
    this.#peers = new PeerTable({
      tickMs: MESH_TICK_MS,
      onEvent: options.onEvent,
      onStable: (nodeId) => this.#targets.trust(nodeId),
    });
    this.#timer = this.#armTick();
    for (const address of options.peers) this.#targets.add(address, true);
  }

  send(nodeId: string, channel: Channel, frame: Uint8Array): boolean {
    const peer = this.#peers.get(nodeId);
    if (peer === undefined || !peer.isUp) return false;
    if (channel !== 'snapshot')
      return peer.outMain?.send(channel, frame, channel === 'raft') ?? false;
    if (peer.outBulk === null) {
      this.#dialBulk(peer);
      return false;
    }
    peer.bulkIdleTicks = 0;
    return peer.outBulk.send(channel, frame, false);
  }

  isConnected(nodeId: string): boolean {
    return this.#peers.get(nodeId)?.isUp ?? false;
  }

  get connected(): readonly NodeIdentity[] {
    return this.#peers.connected;
  }

  get attempts(): readonly DialAttempt[] {
    return this.#targets.attempts;
  }

  setIdentity(identity: NodeIdentity): void {
    this.#identity = identity;
  }

  addPeer(address: MeshPeerAddress): void {
    this.#targets.add(address);
  }

  setSeeds(addresses: readonly Omit<MeshPeerAddress, 'nodeId'>[]): void {
    this.#targets.setSeeds(addresses);
  }

  removePeer(nodeId: string): void {
    this.#targets.remove(nodeId);
    this.#peers.drop(nodeId, 'peer removed');
  }

  close(done: () => void): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    this.#targets.close('mesh closed');
    for (const connection of this.#pending()) connection.close('mesh closed');
    this.#peers.dropAll('mesh closed');
    this.#ports.clock.defer(done);
  }

  /** A call came in: for NetPort.listen. */
  accept(wire: Wire, remote: string): WireEvents {
    const handshake = new AcceptorHandshake(this.#handshakeOptions());
    const connection: Connection = this.#connect(handshake, remote, {
      ready: (identity, lane) => this.#accepted(connection, identity, lane),
      closed: () => undefined,
      refused: () => undefined,
    });
    connection.attach(wire);
    // A call that has waited long gives way to a new one: a peer proves itself within a round trip or two.
    const displaced = this.#closed ? connection : this.#calling.add(connection, addressOf(remote));
    if (displaced !== null)
      this.#ports.clock.defer(() =>
        displaced.close('too many calls that have not proven themselves'),
      );
    return connection;
  }

  #pending(): readonly Connection[] {
    return [...this.#dialling, ...this.#calling.all];
  }

  // --- calling -------------------------------------------------------------------------------------

  #dial(target: DialTarget): void {
    const { host, port } = target.address;
    const expected = target.address.nodeId;
    const lane = expected === null ? 'probe' : 'main';
    const handshake = new DiallerHandshake(this.#handshakeOptions(), lane, expected);
    const connection = this.#connect(
      handshake,
      `${host}:${port}`,
      {
        ready: (identity) => {
          if (expected === null) this.#probed(target, connection, identity);
          else this.#called(target, connection, identity);
        },
        refused: (refusal, nodeId) => {
          target.lastRefusal = refusal;
          // Only this process refuses a caller of its own name so.
          if (refusal !== 'unexpected-node' || nodeId === null) return;
          if (nodeId === this.#identity.nodeId) target.isSelf = true;
          else if (expected !== null && nodeId !== expected) this.#targets.movedAway(target);
        },
        closed: (reason) => {
          target.connection = null;
          target.lastFailure = reason;
          if (expected !== null && !target.isSpare) this.#targets.useSpares(expected);
          this.#targets.redial(target);
        },
      },
      () => target.lastRefusal,
    );
    target.connection = connection;
    connection.attach(this.#ports.net.dial(host, port, connection));
  }

  /** Who is there is known now, and called under its name; a call of two purposes could end another one of that node. */
  #probed(target: DialTarget, connection: Connection, { nodeId }: NodeIdentity): void {
    target.nodeId = nodeId;
    target.lastRefusal = null;
    const { host, port } = target.address;
    this.#ports.clock.defer(() => {
      this.#targets.add({ nodeId, host, port });
      connection.close(`${nodeId} answers there`);
    });
  }

  #called(target: DialTarget, connection: Connection, identity: NodeIdentity): void {
    target.lastRefusal = null;
    const peer = this.#peers.of(identity);
    if (peer.outMain !== null) {
      // A second address of the same node: one is enough.
      target.isSpare = true;
      this.#ports.clock.defer(() => connection.close('already connected to this node'));
      return;
    }
    peer.outMain = connection;
    this.#peers.maybeUp(peer);
  }

  #dialBulk(peer: Peer): void {
    const target = this.#targets.find(peer.identity.nodeId);
    if (target === undefined || peer.bulkDialling) return;
    peer.bulkDialling = true;
    const { host, port } = target.address;
    const handshake = new DiallerHandshake(this.#handshakeOptions(), 'bulk', peer.identity.nodeId);
    const connection: Connection = this.#connect(handshake, `${host}:${port}`, {
      ready: (identity) => {
        const current = this.#peers.get(identity.nodeId);
        if (current !== peer) connection.close('the peer went down meanwhile');
        else peer.outBulk = connection;
      },
      refused: () => undefined,
      closed: () => {
        peer.bulkDialling = false;
      },
    });
    connection.attach(this.#ports.net.dial(host, port, connection));
  }

  // --- being called --------------------------------------------------------------------------------

  #accepted(connection: Connection, identity: NodeIdentity, lane: Lane): void {
    if (lane === 'probe') return;
    if (lane === 'bulk') {
      const peer = this.#peers.of(identity);
      peer.inBulk?.close('replaced');
      peer.inBulk = connection;
      return;
    }
    // The peer called anew although its last call still stands here: that one is broken, it just didn't say so.
    if (this.#peers.get(identity.nodeId)?.inMain)
      this.#peers.drop(identity.nodeId, 'the peer called anew');
    const peer = this.#peers.of(identity);
    peer.inMain = connection;
    this.#peers.maybeUp(peer);
    if (peer.outMain !== null) return;
    // A node that is not in the table, or that has moved: it says itself where it is.
    if (identity.address !== undefined)
      this.#targets.add({ nodeId: identity.nodeId, ...identity.address });
    this.#targets.useSpares(identity.nodeId);
    this.#targets.callBack(identity.nodeId);
  }

  #admit(identity: NodeIdentity, lane: Lane): PeerRefusal | null {
    if (identity.nodeId === this.#identity.nodeId)
      return identity.bootNonce === this.#identity.bootNonce ? 'unexpected-node' : 'duplicate-node';
    if (this.#peers.isTaken(identity)) return 'duplicate-node';
    const known = this.#peers.get(identity.nodeId);
    if (lane === 'bulk' && known?.identity.bootNonce !== identity.bootNonce)
      return 'unexpected-node';
    return this.#options.admit(identity);
  }

  // --- connections ---------------------------------------------------------------------------------

  #handshakeOptions(): HandshakeOptions {
    return {
      identity: this.#identity,
      admit: (identity, lane) => this.#admit(identity, lane),
    };
  }

  #connect(
    handshake: DiallerHandshake | AcceptorHandshake,
    address: string,
    own: {
      ready: (identity: NodeIdentity, lane: Lane) => void;
      refused: (refusal: PeerRefusal, nodeId: string | null) => void;
      closed: (reason: string) => void;
    },
    lastRefusal: () => string | null = () => null,
  ): Connection {
    let nodeIdOfFrames = '';
    let isProbe = false;
    const connection: Connection = new Connection({
      handshake,
      frameBytesMax: this.#options.frameBytesMax,
      queueBytesMax: this.#options.queueBytesMax,
      clock: this.#ports.clock,
      crc32c: this.#ports.crc32c,
      events: {
        ready: (identity, lane) => {
          this.#dialling.delete(connection);
          // The caller ends a probe at once; the limits of a handshake are those of a probe.
          isProbe = lane === 'probe';
          if (!isProbe) this.#calling.delete(connection);
          nodeIdOfFrames = identity.nodeId;
          own.ready(identity, lane);
        },
        frame: (channel, payload) =>
          !isProbe && this.#options.onFrame(nodeIdOfFrames, channel, payload),
        oversized: (channel, bytes) => {
          if (channel !== 'handshake' && channel !== 'ping')
            this.#options.onEvent({
              type: 'frame-refused',
              nodeId: nodeIdOfFrames,
              channel,
              bytes,
            });
        },
        failed: (error) => {
          const nodeId = nodeIdOfFrames === '' ? null : nodeIdOfFrames;
          this.#options.onEvent({ type: 'handler-failed', nodeId, error });
        },
        refused: (refusal, remote, nodeId) => {
          const repeated = lastRefusal() === refusal;
          own.refused(refusal, nodeId);
          const toSelf =
            nodeId !== null && nodeId === this.#identity.nodeId && refusal === 'unexpected-node';
          if (!repeated && !toSelf)
            this.#options.onEvent({ type: 'peer-refused', nodeId, address, refusal, remote });
        },
        closed: (reason) => {
          this.#dialling.delete(connection);
          this.#calling.delete(connection);
          this.#peers.disconnected(connection, reason);
          own.closed(reason);
        },
      },
    });
    if (handshake instanceof DiallerHandshake) this.#dialling.add(connection);
    return connection;
  }

  // --- time ----------------------------------------------------------------------------------------

  #armTick(): Timer {
    return this.#ports.clock.setTimer(MESH_TICK_MS, () => {
      this.#timer = this.#armTick();
      // After a pause of the process its timers run before what waits on the sockets: read that first.
      this.#ports.clock.defer(() => this.#tick());
    });
  }

  #tick(): void {
    if (this.#closed) return;
    for (const connection of this.#pending()) {
      connection.handshakeTicks += 1;
      if (connection.handshakeTicks >= HANDSHAKE_TICKS_MAX) connection.close('no answer');
    }
    this.#peers.tick();
  }
}

/** Without the port, which a caller may change with every call. */
function addressOf(remote: string): string {
  const at = remote.lastIndexOf(':');
  return at < 0 ? remote : remote.slice(0, at);
}
