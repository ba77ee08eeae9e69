import type { Timer } from '../clock/clock.ts';
import type { Connection } from './connection.ts';
import type { MeshPeerAddress, NodeIdentity } from './mesh-api.ts';

/** An address that the mesh keeps calling. */
export interface DialTarget {
  readonly address: MeshPeerAddress;
  /** Known from the start, or of the node that answered there last, where any may be. */
  nodeId: string | null;
  connection: Connection | null;
  timer: Timer | null;
  attempt: number;
  /** Calls that did not wait for the backoff since the node last stayed up. */
  promptCalls: number;
  removed: boolean;
  /** The address turned out to be this node's own. */
  isSelf: boolean;
  /** Another address of a node that is reached already: to be called when that one breaks. */
  isSpare: boolean;
  /** The operator named it: another node of that name may come back there. */
  readonly isConfigured: boolean;
  /** One of `setSeeds`: it is called for as long as it is among them. */
  readonly isSeed: boolean;
  lastRefusal: string | null;
  lastFailure: string | null;
}

/**
 * A node that proved itself on at least one connection. It is up while it has both main connections, each of
 * the same process (boot nonce); losing one loses the peer.
 */
export interface Peer {
  readonly identity: NodeIdentity;
  outMain: Connection | null;
  inMain: Connection | null;
  outBulk: Connection | null;
  inBulk: Connection | null;
  bulkDialling: boolean;
  bulkIdleTicks: number;
  isUp: boolean;
  upTicks: number;
}

export function newPeer(identity: NodeIdentity): Peer {
  return {
    identity,
    outMain: null,
    inMain: null,
    outBulk: null,
    inBulk: null,
    bulkDialling: false,
    bulkIdleTicks: 0,
    isUp: false,
    upTicks: 0,
  };
}

export function connectionsOf(peer: Peer): readonly Connection[] {
  return [peer.outMain, peer.inMain, peer.outBulk, peer.inBulk].filter(
    (connection) => connection !== null,
  );
}
