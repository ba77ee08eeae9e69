import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SimulatedDisk } from '../sim/system/machine/sim-disk.ts';
import { crc32cTable } from './disk/crc32c-table.ts';
import type { SnapshotStore, StoreResult } from './snapshots/snapshot-api.ts';
import { SNAPSHOT_HEADER_BYTES } from './snapshots/snapshot-file.ts';
import { openSnapshotStore } from './snapshots/snapshot-store.ts';
import {
  append,
  close,
  copyOf,
  created,
  entries,
  entry,
  eventsOf,
  hardState,
  indexesOf,
  KEY,
  manualDisk,
  metadata,
  open,
  SEGMENT_BYTES,
  segmentPath,
  snapshotMark,
  tryOpen,
} from './testing/log-fixture.ts';
import type { Wal } from './wal-api.ts';

const FIRST = segmentPath(1);
const HEADER_BYTES = 512;

/** Three appends of two entries, in three batches behind the group's creation. */
function threeAppends(disk: SimulatedDisk, segmentBytes = SEGMENT_BYTES): Wal {
  const { wal } = open(disk, { segmentBytes });
  expect(append(disk, wal, [created()])).toBeNull();
  for (const index of [1, 3, 5]) {
    const records = [entries([entry(index), entry(index + 1, 1, 90)]), hardState(1, 2, index)];
    expect(append(disk, wal, records)).toBeNull();
  }
  return wal;
}

/** The disk after the process was killed: the last batch is synced, nothing attests it. */
function unsealed(): SimulatedDisk {
  const disk = manualDisk();
  threeAppends(disk);
  return copyOf(disk);
}

/** The disk after an idle moment: an empty batch attests the last one. */
function sealed(): SimulatedDisk {
  const disk = manualDisk();
  threeAppends(disk);
  eventsOf(disk).pass(200);
  return copyOf(disk);
}

/** Where batches begin in a segment, and last the end of them. */
function batchStarts(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts: number[] = [];
  let at = HEADER_BYTES;
  for (; at < bytes.length && view.getUint32(at, true) === 0x31424c46; ) {
    starts.push(at);
    at += Math.ceil((40 + view.getUint32(at + 24, true)) / 512) * 512;
  }
  return [...starts, at];
}

/** End of what a batch's checksums cover. */
function coveredEnd(bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return start + 40 + view.getUint32(start + 24, true);
}

/** End of a batch without the zeros that it happens to end with: they can't be cut off. */
function lastByte(bytes: Uint8Array, start: number): number {
  return start + bytes.subarray(start, coveredEnd(bytes, start)).findLastIndex((b) => b !== 0) + 1;
}

function withBytes(disk: SimulatedDisk, path: string, change: (bytes: Uint8Array) => Uint8Array) {
  const damaged = copyOf(disk);
  damaged.replaceFile(path, change(damaged.bytesOf(path)));
  return damaged;
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const at = bit >>> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  return bytes;
}

/** A whole header of another version: the checksum at 4 covers it from 8 on. */
function withVersion(bytes: Uint8Array, headerBytes: number, version: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint32(8, version, true);
  view.setUint32(4, crc32cTable(bytes.subarray(8, headerBytes)), true);
  return bytes;
}

/** Opens the snapshots of a disk, uses them, and runs all events; the result of opening. */
function openStore(
  disk: SimulatedDisk,
  use: (store: SnapshotStore) => void = () => undefined,
): StoreResult<SnapshotStore> {
  const events = eventsOf(disk);
  const results: StoreResult<SnapshotStore>[] = [];
  openSnapshotStore(
    { disk, directory: 'snapshots', crc32c: crc32cTable, clock: events },
    (result) => {
      results.push(result);
      if (result.ok) use(result.value);
    },
  );
  events.drain();
  const [result] = results;
  if (result === undefined) throw new Error('opening did not end');
  return result;
}

const whole = [1, 2, 3, 4, 5, 6].map((index) => [index, 1]);

