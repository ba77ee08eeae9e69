import type { Clock, Timer } from '../clock/clock.ts';
import { backoffMs } from './backoff.ts';
import { Connection } from './connection.ts';
import {
  AcceptorHandshake,
  DiallerHandshake,
  type HandshakeCrypto,
  type HandshakeOptions,
  type Lane,
} from './handshake.ts';
import type {
  Channel,
  Mesh,
  MeshOptions,
  MeshPeerAddress,
  NodeIdentity,
  PeerRefusal,
} from './mesh-api.ts';
import type { NetPort, Wire, WireEvents } from './net-port.ts';
import { connectionsOf, type DialTarget, newPeer, type Peer } from './peer.ts';
import type { Checksum } from './raft-frame.ts';

export interface MeshPorts {
  readonly net: NetPort;
  readonly clock: Clock;
  readonly crypto: HandshakeCrypto;
  readonly crc32c: Checksum;
}

/** Every limit below is counted in these ticks, so that a paused process doesn't take itself for deserted. */
export const MESH_TICK_MS = 500;
/** A connection on which nothing was sent for a tick says that it is alive. */
const PING = new Uint8Array(0);
export const SILENT_TICKS_MAX = 6;
/** A handshake, or a connection attempt that nobody answers. */
export const HANDSHAKE_TICKS_MAX = 6;
/** A process that spoke within this is alive: another one under its name is refused. */
const ALIVE_TICKS_MAX = 2;
const BULK_IDLE_TICKS_MAX = 60;
/** Calls that have not proven themselves yet; more are hung up on. */
export const PENDING_CALLS_MAX = 64;
/** An address that stayed up this long is called back at once when it breaks. */
const STABLE_TICKS = 4;

export class MeshNode implements Mesh {
  readonly #options: MeshOptions;
  readonly #ports: MeshPorts;
  readonly #targets: DialTarget[] = [];
  readonly #peers = new Map<string, Peer>();
  /** Connections whose handshake is not done. */
  readonly #pending = new Set<Connection>();
  #identity: NodeIdentity;
  #timer: Timer | null;
  #closed = false;

  constructor(options: MeshOptions, ports: MeshPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#identity = options.identity;
    this.#timer = this.#armTick();
    for (const address of options.peers) this.addPeer(address);
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
    return [...this.#peers.values()].filter(({ isUp }) => isUp).map(({ identity }) => identity);
  }

  setIdentity(identity: NodeIdentity): void {
    this.#identity = identity;
  }

  addPeer(address: MeshPeerAddress): void {
    if (this.#closed) return;
    const known = this.#targets.some(
      (target) =>
        target.address.host === address.host &&
        target.address.port === address.port &&
        target.nodeId === address.nodeId,
    );
    if (known) return;
    const target: DialTarget = {
      address,
      nodeId: address.nodeId,
      connection: null,
      timer: null,
      attempt: 0,
      removed: false,
      isSelf: false,
      lastRefusal: null,
    };
    this.#targets.push(target);
    this.#redial(target);
  }

  removePeer(nodeId: string): void {
    for (let at = this.#targets.length - 1; at >= 0; at -= 1) {
      const target = this.#targets[at];
      if (target?.nodeId !== nodeId) continue;
      target.removed = true;
      target.timer?.cancel();
      this.#targets.splice(at, 1);
      target.connection?.close('peer removed');
    }
    this.#dropPeer(nodeId, 'peer removed');
  }

  close(done: () => void): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = null;
    for (const target of this.#targets) {
      target.timer?.cancel();
      target.connection?.close('mesh closed');
    }
    for (const connection of [...this.#pending]) connection.close('mesh closed');
    for (const nodeId of [...this.#peers.keys()]) this.#dropPeer(nodeId, 'mesh closed');
    this.#ports.clock.defer(done);
  }

  /** A call came in: for NetPort.listen. */
  accept(wire: Wire, remote: string): WireEvents {
    const handshake = new AcceptorHandshake(this.#handshakeOptions('in'));
    const connection: Connection = this.#connect(handshake, remote, {
      ready: (identity, lane) => this.#accepted(connection, identity, lane),
      closed: () => undefined,
      refused: () => undefined,
    });
    connection.attach(wire);
    if (this.#closed || this.#pending.size > PENDING_CALLS_MAX) {
      this.#ports.clock.defer(() =>
        connection.close('too many calls that have not proven themselves'),
      );
    }
    return connection;
  }

  // --- calling -------------------------------------------------------------------------------------

  #redial(target: DialTarget): void {
    if (this.#closed || target.removed || target.isSelf || target.connection !== null) return;
    target.timer?.cancel();
    const delay = backoffMs(target.attempt, this.#options.random);
    target.attempt += 1;
    target.timer = this.#ports.clock.setTimer(delay, () => {
      target.timer = null;
      this.#dial(target);
    });
  }

  #dial(target: DialTarget): void {
    if (this.#closed || target.removed || target.connection !== null) return;
    const { host, port } = target.address;
    const handshake = new DiallerHandshake(
      this.#handshakeOptions('out', target),
      'main',
      target.nodeId,
    );
    const connection = this.#connect(
      handshake,
      `${host}:${port}`,
      {
        ready: (identity) => this.#called(target, connection, identity),
        refused: (refusal) => {
          target.lastRefusal = refusal;
        },
        closed: () => {
          target.connection = null;
          this.#redial(target);
        },
      },
      () => target.lastRefusal,
    );
    target.connection = connection;
    connection.attach(this.#ports.net.dial(host, port, connection));
  }

  #called(target: DialTarget, connection: Connection, identity: NodeIdentity): void {
    target.nodeId = identity.nodeId;
    target.lastRefusal = null;
    const peer = this.#peerFor(identity);
    if (peer.outMain !== null) {
      // A second address of the same node: one is enough.
      target.isSelf = true;
      this.#ports.clock.defer(() => connection.close('already connected to this node'));
      return;
    }
    peer.outMain = connection;
    this.#maybeUp(peer);
  }

