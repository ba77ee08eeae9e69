import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../wal/index.ts';
import { encodeWireHeader, FrameParser, type WireChannel } from './frame.ts';

function wire(channel: WireChannel, payload: Uint8Array): Uint8Array {
  return Uint8Array.from([...encodeWireHeader(channel, payload, crc32c), ...payload]);
}

const frames = fc.array(
  fc.tuple(
    fc.constantFrom<WireChannel>('raft', 'request', 'snapshot', 'ping'),
    fc.uint8Array({ maxLength: 60 }),
  ),
  { maxLength: 8 },
);

describe('frames on a connection', () => {
  it('M10 are found whatever pieces the stream comes in', () => {
    fc.assert(
      fc.property(
        frames,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (sent, cuts) => {
          const stream = Uint8Array.from(
            sent.flatMap(([channel, payload]) => [...wire(channel, payload)]),
          );
          const parser = new FrameParser(100, crc32c);
          const got: [WireChannel, Uint8Array][] = [];
          let at = 0;
          for (let count = 0; at < stream.length; count += 1) {
            const end = at + (cuts[count % cuts.length] ?? 1);
            const problem = parser.push(stream.subarray(at, end), (channel, payload) => {
              got.push([channel, payload.slice()]);
              return true;
            });
            expect(problem).toBeNull();
            at = end;
          }
          expect(got).toEqual(sent);
        },
      ),
    );
  });

  it('M11 any bytes are frames or a reason to close, never a throw', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
        const parser = new FrameParser(64, crc32c);
        for (const piece of pieces) if (parser.push(piece, () => true) !== null) return;
      }),
      { numRuns: 2_000 },
    );
  });

  it('M12 a length above the limit is refused from its header alone', () => {
    const parser = new FrameParser(64, crc32c);
    const header = encodeWireHeader('raft', new Uint8Array(65), crc32c);
    expect(parser.push(header, () => true)).toBe('a frame of 65 bytes, above 64');
  });

  it('M13 a damaged frame and an unknown channel are reasons to close', () => {
    const damaged = wire('raft', new Uint8Array([1, 2, 3]));
    damaged[damaged.length - 1] = 9;
    expect(new FrameParser(64, crc32c).push(damaged, () => true)).toBe(
      'a damaged frame on channel raft',
    );
    const unknown = wire('raft', new Uint8Array([1]));
    unknown[4] = 77;
    new DataView(unknown.buffer).setUint32(9, crc32c(unknown.subarray(0, 9)), true);
    expect(new FrameParser(64, crc32c).push(unknown, () => true)).toBe('unknown channel 77');
  });

  it('M13 a damaged header is a reason to close at once, whatever length it announces', () => {
    for (let bit = 0; bit < 13 * 8; bit += 1) {
      const damaged = wire('raft', new Uint8Array([1, 2, 3]));
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(new FrameParser(2 ** 31, crc32c).push(damaged, () => true)).toBe(
        'a damaged header of a frame',
      );
    }
  });

  it('M14 nothing more is parsed once the sink says that the connection is closed', () => {
    const stream = Uint8Array.from([
      ...wire('raft', new Uint8Array([1])),
      ...wire('raft', new Uint8Array([2])),
    ]);
    let count = 0;
    new FrameParser(64, crc32c).push(stream, () => {
      count += 1;
      return false;
    });
    expect(count).toBe(1);
  });
});
