import { between, pick } from '../../torture/seeded-random.ts';
import { PEER_CHANNELS, type PeerCase, type PeerFrame } from './case.ts';
import { randomBytes } from './http-inputs.ts';
import { bytesOf, type Payload } from './payload.ts';

/** Of the mesh: a frame of this size is the largest that a node takes. */
export const FRAME_BYTES_MAX = 16 * 1024 * 1024;
const RAFT_KINDS = [0, 1, 2, 3, 4, 255];

/** MessagePack, JSON and varints that end too early, nest too deep or announce too much. */
const ODD_PAYLOADS: readonly Payload[] = [
  '',
  bytesOf(0),
  bytesOf(0xc1),
  bytesOf(0xdd, 0xff, 0xff, 0xff, 0xff),
  bytesOf(0xdf, 0xff, 0xff, 0xff, 0xff),
  bytesOf(0xc6, 0xff, 0xff, 0xff, 0xff),
  bytesOf(0xd4, 0x72, 0x40),
  bytesOf(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  { repeat: bytesOf(0x91), times: 100_000 },
  { repeat: bytesOf(0x81, 0xa1, 0x61), times: 100_000 },
  { concat: [bytesOf(0x95, 1), { repeat: bytesOf(0xc0), times: 4 }] },
  { concat: [bytesOf(0xdc, 0xff, 0xff), { repeat: bytesOf(0xa0), times: 65_535 }] },
  { repeat: '[', times: 100_000 },
  '{"type":"join"}',
  '{"type":"descriptor","descriptor":{"version":1}}',
];

/** A peer that has proven the secret and then sends what no node sends. */
export function peerInput(name: string, random: () => number): PeerCase {
  return {
    name: `${name} peer`,
    edge: 'peer',
    knows_cluster: random() < 0.5,
    connections: pick([1, 1, 1, 8], random),
    frames: Array.from({ length: between(1, 6, random) }, () => oddFrame(random)),
    hold_ms: between(0, 500, random),
  };
}

function oddFrame(random: () => number): PeerFrame {
  const channel = pick(PEER_CHANNELS, random);
  const payload = random() < 0.5 ? pick(ODD_PAYLOADS, random) : randomBytes(random);
  switch (between(0, 6, random)) {
    case 0:
      return { channel: null, payload };
    case 1:
      return { channel, payload, damaged: true };
    case 2:
      return {
        channel,
        payload,
        announced: pick([0, 1, FRAME_BYTES_MAX, FRAME_BYTES_MAX + 1, 2 ** 31, 2 ** 32 - 1], random),
      };
    case 3:
    case 4:
      return { channel: 'raft', payload, raft_kind: pick(RAFT_KINDS, random) };
    default:
      return { channel, payload, times: pick([1, 1, 10, 1_000], random) };
  }
}
