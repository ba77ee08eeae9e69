import { encodeIntroduction, NONCE_BYTES, readIntroduction } from './introduction.ts';
import type { NodeIdentity, PeerRefusal } from './mesh-api.ts';

/**
 * The first four messages of a connection. The secret never crosses the wire; each side proves that it has
 * it by an HMAC over both sides' identities and fresh nonces, under its own label, so that nothing can be
 * replayed or reflected. The caller goes first: only who has the secret is given anything computed with it.
 *
 * ```
 * dialler  -> hello      version, lane, identity, nonce
 * acceptor -> challenge  version, identity, nonce
 * dialler  -> proof      HMAC(secret, "dialler", hello, challenge)
 * acceptor -> welcome    HMAC(secret, "acceptor", hello, challenge)      or   refuse, with a typed reason
 * ```
 *
 * Pure: bytes in, bytes and a verdict out. Time limits are the connection's.
 */

/** Every message of the handshake is smaller than this. */
export const HANDSHAKE_BYTES_MAX = 2048;
const MAC_BYTES = 32;

/** What the connection is for: bulk transfers have one of their own, so that votes never wait behind them. */
export type Lane = 'main' | 'bulk';

/** The cryptography that a handshake needs, replaced in the simulator. */
export interface HandshakeCrypto {
  readonly hmacSha256: (secret: string, data: Uint8Array) => Uint8Array;
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface HandshakeOptions {
  readonly identity: NodeIdentity;
  readonly secret: string;
  readonly crypto: HandshakeCrypto;
  /** Decides on a peer whose proof was right; null accepts. */
  readonly admit: (identity: NodeIdentity, lane: Lane) => PeerRefusal | null;
}

export type HandshakeStep =
  | { readonly status: 'continue'; readonly send: Uint8Array }
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

const KIND = { hello: 1, challenge: 2, proof: 3, welcome: 4, refuse: 5 } as const;
const REFUSALS: readonly PeerRefusal[] = [
  'bad-secret',
  'other-cluster',
  'unknown-incarnation',
  'duplicate-node',
  'unexpected-node',
  'protocol-version',
  'malformed',
];
const LANES: readonly Lane[] = ['main', 'bulk'];
const EMPTY = new Uint8Array(0);

/** The side that opened the connection. */
export class DiallerHandshake {
  readonly #options: HandshakeOptions;
  readonly #lane: Lane;
  readonly #expectedNodeId: string | null;
  #hello: Uint8Array = EMPTY;
  #challenge: Uint8Array = EMPTY;
  #peer: NodeIdentity | null = null;

  /** `expectedNodeId` null: a seed, any node that answers there. */
  constructor(options: HandshakeOptions, lane: Lane, expectedNodeId: string | null) {
    this.#options = options;
    this.#lane = lane;
    this.#expectedNodeId = expectedNodeId;
  }

  /** The first message. */
  start(): Uint8Array {
    const { identity, crypto } = this.#options;
    this.#hello = encodeIntroduction(
      KIND.hello,
      LANES.indexOf(this.#lane),
      identity,
      crypto.randomBytes(NONCE_BYTES),
    );
    return this.#hello;
  }

