import type { SnapshotReader } from '@fleetlm/raft/wal';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FlusherBed } from './testing/flusher-bed.ts';

let bed: FlusherBed;

beforeAll(async () => {
  bed = await FlusherBed.open();
  await bed.startPostgres();
});
afterAll(() => bed.close());
beforeEach(() => bed.reset());

function snapshotOf(group: number): SnapshotReader {
  const data = Buffer.from(`snapshot of ${group}`);
  return {
    metadata: { index: 10, term: 1 } as SnapshotReader['metadata'],
    totalBytes: data.length,
    read: (offset, bytesMax, done) =>
      done({ ok: true, value: data.subarray(offset, offset + bytesMax) }),
    close: (done) => done(),
  };
}

test('a snapshot that Postgres refuses fails neither the pass nor the snapshots of other groups', async () => {
  const groups = [1, 2, 3];
  const flusher = bed.flusher({
    snapshots: {
      led: () => groups.map((group) => ({ group, appliedIndex: 10 })),
      save: () => undefined,
      open: async (group) => snapshotOf(group),
    },
  });
  await flusher.flushNow();
  const archived = () => bed.sql('SELECT DISTINCT group_id FROM raft_snapshots ORDER BY group_id');
  await bed.sql('ALTER TABLE raft_snapshots ADD CONSTRAINT refuses_one CHECK (group_id <> 1)');
  try {
    for (const group of groups) flusher.snapshotSaved(group);
    expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
    expect(await archived()).toEqual([{ group_id: 2 }, { group_id: 3 }]);
    expect(flusher.stats).toMatchObject({ failures: 1, databaseUp: true });
    expect(bed.failures).toHaveLength(1);
    expect(await flusher.flushNow()).toMatchObject({ status: 'flushed' });
    expect(flusher.stats.failures).toBe(1);
  } finally {
    await bed.sql('ALTER TABLE raft_snapshots DROP CONSTRAINT refuses_one');
  }
  flusher.snapshotSaved(1);
  await flusher.flushNow();
  expect(await archived()).toEqual([{ group_id: 1 }, { group_id: 2 }, { group_id: 3 }]);
});