/** Opens, appends, and opens again: the same, plus what was appended. */
function expectUsable(disk: SimulatedDisk, where: string): number {
  const own = copyOf(disk);
  const first = open(own);
  const found = indexesOf(first.recovered);
  const second = open(copyOf(own));
  expect(second.recovered.groups, where).toEqual(first.recovered.groups);
  const last = found.length;
  if (first.recovered.groups.length === 0) append(own, first.wal, [created()]);
  expect(append(own, first.wal, [entries([entry(last + 1, 9)])]), where).toBeNull();
  const third = open(copyOf(own));
  expect(indexesOf(third.recovered), where).toEqual([...found, [last + 1, 9]]);
  return last;
}

describe('a log that was cut', () => {
  test('W1 at every byte: the longest prefix of whole batches is there, and the log goes on', () => {
    const disk = unsealed();
    const image = disk.bytesOf(FIRST);
    const starts = batchStarts(image);
    const end = starts.at(-1) ?? 0;
    expect(starts).toHaveLength(5);
    for (let cut = 0; cut <= end; cut += 1) {
      const torn = withBytes(disk, FIRST, (bytes) => bytes.fill(0, cut));
      const last = expectUsable(torn, `zeros from ${cut}`);
      const batches = starts.filter((start) => start < end && cut >= lastByte(image, start));
      expect(last, `zeros from ${cut}`).toBe(Math.max(0, batches.length - 1) * 2);
    }
  });

  test('W1 a file that ends early is read as far as it goes', () => {
    const disk = unsealed();
    const end = batchStarts(disk.bytesOf(FIRST)).at(-1) ?? 0;
    for (let cut = 0; cut <= end; cut += 1) {
      const torn = withBytes(disk, FIRST, (bytes) => bytes.slice(0, cut));
      expect(expectUsable(torn, `cut at ${cut}`) % 2).toBe(0);
    }
  });

  test('W2 any sectors of the unsynced batch missing or garbage: it is there as a whole or not at all', () => {
    const disk = manualDisk();
    const wal = threeAppends(disk, 4 * SEGMENT_BYTES);
    const before = copyOf(disk);
    const start = batchStarts(disk.bytesOf(FIRST)).at(-1) ?? 0;
    append(disk, wal, [entries([entry(7, 2, 900), entry(8, 2, 700)])]);
    const after = disk.bytesOf(FIRST);
    const sectors = Math.ceil((coveredEnd(after, start) - start) / 512);
    expect(sectors).toBe(4);
    for (let mask = 0; mask < 3 ** sectors; mask += 1) {
      const fates = Array.from({ length: sectors }, (_, at) => Math.floor(mask / 3 ** at) % 3);
      const torn = withBytes(before, FIRST, (bytes) => {
        fates.forEach((fate, at) => {
          const from = start + at * 512;
          if (fate === 1) bytes.set(after.subarray(from, from + 512), from);
          if (fate === 2) for (let i = 0; i < 512; i += 1) bytes[from + i] = (i * 7 + mask) & 255;
        });
        return bytes;
      });
      const last = expectUsable(torn, `sectors ${fates.join('')}`);
      expect(last).toBe(fates.every((fate) => fate === 1) ? 8 : 6);
    }
  });
});

