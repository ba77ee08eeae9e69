import { readU32 } from '../codec/bytes.ts';
import type { Channel } from './mesh-api.ts';
import type { Checksum } from './raft-frame.ts';

/**
 * A frame on a connection: payload length (4, little-endian), channel (1), CRC32C of the payload (4), CRC32C of
 * these (4), payload. Without a checksum of its own a damaged length would swallow all that comes after it, on a
 * connection that looks alive. `handshake` and `ping` are the mesh's own.
 */
export type WireChannel = Channel | 'handshake' | 'ping';

/** Bytes in front of every payload. */
export const WIRE_HEADER_BYTES = 13;
const HEADER_CRC_AT = 9;

const CHANNELS: readonly WireChannel[] = [
  'handshake',
  'ping',
  'raft',
  'request',
  'response',
  'publish',
  'snapshot',
  'founding',
];
const CODES = new Map<WireChannel, number>(CHANNELS.map((channel, code) => [channel, code]));
const CLOSED = 'closed';

/** The header of WIRE_HEADER_BYTES in front of a payload. */
export function encodeWireHeader(
  channel: WireChannel,
  payload: Uint8Array,
  crc32c: Checksum,
): Uint8Array {
  const header = new Uint8Array(WIRE_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, payload.length, true);
  view.setUint8(4, CODES.get(channel) ?? 0xff);
  view.setUint32(5, crc32c(payload), true);
  view.setUint32(HEADER_CRC_AT, crc32c(header.subarray(0, HEADER_CRC_AT)), true);
  return header;
}

/** Answers false when the connection was closed meanwhile: nothing more is parsed. */
export type FrameSink = (channel: WireChannel, payload: Uint8Array) => boolean;

/**
 * Cuts a stream of bytes into frames, whatever the pieces it comes in. Payloads are views into the piece
 * where a frame lies in one, else a buffer of the frame's own.
 *
 * Invariant: nothing is allocated for a frame whose announced length is above `payloadBytesMax`.
 */
export class FrameParser {
  payloadBytesMax: number;
  readonly #crc32c: Checksum;
  readonly #header = new Uint8Array(WIRE_HEADER_BYTES);
  readonly #checked = this.#header.subarray(0, HEADER_CRC_AT);
  #headerBytes = 0;
  #payload: Uint8Array | null = null;
  #payloadBytes = 0;

  constructor(payloadBytesMax: number, crc32c: Checksum) {
    this.payloadBytesMax = payloadBytesMax;
    this.#crc32c = crc32c;
  }

  /** Feeds what came; null, or why the connection has to be closed. */
  push(bytes: Uint8Array, sink: FrameSink): string | null {
    let at = 0;
    while (at < bytes.length || this.#isWhole()) {
      at +=
        this.#payload === null
          ? this.#fillHeader(bytes, at)
          : this.#fillPayload(this.#payload, bytes, at);
      if (this.#headerBytes < WIRE_HEADER_BYTES) return null;
      if (this.#payload === null) {
        if (readU32(this.#header, HEADER_CRC_AT) !== this.#crc32c(this.#checked))
          return 'a damaged header of a frame';
        const length = readU32(this.#header, 0);
        if (length > this.payloadBytesMax)
          return `a frame of ${length} bytes, above ${this.payloadBytesMax}`;
        const whole = length <= bytes.length - at;
        this.#payload = whole ? bytes.subarray(at, at + length) : new Uint8Array(length);
        this.#payloadBytes = whole ? length : 0;
        if (whole) at += length;
      }
      if (!this.#isWhole()) continue;
      const problem = this.#deliver(this.#payload, sink);
      if (problem !== null) return problem === CLOSED ? null : problem;
    }
    return null;
  }

  #isWhole(): boolean {
    return this.#payload !== null && this.#payloadBytes === this.#payload.length;
  }

  #fillHeader(bytes: Uint8Array, at: number): number {
    const taken = Math.min(WIRE_HEADER_BYTES - this.#headerBytes, bytes.length - at);
    this.#header.set(bytes.subarray(at, at + taken), this.#headerBytes);
    this.#headerBytes += taken;
    return taken;
  }

  #fillPayload(payload: Uint8Array, bytes: Uint8Array, at: number): number {
    const taken = Math.min(payload.length - this.#payloadBytes, bytes.length - at);
    payload.set(bytes.subarray(at, at + taken), this.#payloadBytes);
    this.#payloadBytes += taken;
    return taken;
  }

  #deliver(payload: Uint8Array, sink: FrameSink): string | null {
    this.#headerBytes = 0;
    this.#payload = null;
    const channel = CHANNELS[this.#header[4] ?? 0xff];
    if (channel === undefined) return `unknown channel ${this.#header[4]}`;
    if (readU32(this.#header, 5) !== this.#crc32c(payload))
      return `a damaged frame on channel ${channel}`;
    return sink(channel, payload) ? null : CLOSED;
  }
}
