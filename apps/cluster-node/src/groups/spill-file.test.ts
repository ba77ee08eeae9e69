import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { SpillFile } from './spill-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'fleetlm-spill-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('gives back what it was given, whatever is freed in between, and leaves no file behind', () => {
  const spill = new SpillFile(directory);
  const kept = new Map<number, Uint8Array>();
  for (let number = 0; number < 600; number += 1) {
    const bytes = new Uint8Array(256 * 1024).fill(number);
    const handle = spill.write(bytes);
    if (handle === null) throw new Error('no room');
    kept.set(handle, bytes);
    if (number % 3 === 0) continue;
    spill.free(handle);
    kept.delete(handle);
  }
  for (const [handle, bytes] of kept) expect(Buffer.compare(spill.read(handle), bytes)).toBe(0);
  expect(spill.bytes).toBe(200 * 256 * 1024);
  expect(readdirSync(directory)).toEqual([]);
  for (const handle of kept.keys()) spill.free(handle);
  expect(spill.bytes).toBe(0);
  const [first = 0] = kept.keys();
  expect(() => spill.read(first)).toThrow(RangeError);
});
