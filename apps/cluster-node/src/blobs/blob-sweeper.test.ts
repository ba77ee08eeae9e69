import { afterEach, expect, test } from 'vitest';
import type { BlobKey } from './blob.ts';
import { BlobSweeper, type BlobSweeperPorts } from './blob-sweeper.ts';
import { HolderStore } from './holder-store.ts';
import type { LocalBlobs } from './local-blobs.ts';
import { Directories, directPeers, newKey, put } from './testing/blobs.ts';

const directories = new Directories();
afterEach(() => directories.clean());

const NOW = 1_800_000_000_000;
const ORPHAN_MS = 1_000;
const OLD = { insertedAtMs: NOW - ORPHAN_MS - 1 };
const YOUNG = { insertedAtMs: NOW - ORPHAN_MS + 1 };

function sweeperOf(blobs: LocalBlobs, over: Partial<BlobSweeperPorts> = {}) {
  const nothing = directPeers(new Map());
  const store = new HolderStore({
    local: blobs,
    peers: nothing,
    holds: () => true,
    otherHolders: () => [],
  });
  return new BlobSweeper({
    kept: store.kept,
    orphanMs: ORPHAN_MS,
    sweepMs: 60_000,
    fateOf: async () => 'alive',
    isReferenced: async () => false,
    repair: null,
    mayGo: async () => false,
    wallClockMs: () => NOW,
    onError: (error) => {
      throw error;
    },
    setTimer: setTimeout,
    ...over,
  });
}

async function left(blobs: LocalBlobs, keys: readonly BlobKey[]): Promise<readonly boolean[]> {
  return Promise.all(keys.map(async (key) => (await blobs.find(key)) !== null));
}

test('a file that no message refers to goes when it is old, one that is referred to stays', async () => {
  const blobs = await directories.open();
  const orphan = await put(blobs, Buffer.from('1'), newKey(), OLD);
  const young = await put(blobs, Buffer.from('2'), newKey(), YOUNG);
  const used = await put(blobs, Buffer.from('3'), newKey(), { ...OLD, afterSeq: 41 });
  const asked: (readonly [string, number])[] = [];
  const sweeper = sweeperOf(blobs, {
    isReferenced: async ({ blobId }, afterSeq) => {
      asked.push([blobId, afterSeq]);
      return blobId === used.blobId;
    },
  });
  await sweeper.sweep();
  expect(await left(blobs, [orphan, young, used])).toEqual([false, true, true]);
  expect(asked.toSorted()).toEqual(
    [
      [orphan.blobId, 0],
      [used.blobId, 41],
    ].toSorted(),
  );
  // It is known from now on: its messages are not read again.
  asked.length = 0;
  await sweeper.sweep();
  expect(asked).toEqual([]);
});

test('files of a conversation that is gone go with it, also those that messages refer to', async () => {
  const blobs = await directories.open();
  const gone = await put(blobs, Buffer.from('1'), newKey(), YOUNG);
  const alive = await put(
    blobs,
    Buffer.from('2'),
    newKey({ sessionId: '07-01J00000000000000000000001' }),
    YOUNG,
  );
  await blobs.markReferenced(gone);
  const sweeper = sweeperOf(blobs, {
    fateOf: async (sessionId) => (sessionId === gone.sessionId ? 'gone' : 'alive'),
  });
  await sweeper.sweep();
  expect(await left(blobs, [gone, alive])).toEqual([false, true]);
});

test('what can not be found out deletes nothing', async () => {
  const blobs = await directories.open();
  const key = await put(blobs, Buffer.from('1'), newKey(), OLD);
  await sweeperOf(blobs, { fateOf: async () => 'unknown' }).sweep();
  await sweeperOf(blobs, { isReferenced: async () => null }).sweep();
  expect(await left(blobs, [key])).toEqual([true]);
});

test('a file of a group that has left goes once enough other nodes have it', async () => {
  const blobs = await directories.open();
  const key = await put(blobs, Buffer.from('1'), newKey(), OLD);
  await blobs.markReferenced(key);
  await sweeperOf(blobs, { mayGo: async () => false }).sweep();
  expect(await left(blobs, [key])).toEqual([true]);
  await sweeperOf(blobs, { mayGo: async () => true }).sweep();
  expect(await left(blobs, [key])).toEqual([false]);
});

test('only what would stay is copied from other nodes', async () => {
  const blobs = await directories.open();
  const wanted: boolean[] = [];
  // The ids say that the uploads are older than an orphan may be.
  const used = newKey({ blobId: '01J00000000000000000000001' });
  const orphan = newKey({ blobId: '01J00000000000000000000002' });
  const repair: BlobSweeperPorts['repair'] = async (isWanted) => {
    for (const key of [used, orphan]) wanted.push(await isWanted(key));
  };
  const isReferenced = async ({ blobId }: BlobKey) => blobId === used.blobId;
  await sweeperOf(blobs, { repair, isReferenced }).sweep();
  expect(wanted).toEqual([true, false]);
  wanted.length = 0;
  await sweeperOf(blobs, { repair, isReferenced, fateOf: async () => 'gone' }).sweep();
  expect(wanted).toEqual([false, false]);
});