  receive(message: Uint8Array): HandshakeStep {
    if (message[0] === KIND.refuse) return remoteRefusal(message, this.#peer);
    return this.#peer === null ? this.#challenged(message) : this.#welcomed(message, this.#peer);
  }

  #challenged(message: Uint8Array): HandshakeStep {
    const read = readIntroduction(KIND.challenge, message);
    if (!read.ok) return refuse(read.refusal, null);
    this.#peer = read.identity;
    this.#challenge = message;
    return {
      status: 'continue',
      send: withKind(KIND.proof, mac(this.#options, 'dialler', this.#hello, message)),
    };
  }

  #welcomed(message: Uint8Array, peer: NodeIdentity): HandshakeStep {
    if (message[0] !== KIND.welcome || message.length !== 1 + MAC_BYTES)
      return refuse('malformed', peer);
    const expected = mac(this.#options, 'acceptor', this.#hello, this.#challenge);
    if (!equalBytes(message.subarray(1), expected)) return refuse('bad-secret', peer);
    if (this.#expectedNodeId !== null && peer.nodeId !== this.#expectedNodeId)
      return refuse('unexpected-node', peer);
    const refusal = judge(this.#options, peer, this.#lane);
    return refusal === null
      ? { status: 'done', send: null, peer, lane: this.#lane }
      : refuse(refusal, peer);
  }
}

/** The side that was called. */
export class AcceptorHandshake {
  readonly #options: HandshakeOptions;
  #hello: Uint8Array = EMPTY;
  #challenge: Uint8Array = EMPTY;
  #peer: NodeIdentity | null = null;
  #lane: Lane = 'main';

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  receive(message: Uint8Array): HandshakeStep {
    if (message[0] === KIND.refuse) return remoteRefusal(message, this.#peer);
    return this.#peer === null ? this.#greeted(message) : this.#proven(message, this.#peer);
  }

  #greeted(message: Uint8Array): HandshakeStep {
    const read = readIntroduction(KIND.hello, message);
    if (!read.ok) return refuse(read.refusal, null);
    const lane = LANES[read.lane];
    if (lane === undefined) return refuse('malformed', read.identity);
    this.#lane = lane;
    this.#peer = read.identity;
    this.#hello = message;
    const { identity, crypto } = this.#options;
    this.#challenge = encodeIntroduction(
      KIND.challenge,
      0,
      identity,
      crypto.randomBytes(NONCE_BYTES),
    );
    return { status: 'continue', send: this.#challenge };
  }

  #proven(message: Uint8Array, peer: NodeIdentity): HandshakeStep {
    if (message[0] !== KIND.proof || message.length !== 1 + MAC_BYTES)
      return refuse('malformed', peer);
    const expected = mac(this.#options, 'dialler', this.#hello, this.#challenge);
    if (!equalBytes(message.subarray(1), expected)) return refuse('bad-secret', peer);
    const refusal = judge(this.#options, peer, this.#lane);
    if (refusal !== null) return refuse(refusal, peer);
    const welcome = withKind(
      KIND.welcome,
      mac(this.#options, 'acceptor', this.#hello, this.#challenge),
    );
    return { status: 'done', send: welcome, peer, lane: this.#lane };
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

function refuse(refusal: PeerRefusal, peer: NodeIdentity | null): HandshakeStep {
  const send = new Uint8Array([KIND.refuse, REFUSALS.indexOf(refusal)]);
  return { status: 'refused', send, refusal, remote: false, nodeId: peer?.nodeId ?? null };
}

function remoteRefusal(message: Uint8Array, peer: NodeIdentity | null): HandshakeStep {
  const refusal = message.length === 2 ? REFUSALS[message[1] ?? 0xff] : undefined;
  const nodeId = peer?.nodeId ?? null;
  return refusal === undefined
    ? { status: 'refused', send: null, refusal: 'malformed', remote: false, nodeId }
    : { status: 'refused', send: null, refusal, remote: true, nodeId };
}

function withKind(kind: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + rest.length);
  bytes[0] = kind;
  bytes.set(rest, 1);
  return bytes;
}

function mac(
  options: HandshakeOptions,
  label: 'dialler' | 'acceptor',
  hello: Uint8Array,
  challenge: Uint8Array,
): Uint8Array {
  const name = new TextEncoder().encode(`fleetlm mesh ${label}`);
  const data = new Uint8Array(name.length + 2 + hello.length + challenge.length);
  data.set(name, 0);
  // The length keeps the two messages apart: no other pair gives the same bytes.
  new DataView(data.buffer).setUint16(name.length, hello.length, true);
  data.set(hello, name.length + 2);
  data.set(challenge, name.length + 2 + hello.length);
  return options.crypto.hmacSha256(options.secret, data);
}

/** In time that doesn't depend on where the bytes differ. */
function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let at = 0; at < left.length; at += 1) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}
