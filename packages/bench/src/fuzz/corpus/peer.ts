import type { PeerCase, PeerFrame } from '../inputs/case.ts';
import { bytesOf, type Payload } from '../inputs/payload.ts';
import { FRAME_BYTES_MAX } from '../inputs/peer-inputs.ts';

function peer(name: string, ...frames: readonly PeerFrame[]): PeerCase {
  return {
    name: `peer: ${name}`,
    edge: 'peer',
    knows_cluster: true,
    frames: [...frames],
    hold_ms: 300,
  };
}

/** On every channel that a handler of a node reads, each over a connection of its own. */
function everywhere(name: string, payload: Payload): readonly PeerCase[] {
  const channels = ['raft', 'request', 'response', 'publish', 'snapshot', 'founding'] as const;
  return channels.map((channel) => peer(`${name} on ${channel}`, { channel, payload }));
}

/** After a whole handshake: what only another node, or a holder of its secret, can send. */
export const PEER_CORPUS: readonly PeerCase[] = [
  ...everywhere('an empty frame', ''),
  ...everywhere('a frame nested 100,000 deep', { repeat: bytesOf(0x91), times: 100_000 }),
  ...everywhere('a list of 4 G members', bytesOf(0xdd, 0xff, 0xff, 0xff, 0xff)),
  ...everywhere('the largest frame', { repeat: 'x', times: FRAME_BYTES_MAX }),
  peer('a second handshake', { channel: 'handshake', payload: 'x' }),
  peer('100,000 pings', { channel: 'ping', payload: '', times: 100_000 }),
  peer('a frame above the limit', { channel: 'raft', payload: '', announced: FRAME_BYTES_MAX + 1 }),
  peer('a frame that does not come', { channel: 'raft', payload: 'x', announced: FRAME_BYTES_MAX }),
  peer('a frame with another checksum', { channel: 'request', payload: 'x', damaged: true }),
  peer('bytes that are no frame', { channel: null, payload: { repeat: 'x', times: 1_000 } }),
  ...[0, 1, 2, 3, 255].map((raft_kind) =>
    peer(`a frame of kind ${raft_kind} that ends too early`, {
      channel: 'raft',
      payload: bytesOf(0xff, 0xff),
      raft_kind,
    }),
  ),
  ...[1, 2, 3].map((raft_kind) =>
    peer(`a frame of kind ${raft_kind} with counts beyond its end`, {
      channel: 'raft',
      payload: { repeat: bytesOf(0xff, 0xff, 0xff, 0x7f), times: 1_000 },
      raft_kind,
    }),
  ),
  {
    ...peer('64 peers at once', { channel: 'publish', payload: 'x' }),
    connections: 64,
    knows_cluster: false,
  },
];