describe('a log with a flipped bit', () => {
  test('W3 in a batch that has others behind it: the node does not start', () => {
    const disk = sealed();
    const bytes = disk.bytesOf(FIRST);
    const starts = batchStarts(bytes);
    expect(starts).toHaveLength(6);
    for (const start of starts.slice(0, -2)) {
      for (let bit = start * 8; bit < coveredEnd(bytes, start) * 8; bit += 1) {
        const result = tryOpen(withBytes(disk, FIRST, (image) => flipped(image, bit)));
        expect(result, `bit ${bit}`).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
      }
    }
  });

  test('W3 in the padding between batches: it holds nothing, so nothing is lost', () => {
    const disk = sealed();
    const bytes = disk.bytesOf(FIRST);
    const [start = 0, next = 0] = batchStarts(bytes);
    for (let at = coveredEnd(bytes, start); at < next; at += 1) {
      const { recovered } = open(withBytes(disk, FIRST, (image) => flipped(image, at * 8)));
      expect(indexesOf(recovered)).toEqual(whole);
    }
  });

  test('W5 in the last batch, once it is sealed: corruption; before that: a torn tail', () => {
    const disks = [sealed(), unsealed()] as const;
    for (const [which, disk] of disks.entries()) {
      const bytes = disk.bytesOf(FIRST);
      const last = batchStarts(bytes)[3] ?? 0;
      for (let bit = last * 8; bit < coveredEnd(bytes, last) * 8; bit += 1) {
        const damaged = withBytes(disk, FIRST, (image) => flipped(image, bit));
        if (which === 0) {
          const failure = { kind: 'corrupt' };
          expect(tryOpen(damaged), `bit ${bit}`).toMatchObject({ ok: false, failure });
        } else {
          const { recovered } = open(damaged);
          expect(indexesOf(recovered), `bit ${bit}`).toEqual(whole.slice(0, 4));
          expect(recovered.tornBytes).toBeGreaterThan(0);
        }
      }
    }
  });

  test('W5 in the seal itself: it is cut, and nothing else', () => {
    const disk = sealed();
    const seal = batchStarts(disk.bytesOf(FIRST))[4] ?? 0;
    for (let bit = seal * 8; bit < (seal + 40) * 8; bit += 1) {
      const { recovered } = open(withBytes(disk, FIRST, (image) => flipped(image, bit)));
      expect(indexesOf(recovered)).toEqual(whole);
    }
  });

  test('W4 in the header of a segment: the node does not start, and opens nothing empty', () => {
    const disk = unsealed();
    for (let bit = 0; bit < HEADER_BYTES * 8; bit += 1) {
      const result = tryOpen(withBytes(disk, FIRST, (image) => flipped(image, bit)));
      expect(result, `bit ${bit}`).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
    }
  });
});