  #dialBulk(peer: Peer): void {
    const target = this.#targets.find(({ nodeId }) => nodeId === peer.identity.nodeId);
    if (target === undefined || peer.bulkDialling) return;
    peer.bulkDialling = true;
    const { host, port } = target.address;
    const handshake = new DiallerHandshake(
      this.#handshakeOptions('out'),
      'bulk',
      peer.identity.nodeId,
    );
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
    if (lane === 'bulk') {
      const peer = this.#peerFor(identity);
      peer.inBulk?.close('replaced');
      peer.inBulk = connection;
      return;
    }
    // The peer called anew although its last call still stands here: that one is broken, it just didn't say so.
    if (this.#peers.get(identity.nodeId)?.inMain)
      this.#dropPeer(identity.nodeId, 'the peer called anew');
    const peer = this.#peerFor(identity);
    peer.inMain = connection;
    this.#maybeUp(peer);
    if (peer.outMain === null) this.#callBack(identity.nodeId);
  }

  /** It is alive: no reason to wait for the backoff. */
  #callBack(nodeId: string): void {
    for (const target of this.#targets) {
      if (target.connection !== null || (target.nodeId !== nodeId && target.nodeId !== null))
        continue;
      target.attempt = 0;
      this.#redial(target);
    }
  }

  // --- peers ---------------------------------------------------------------------------------------

  #peerFor(identity: NodeIdentity): Peer {
    const known = this.#peers.get(identity.nodeId);
    if (known !== undefined && known.identity.bootNonce === identity.bootNonce) return known;
    if (known !== undefined) this.#dropPeer(identity.nodeId, 'the node was started anew');
    const peer = newPeer(identity);
    this.#peers.set(identity.nodeId, peer);
    return peer;
  }

  #maybeUp(peer: Peer): void {
    if (peer.isUp || peer.outMain === null || peer.inMain === null) return;
    peer.isUp = true;
    this.#options.onEvent({ type: 'peer-up', identity: peer.identity });
  }

  #dropPeer(nodeId: string, reason: string): void {
    const peer = this.#peers.get(nodeId);
    if (peer === undefined) return;
    this.#peers.delete(nodeId);
    const wasUp = peer.isUp;
    peer.isUp = false;
    for (const connection of connectionsOf(peer)) connection.close(reason);
    if (wasUp) this.#options.onEvent({ type: 'peer-down', nodeId, reason });
  }

  #admit(identity: NodeIdentity, lane: Lane, target: DialTarget | null): PeerRefusal | null {
    if (identity.nodeId === this.#identity.nodeId) {
      const isSelf = identity.bootNonce === this.#identity.bootNonce;
      if (isSelf && target !== null) target.isSelf = true;
      return isSelf ? 'unexpected-node' : 'duplicate-node';
    }
    const known = this.#peers.get(identity.nodeId);
    if (known !== undefined && known.identity.bootNonce !== identity.bootNonce && isAlive(known))
      return 'duplicate-node';
    if (lane === 'bulk' && known?.identity.bootNonce !== identity.bootNonce)
      return 'unexpected-node';
    return this.#options.admit(identity);
  }

  // --- connections ---------------------------------------------------------------------------------

  #handshakeOptions(_direction: 'in' | 'out', target: DialTarget | null = null): HandshakeOptions {
    return {
      identity: this.#identity,
      secret: this.#options.secret,
      crypto: this.#ports.crypto,
      admit: (identity, lane) => this.#admit(identity, lane, target),
    };
  }

  #connect(
    handshake: DiallerHandshake | AcceptorHandshake,
    address: string,
    own: {
      ready: (identity: NodeIdentity, lane: Lane) => void;
      refused: (refusal: PeerRefusal) => void;
      closed: () => void;
    },
    lastRefusal: () => string | null = () => null,
  ): Connection {
    let nodeIdOfFrames = '';
    const connection: Connection = new Connection({
      handshake,
      frameBytesMax: this.#options.frameBytesMax,
      queueBytesMax: this.#options.queueBytesMax,
      clock: this.#ports.clock,
      crc32c: this.#ports.crc32c,
      events: {
        ready: (identity, lane) => {
          this.#pending.delete(connection);
          nodeIdOfFrames = identity.nodeId;
          own.ready(identity, lane);
        },
        frame: (channel, payload) => this.#options.onFrame(nodeIdOfFrames, channel, payload),
        refused: (refusal, remote, nodeId) => {
          const repeated = lastRefusal() === refusal;
          own.refused(refusal);
          const toSelf =
            nodeId !== null && nodeId === this.#identity.nodeId && refusal === 'unexpected-node';
          if (!repeated && !toSelf)
            this.#options.onEvent({ type: 'peer-refused', nodeId, address, refusal, remote });
        },
        closed: (reason) => {
          this.#pending.delete(connection);
          this.#disconnected(connection, reason);
          own.closed();
        },
      },
    });
    this.#pending.add(connection);
    return connection;
  }

  #disconnected(connection: Connection, reason: string): void {
    for (const [nodeId, peer] of this.#peers) {
      if (peer.outBulk === connection) peer.outBulk = null;
      else if (peer.inBulk === connection) peer.inBulk = null;
      else if (peer.outMain === connection || peer.inMain === connection) {
        if (peer.outMain === connection) peer.outMain = null;
        else peer.inMain = null;
        this.#dropPeer(nodeId, reason);
        return;
      }
    }
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
    for (const connection of [...this.#pending]) {
      connection.silentTicks += 1;
      if (connection.silentTicks >= HANDSHAKE_TICKS_MAX) connection.close('no answer');
    }
    for (const [nodeId, peer] of [...this.#peers]) this.#tickPeer(nodeId, peer);
  }

  #tickPeer(nodeId: string, peer: Peer): void {
    const { outMain, inMain, outBulk } = peer;
    if (outMain !== null) {
      outMain.quietTicks += 1;
      if (outMain.quietTicks > 1) outMain.send('ping', PING, false);
    }
    if (outBulk !== null) {
      peer.bulkIdleTicks += 1;
      if (peer.bulkIdleTicks >= BULK_IDLE_TICKS_MAX) outBulk.close('idle');
    }
    const heard = inMain ?? outMain;
    if (heard !== null) {
      heard.silentTicks += 1;
      if (heard.silentTicks >= SILENT_TICKS_MAX) {
        this.#dropPeer(nodeId, `silent for ${SILENT_TICKS_MAX * MESH_TICK_MS} ms`);
        return;
      }
    }
    peer.upTicks += peer.isUp ? 1 : 0;
    if (peer.upTicks !== STABLE_TICKS) return;
    for (const target of this.#targets) if (target.nodeId === nodeId) target.attempt = 0;
  }
}

function isAlive(peer: Peer): boolean {
  const heard = peer.inMain ?? peer.outMain;
  return heard !== null && heard.silentTicks <= ALIVE_TICKS_MAX;
}
