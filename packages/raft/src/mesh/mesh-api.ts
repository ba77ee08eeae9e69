import type { RandomInteger } from '../core/index.ts';

/**
 * Node to node: one TCP connection each way, length-prefixed frames, everything for one peer in one
 * event-loop turn in one write. The connection itself proves that both ends belong together (`tlsNet`: the secret of the
 * cluster, or certificates); a handshake on it says the protocol version, the cluster and the node's identity.
 */

/** What a frame is for; a closed set, one byte on the wire. */
export type Channel = 'raft' | 'request' | 'response' | 'publish' | 'snapshot' | 'founding';

/** Who a node is, as the handshake of a connection proves it. */
export interface NodeIdentity {
  readonly nodeId: string;
  /** Drawn once per data directory. */
  readonly incarnation: string;
  /** Drawn once per process: two processes with copies of one directory are distinguished. */
  readonly bootNonce: string;
  /** Null until the node knows its cluster: such a node may only found or join. */
  readonly clusterId: string | null;
  /** Where it can be called; left out where it is known. */
  readonly address?: { readonly host: string; readonly port: number };
}

/**
 * Why a connection was refused. `duplicate-node`: another process has the name; `unexpected-node`: another node answers at the
 * address that was dialled, or the node itself does; `unknown-incarnation`: the name belongs to another data directory.
 */
export type PeerRefusal =
  | 'bad-secret'
  | 'bad-certificate'
  | 'other-cluster'
  | 'unknown-incarnation'
  | 'duplicate-node'
  | 'unexpected-node'
  | 'protocol-version'
  | 'malformed';

/** What becomes of the peers. */
export type PeerEvent =
  | { readonly type: 'peer-up'; readonly identity: NodeIdentity }
  | { readonly type: 'peer-down'; readonly nodeId: string; readonly reason: string }
  /** Refused by us or by them; `remote` states which. The dialler goes on trying, with backoff. */
  | {
      readonly type: 'peer-refused';
      readonly nodeId: string | null;
      readonly address: string;
      readonly refusal: PeerRefusal;
      readonly remote: boolean;
    };

/** What a mesh reports to its node, for its log and its metrics. */
export type MeshEvent =
  | PeerEvent
  /** A frame above `frameBytesMax` was not sent: the receiver would close the connection. */
  | {
      readonly type: 'frame-refused';
      readonly nodeId: string;
      readonly channel: Channel;
      readonly bytes: number;
    }
  /** What handles a connection's bytes threw; that connection was closed. `nodeId` null: not proven yet. */
  | { readonly type: 'handler-failed'; readonly nodeId: string | null; readonly error: unknown };

/** A node to dial, again and again with backoff until it answers or is removed. */
export interface MeshPeerAddress {
  /** Null for a seed whose node id isn't known yet. */
  readonly nodeId: string | null;
  readonly host: string;
  readonly port: number;
}

/** An address that is called, and how that went. */
export interface DialAttempt {
  /** Null: which node is there is not known. */
  readonly nodeId: string | null;
  readonly host: string;
  readonly port: number;
  readonly isConnected: boolean;
  /** How the newest connection ended, or why there was none; null: no attempt has ended yet. */
  readonly lastFailure: string | null;
}

/** The connections of one node to all others. Frames of a channel arrive in the order in which they were sent, or not at all. */
export interface Mesh {
  /**
   * Queued until the end of the turn. False: not connected, more than `queueBytesMax` waiting, or a frame of more than
   * `frameBytesMax`. Frames on
   * `snapshot` go over a connection of their own, opened by the first of them (which is answered with false).
   */
  send(nodeId: string, channel: Channel, frame: Uint8Array): boolean;
  isConnected(nodeId: string): boolean;
  readonly connected: readonly NodeIdentity[];
  readonly attempts: readonly DialAttempt[];
  /** Identity learned or changed (cluster joined): used in handshakes from now on. */
  setIdentity(identity: NodeIdentity): void;
  addPeer(address: MeshPeerAddress): void;
  /** Addresses at which any node may be, in place of those given before. A connection to an earlier one stays. */
  setSeeds(addresses: readonly Omit<MeshPeerAddress, 'nodeId'>[]): void;
  removePeer(nodeId: string): void;
  close(done: () => void): void;
}

/** What a mesh is opened with; `port` 0 takes a free one. */
export interface MeshOptions {
  readonly host: string;
  readonly port: number;
  readonly identity: NodeIdentity;
  readonly peers: readonly MeshPeerAddress[];
  readonly frameBytesMax: number;
  readonly queueBytesMax: number;
  /** For the jitter of redials. */
  readonly random: RandomInteger;
  /** Decides on a peer that has proven itself; null accepts. */
  readonly admit: (identity: NodeIdentity) => PeerRefusal | null;
  /** False: the frame is malformed, the connection to this peer is closed. */
  readonly onFrame: (nodeId: string, channel: Channel, frame: Uint8Array) => boolean;
  readonly onEvent: (event: MeshEvent) => void;
}
