import { encodeIntroduction, readIntroduction } from './introduction.ts';
import type { NodeIdentity, PeerRefusal } from './mesh-api.ts';

/**
 * The first two messages of a connection: who is there, and what for. That both ends belong together the connection
 * has proven before (`tlsNet`), and it keeps what is said from being read, changed or repeated.
 *
 * ```
 * dialler  -> hello      version, lane, identity, the node that it is for
 * acceptor -> welcome    version, identity       or   refuse, the same with a typed reason
 * ```
 *
 * The dialler judges the welcome: its refusal comes into a connection that is open for the acceptor.
 * Pure: bytes in, bytes and a verdict out. Time limits are the connection's.
 */

/** Every message of the handshake is smaller than this. */
export const HANDSHAKE_BYTES_MAX = 2048;

/**
 * What the connection is for: bulk transfers have one of their own, so that votes never wait behind them. A probe asks who is
 * there, carries no frame and is closed by its caller.
 */
export type Lane = 'main' | 'bulk' | 'probe';

export interface HandshakeOptions {
  readonly identity: NodeIdentity;
  /** Decides on a peer of this cluster, or of none yet; null accepts. */
  readonly admit: (identity: NodeIdentity, lane: Lane) => PeerRefusal | null;
}

export type HandshakeStep =
  | {
      readonly status: 'done';
      readonly send: Uint8Array | null;
      readonly peer: NodeIdentity;
      readonly lane: Lane;
    }
  | {
      readonly status: 'refused';
      /** What is still to be sent before the connection is closed. */
      readonly send: Uint8Array | null;
      readonly refusal: PeerRefusal;
      /** True: the other side refused us. */
      readonly remote: boolean;
      readonly nodeId: string | null;
    };

const KIND = { hello: 1, welcome: 4, refuse: 5 } as const;
const REFUSALS: readonly PeerRefusal[] = [
  'bad-secret',
  'other-cluster',
  'unknown-incarnation',
  'duplicate-node',
  'unexpected-node',
  'protocol-version',
  'malformed',
  'bad-certificate',
];
const LANES: readonly Lane[] = ['main', 'bulk', 'probe'];

/** The side that opened the connection. */
export class DiallerHandshake {
  readonly #options: HandshakeOptions;
  readonly #lane: Lane;
  readonly #expectedNodeId: string | null;

  /** `expectedNodeId` null: a seed, any node that answers there. */
  constructor(options: HandshakeOptions, lane: Lane, expectedNodeId: string | null) {
    this.#options = options;
    this.#lane = lane;
    this.#expectedNodeId = expectedNodeId;
  }

  /** The first message. */
  start(): Uint8Array {
    const { identity } = this.#options;
    return encodeIntroduction(
      KIND.hello,
      LANES.indexOf(this.#lane),
      identity,
      this.#expectedNodeId,
    );
  }

  receive(message: Uint8Array): HandshakeStep {
    const own = this.#options.identity;
    if (message[0] === KIND.refuse) return remoteRefusal(message, own);
    const read = readIntroduction(KIND.welcome, message);
    if (!read.ok) return refuse(read.refusal, null, own);
    const peer = read.identity;
    if (this.#expectedNodeId !== null && peer.nodeId !== this.#expectedNodeId)
      return refuse('unexpected-node', peer, own);
    const refusal = judge(this.#options, peer, this.#lane);
    return refusal === null
      ? { status: 'done', send: null, peer, lane: this.#lane }
      : refuse(refusal, peer, own);
  }
}

/** The side that was called. */
export class AcceptorHandshake {
  readonly #options: HandshakeOptions;
  #peer: NodeIdentity | null = null;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  receive(message: Uint8Array): HandshakeStep {
    const own = this.#options.identity;
    if (message[0] === KIND.refuse) return remoteRefusal(message, own);
    if (this.#peer !== null) return refuse('malformed', this.#peer, own);
    const read = readIntroduction(KIND.hello, message);
    if (!read.ok) return refuse(read.refusal, null, own);
    const peer = read.identity;
    const lane = LANES[read.lane];
    if (lane === undefined) return refuse('malformed', peer, own);
    // Found out by the caller, it would have cost the call of that peer that is open here.
    if (read.expects !== null && read.expects !== own.nodeId)
      return refuse('unexpected-node', peer, own);
    const refusal = judge(this.#options, peer, lane);
    if (refusal !== null) return refuse(refusal, peer, own);
    this.#peer = peer;
    const send = encodeIntroduction(KIND.welcome, read.lane, this.#options.identity);
    return { status: 'done', send, peer, lane };
  }
}

/** Nodes of two clusters never talk; a node that knows no cluster yet is left to `admit`. */
function judge(
  { identity, admit }: HandshakeOptions,
  peer: NodeIdentity,
  lane: Lane,
): PeerRefusal | null {
  if (
    identity.clusterId !== null &&
    peer.clusterId !== null &&
    identity.clusterId !== peer.clusterId
  )
    return 'other-cluster';
  return admit(peer, lane);
}

function refuse(refusal: PeerRefusal, peer: NodeIdentity | null, own: NodeIdentity): HandshakeStep {
  const send = encodeIntroduction(KIND.refuse, REFUSALS.indexOf(refusal), own);
  return { status: 'refused', send, refusal, remote: false, nodeId: peer?.nodeId ?? null };
}

function remoteRefusal(message: Uint8Array, own: NodeIdentity): HandshakeStep {
  const read = readIntroduction(KIND.refuse, message);
  if (!read.ok) return refuse(read.refusal, null, own);
  const refusal = REFUSALS[read.lane];
  return refusal === undefined
    ? refuse('malformed', read.identity, own)
    : { status: 'refused', send: null, refusal, remote: true, nodeId: read.identity.nodeId };
}
