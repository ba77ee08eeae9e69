import { expect, test } from 'vitest';
import type { DiskFault } from '../sim/system/machine/sim-disk.ts';
import {
  append,
  created,
  derived,
  entries,
  entry,
  eventsOf,
  indexesOf,
  manualDisk,
  open,
  SEGMENT_BYTES,
  segmentPath,
  snapshotMark,
} from './testing/log-fixture.ts';

test('W10 after the disk was full the log asks for room only when something is appended', () => {
  const room = { isLeft: true, refused: 0 };
  const fault = ({ kind }: { kind: string }): DiskFault | null => {
    if (kind !== 'create' || room.isLeft) return null;
    room.refused += 1;
    return { type: 'error', code: 'ENOSPC' };
  };
  const disk = manualDisk({ fault });
  const { wal } = open(disk, { sealAfterMs: 20 });
  append(disk, wal, [created()]);
  room.isLeft = false;
  let index = 1;
  // The segment that was prepared still has room.
  while (index < 50 && append(disk, wal, [entries([entry(index, 1, 900)])]) === null) index += 1;
  expect(index).toBeLessThan(50);
  const { refused } = room;
  // The last batch is not sealed: on its own the log would try every 20 ms.
  eventsOf(disk).pass(1_000);
  expect(room.refused).toBe(refused);
  room.isLeft = true;
  expect(append(disk, wal, [entries([entry(index, 1, 900)])])).toBeNull();
});

test('W10 a segment whose first batch found no room begins with all that is known all the same', () => {
  let fails = false;
  const fault = ({ kind, path }: { kind: string; path: string }): DiskFault | null => {
    const isFirst = fails && kind === 'write' && path === segmentPath(2);
    if (isFirst) fails = false;
    return isFirst ? { type: 'error', code: 'ENOSPC', bytesDone: 700 } : null;
  };
  const disk = manualDisk({ fault });
  const { wal } = open(disk);
  append(disk, wal, [created()]);
  const big = SEGMENT_BYTES / 2;
  expect(append(disk, wal, [entries([entry(1, 1, big)]), snapshotMark(1)])).toBeNull();
  fails = true;
  expect(append(disk, wal, [entries([entry(2, 1, big)])])).toMatchObject({ kind: 'full' });
  expect(append(disk, wal, [entries([entry(2, 1, 20)])])).toBeNull();
  disk.removeFile(segmentPath(1));
  const { recovered } = open(derived((options) => disk.crash(options)));
  // Entry 1 went with its segment, which nothing needs any more.
  expect(indexesOf(recovered)).toEqual([[2, 1]]);
});

test('W10 what is left of a batch that found no room is not taken for damage later', () => {
  let fails = false;
  const fault = ({ kind }: { kind: string }): DiskFault | null => {
    const isNow = fails && kind === 'write';
    if (isNow) fails = false;
    return isNow ? { type: 'error', code: 'ENOSPC', bytesDone: 1_500 } : null;
  };
  const disk = manualDisk({ fault });
  const { wal } = open(disk);
  append(disk, wal, [created(), entries([entry(1)])]);
  fails = true;
  expect(append(disk, wal, [entries([entry(2, 1, 1_800)])])).toMatchObject({ kind: 'full' });
  eventsOf(disk).pass(1_000);
  // Too large for what is left of the segment: the next one is begun.
  expect(append(disk, wal, [entries([entry(2, 2, 3_200)])])).toBeNull();
  const { recovered } = open(derived((options) => disk.crash(options)));
  expect(indexesOf(recovered)).toEqual([
    [1, 1],
    [2, 2],
  ]);
});
