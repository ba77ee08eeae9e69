import { Packr } from 'msgpackr';
import { expect, test } from 'vitest';
import { packApart } from './pack-apart.ts';

const MIB = 1024 * 1024;

test('what is kept of a small value is small, also after a large one', () => {
  const packr = new Packr({ useRecords: false });
  const buffers = new Set<ArrayBufferLike>();
  let bytes = 0;
  for (let number = 0; number < 300; number += 1) {
    const body = Buffer.alloc(number % 10 === 0 ? MIB : 200, number % 256);
    const packed = packApart(packr, { number, body });
    expect(body.equals(packr.unpack(packed).body)).toBe(true);
    if (number % 10 === 0) continue;
    buffers.add(packed.buffer);
    bytes += packed.length;
  }
  const kept = [...buffers].reduce((sum, buffer) => sum + buffer.byteLength, 0);
  expect(kept).toBeLessThan(8 * bytes);
});

test('a large value takes no more than it is long', () => {
  const packed = packApart(new Packr({ useRecords: false }), Buffer.alloc(MIB));
  expect(packed.buffer.byteLength).toBeLessThan(MIB + 1_024);
});