describe('segments of other kinds', () => {
  /** Segments 1 to 3 and a spare, nothing covered by a snapshot. */
  function several(): SimulatedDisk {
    const disk = manualDisk();
    const { wal } = open(disk);
    append(disk, wal, [created()]);
    for (let index = 1; index <= 18; index += 1)
      append(disk, wal, [entries([entry(index, 1, 400)])]);
    expect(wal.stats.segments).toBe(4);
    return copyOf(disk);
  }

  test('W3 damage at the end of a segment that has a successor is corruption', () => {
    const disk = several();
    const bytes = disk.bytesOf(FIRST);
    const last = batchStarts(bytes).at(-2) ?? 0;
    for (let bit = last * 8; bit < coveredEnd(bytes, last) * 8; bit += 1) {
      const result = tryOpen(withBytes(disk, FIRST, (image) => flipped(image, bit)));
      expect(result, `bit ${bit}`).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
    }
  });

  test('W11 a segment that is missing in the middle or at the front is noticed', () => {
    for (const number of [1, 2, 3]) {
      const disk = several();
      disk.removeFile(segmentPath(number));
      expect(tryOpen(disk)).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
    }
  });

  test('W12 a spare is of no account, whatever state it is in', () => {
    const disk = several();
    const spare = segmentPath(5);
    const images = [
      disk.bytesOf(spare),
      new Uint8Array(0),
      new Uint8Array(SEGMENT_BYTES),
      disk.bytesOf(spare).slice(0, 700),
      flipped(disk.bytesOf(spare), 77),
    ];
    for (const image of images) {
      const { recovered } = open(withBytes(disk, spare, () => image));
      expect(indexesOf(recovered)).toHaveLength(18);
    }
  });

  test('W21 batches under the name of another segment, or moved within one, are refused', () => {
    const disk = several();
    const second = disk.bytesOf(segmentPath(2));
    const renamed = withBytes(disk, segmentPath(3), () => second);
    expect(tryOpen(renamed)).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
    const [start = 0, next = 0] = batchStarts(second);
    const moved = withBytes(disk, segmentPath(3), (bytes) => {
      bytes.set(second.subarray(start, next), start);
      return bytes;
    });
    expect(tryOpen(moved)).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
  });

  test('W21 the log of another node or cluster is refused', () => {
    const disk = unsealed();
    for (const identity of [
      { clusterId: 'c', nodeId: 'n2' },
      { clusterId: 'd', nodeId: 'n1' },
    ]) {
      const result = tryOpen(copyOf(disk), { identity });
      expect(result).toMatchObject({ ok: false, failure: { kind: 'foreign' } });
    }
    const stray = withBytes(disk, FIRST, (bytes) => bytes);
    stray.replaceFile('wal/notes.txt', new Uint8Array(3));
    expect(tryOpen(stray)).toMatchObject({ ok: false, failure: { kind: 'foreign' } });
  });

  test('W30 a segment of a later version is refused by name and kept, whatever its batches look like', () => {
    const disk = unsealed();
    const later = withBytes(disk, FIRST, (bytes) => withVersion(bytes, HEADER_BYTES, 2));
    const unknownBatches = withBytes(later, FIRST, (bytes) => bytes.fill(0xa5, HEADER_BYTES));
    for (const written of [later, unknownBatches]) {
      const bytes = written.bytesOf(FIRST);
      expect(tryOpen(written)).toEqual({
        ok: false,
        failure: {
          kind: 'later-version',
          file: '0000000001.wal',
          detail: 'written by a later version: 2, this one reads up to 1',
        },
      });
      expect(written.bytesOf(FIRST)).toEqual(bytes);
    }
  });

  test('W4 a commit index beyond the log is not believed', () => {
    const disk = manualDisk();
    const { wal } = open(disk);
    append(disk, wal, [created(), entries([entry(1)]), hardState(1, 1, 5)]);
    expect(tryOpen(copyOf(disk))).toMatchObject({ ok: false, failure: { kind: 'corrupt' } });
  });

  test('W3 damage under a running node does not reach a follower', () => {
    const disk = manualDisk();
    const wal = threeAppends(disk);
    const start = batchStarts(disk.bytesOf(FIRST))[1] ?? 0;
    disk.replaceFile(FIRST, flipped(disk.bytesOf(FIRST), (start + 80) * 8));
    expect(() => wal.readEntries(KEY, 1, 3, 1e6)).toThrow('damaged');
    expect(wal.readEntries(KEY, 3, 5, 1e6).map(({ index }) => index)).toEqual([3, 4]);
  });
});

test('W30 a snapshot of a later version is refused by name and kept', () => {
  const disk = manualDisk();
  openStore(disk, (store) => store.save(KEY, metadata(5), new Uint8Array(100), () => undefined));
  const path = disk.paths.find((name) => name.endsWith('.snap')) ?? '';
  const later = withBytes(disk, path, (bytes) => withVersion(bytes, SNAPSHOT_HEADER_BYTES, 2));
  expect(openStore(later)).toEqual({
    ok: false,
    failure: {
      kind: 'later-version',
      file: basename(path),
      detail: 'written by a later version: 2, this one reads up to 1',
    },
  });
  expect(later.paths).toContain(path);
});

test('W19 entries below a snapshot may go, those above it never do', () => {
  const disk = manualDisk();
  const { wal } = open(disk);
  append(disk, wal, [created()]);
  for (let index = 1; index <= 30; index += 1) append(disk, wal, [entries([entry(index, 1, 400)])]);
  // The mark stands in a later segment than the entry it speaks of, and than those that go on behind it.
  append(disk, wal, [snapshotMark(12)]);
  close(disk, wal);
  expect(disk.paths[0]).not.toBe(FIRST);
  const { recovered } = open(copyOf(disk));
  expect(indexesOf(recovered).map(([index]) => index)).toEqual(
    Array.from({ length: 18 }, (_, at) => at + 13),
  );
});
