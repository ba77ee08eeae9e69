import { between, pick } from '../../torture/seeded-random.ts';
import type { RawCase } from './case.ts';
import { randomBytes } from './http-inputs.ts';
import { bytesOf, type Payload } from './payload.ts';

/** A header of a frame without its checksums: what a stranger to the protocol can send. */
export function meshHeader(length: number, channel: number): Payload {
  const header = Buffer.alloc(13);
  header.writeUInt32LE(length >>> 0, 0);
  header.writeUInt8(channel, 4);
  return { base64: header.toString('base64') };
}

/** Strangers at the port between nodes. */
export function meshInput(name: string, random: () => number): RawCase {
  switch (between(0, 4, random)) {
    case 0:
      return {
        name: `${name} random bytes`,
        edge: 'mesh',
        connections: pick([1, 10], random),
        pieces: Array.from({ length: between(1, 4, random) }, () => ({
          payload: randomBytes(random),
        })),
      };
    case 1:
      return {
        name: `${name} a length`,
        edge: 'mesh',
        pieces: [
          {
            payload: meshHeader(
              pick([0, 2_048, 2_049, 2 ** 24, 2 ** 31, 2 ** 32 - 1], random),
              between(0, 9, random),
            ),
          },
          { payload: randomBytes(random) },
        ],
        hold_ms: 500,
      };
    case 2:
      return {
        name: `${name} dripping calls`,
        edge: 'mesh',
        connections: pick([8, 64, 100], random),
        pieces: [
          {
            payload: bytesOf(between(0, 255, random)),
            after_ms: 500,
            times: between(2, 8, random),
          },
        ],
      };
    case 3:
      return {
        name: `${name} HTTP`,
        edge: 'mesh',
        pieces: [{ payload: 'GET / HTTP/1.1\r\nhost: x\r\n\r\n' }],
      };
    default:
      return {
        name: `${name} silent calls`,
        edge: 'mesh',
        connections: pick([1, 64], random),
        pieces: [],
        hold_ms: between(100, 5_000, random),
      };
  }
}
