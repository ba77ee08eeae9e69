import type { Connection } from './connection.ts';
import type { MeshEvent, NodeIdentity } from './mesh-api.ts';
import { connectionsOf, newPeer, type Peer } from './peer.ts';

/** A connection on which nothing was sent for a tick says that it is alive. */
const PING = new Uint8Array(0);
export const SILENT_TICKS_MAX = 6;
/** A process that spoke within this is alive: another one under its name is refused. */
const ALIVE_TICKS_MAX = 2;
const BULK_IDLE_TICKS_MAX = 60;
/** An address that stayed up this long is called back at once when it breaks. */
const STABLE_TICKS = 4;

export interface PeerTableOptions {
  readonly tickMs: number;
  readonly onEvent: (event: MeshEvent) => void;
  /** The peer has been up for so long that its address is trusted. */
  readonly onStable: (nodeId: string) => void;
}

/** The nodes that have proven themselves, one process each, and what becomes of them as connections come and go. */
export class PeerTable {
  readonly #options: PeerTableOptions;
  readonly #peers = new Map<string, Peer>();

  constructor(options: PeerTableOptions) {
    this.#options = options;
  }

  get(nodeId: string): Peer | undefined {
    return this.#peers.get(nodeId);
  }

  get connected(): readonly NodeIdentity[] {
    return [...this.#peers.values()].filter(({ isUp }) => isUp).map(({ identity }) => identity);
  }

  /** The peer of this process; another process under the same name is gone with that. */
  of(identity: NodeIdentity): Peer {
    const known = this.#peers.get(identity.nodeId);
    if (known !== undefined && known.identity.bootNonce === identity.bootNonce) return known;
    if (known !== undefined) this.drop(identity.nodeId, 'the node was started anew');
    const peer = newPeer(identity);
    this.#peers.set(identity.nodeId, peer);
    return peer;
  }

  /** Another process under this name is known and speaks. */
  isTaken({ nodeId, bootNonce }: NodeIdentity): boolean {
    const known = this.#peers.get(nodeId);
    return known !== undefined && known.identity.bootNonce !== bootNonce && isAlive(known);
  }

  /** To be called when a main connection was added. */
  maybeUp(peer: Peer): void {
    if (peer.isUp || peer.outMain === null || peer.inMain === null) return;
    peer.isUp = true;
    this.#options.onEvent({ type: 'peer-up', identity: peer.identity });
  }

  drop(nodeId: string, reason: string): void {
    const peer = this.#peers.get(nodeId);
    if (peer === undefined) return;
    this.#peers.delete(nodeId);
    const wasUp = peer.isUp;
    peer.isUp = false;
    for (const connection of connectionsOf(peer)) connection.close(reason);
    if (wasUp) this.#options.onEvent({ type: 'peer-down', nodeId, reason });
  }

  dropAll(reason: string): void {
    for (const nodeId of [...this.#peers.keys()]) this.drop(nodeId, reason);
  }

  /** A connection is closed. Losing a main one loses the peer. */
  disconnected(connection: Connection, reason: string): void {
    for (const [nodeId, peer] of this.#peers) {
      if (peer.outBulk === connection) peer.outBulk = null;
      else if (peer.inBulk === connection) peer.inBulk = null;
      else if (peer.outMain === connection || peer.inMain === connection) {
        if (peer.outMain === connection) peer.outMain = null;
        else peer.inMain = null;
        this.drop(nodeId, reason);
        return;
      }
    }
  }

  tick(): void {
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
    const connection = inMain ?? outMain;
    if (connection !== null) {
      connection.silentTicks += 1;
      if (connection.silentTicks >= SILENT_TICKS_MAX) {
        this.drop(nodeId, `silent for ${SILENT_TICKS_MAX * this.#options.tickMs} ms`);
        return;
      }
    }
    peer.upTicks += peer.isUp ? 1 : 0;
    if (peer.upTicks === STABLE_TICKS) this.#options.onStable(nodeId);
  }
}

function isAlive(peer: Peer): boolean {
  const connection = peer.inMain ?? peer.outMain;
  return connection !== null && connection.silentTicks <= ALIVE_TICKS_MAX;
}
