import type { RawCase } from '../inputs/case.ts';
import { meshHeader } from '../inputs/mesh-inputs.ts';
import { bytesOf } from '../inputs/payload.ts';

export const MESH_CORPUS: readonly RawCase[] = [
  {
    name: 'mesh: HTTP',
    edge: 'mesh',
    pieces: [{ payload: 'GET / HTTP/1.1\r\n\r\n' }],
    hold_ms: 300,
  },
  {
    name: 'mesh: a length of 4 GiB',
    edge: 'mesh',
    pieces: [
      { payload: meshHeader(2 ** 32 - 1, 0) },
      { payload: { repeat: 'x', times: 1_000_000 } },
    ],
    hold_ms: 300,
  },
  {
    name: 'mesh: 100,000 random looking bytes',
    edge: 'mesh',
    pieces: [{ payload: { repeat: bytesOf(7, 200, 13, 99, 0, 255, 1), times: 15_000 } }],
    connections: 20,
    hold_ms: 300,
  },
  // Shorter than the header of a frame, for longer than a handshake may take: the slots have to be free again.
  {
    name: 'mesh: 64 calls that drip a byte',
    edge: 'mesh',
    connections: 64,
    pieces: [{ payload: bytesOf(1), after_ms: 1_000, times: 8 }],
    hold_ms: 0,
  },
];
