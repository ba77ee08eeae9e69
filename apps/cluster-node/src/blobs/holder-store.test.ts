import { writeFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { BLOB_PIECE_BYTES_MAX } from '../limits.ts';
import { BlobStoreUnavailableError } from './blob.ts';
import { HolderStore, pullBlob } from './holder-store.ts';
import type { LocalBlobs } from './local-blobs.ts';
import { contentOf, Directories, directPeers, newKey, put, recordOf } from './testing/blobs.ts';

const directories = new Directories();
afterEach(() => directories.clean());

const CONTENT = Buffer.alloc(BLOB_PIECE_BYTES_MAX * 2 + 1, 'content');
const ALL = { start: 0, end: CONTENT.length - 1 };

/** Three nodes that hold the group, and n4 that does not. */
async function cluster(down: ReadonlySet<string> = new Set()) {
  const nodes = new Map<string, LocalBlobs>();
  for (const name of ['n1', 'n2', 'n3', 'n4']) nodes.set(name, await directories.open());
  const holders = ['n1', 'n2', 'n3'];
  const at = (name: string): LocalBlobs => {
    const blobs = nodes.get(name);
    if (blobs === undefined) throw new Error(name);
    return blobs;
  };
  const storeOf = (name: string) =>
    new HolderStore({
      local: at(name),
      peers: directPeers(nodes, down),
      holds: () => holders.includes(name),
      otherHolders: () => holders.filter((other) => other !== name),
    });
  return { at, storeOf, nodes };
}

async function write(store: HolderStore, blobs: LocalBlobs, key = newKey()) {
  const staged = blobs.stage();
  await writeFile(staged.path, CONTENT);
  await store.write(key, recordOf(CONTENT), staged);
  return key;
}

test('a file is on every node that holds its group, and read from whichever node is asked', async () => {
  const { at, storeOf } = await cluster();
  const key = await write(storeOf('n1'), at('n1'));
  for (const name of ['n1', 'n2', 'n3']) expect(await at(name).find(key)).not.toBeNull();
  expect(await at('n4').find(key)).toBeNull();
  for (const name of ['n1', 'n2', 'n4']) {
    const store = storeOf(name);
    expect(await store.find(key)).toMatchObject({ bytes: CONTENT.length });
    expect((await contentOf(store.read(key, ALL))).equals(CONTENT)).toBe(true);
  }
  const part = { start: BLOB_PIECE_BYTES_MAX - 2, end: BLOB_PIECE_BYTES_MAX + 2 };
  expect(await contentOf(storeOf('n4').read(key, part))).toEqual(
    CONTENT.subarray(part.start, part.end + 1),
  );
});

test('one node that does not answer loses nothing; two make an upload fail, and say so', async () => {
  const down = new Set(['n2']);
  const { at, storeOf } = await cluster(down);
  // Through a node that holds the group, and through one that does not.
  const keys = [await write(storeOf('n1'), at('n1')), await write(storeOf('n4'), at('n4'))];
  down.add('n1');
  down.delete('n2');
  for (const key of keys) {
    const store = storeOf('n4');
    expect((await contentOf(store.read(key, ALL))).equals(CONTENT)).toBe(true);
  }
  // Two of three were asked: one of them would have it.
  expect(await storeOf('n4').find(newKey())).toBeNull();
  down.add('n3');
  await expect(write(storeOf('n4'), at('n4'))).rejects.toThrow(BlobStoreUnavailableError);
  // It is not known to be gone: the node that has it may be back in a moment.
  await expect(storeOf('n4').find(keys[0] ?? newKey())).rejects.toThrow(BlobStoreUnavailableError);
});

test('a file that no node has is not there', async () => {
  const { storeOf } = await cluster();
  expect(await storeOf('n4').find(newKey())).toBeNull();
});

test('a node that lost a file reads it from the others, and copies it whole or not at all', async () => {
  const { at, storeOf, nodes } = await cluster();
  const key = await write(storeOf('n1'), at('n1'));
  await at('n2').remove(key);
  expect((await contentOf(storeOf('n2').read(key, ALL))).equals(CONTENT)).toBe(true);
  const peers = directPeers(nodes);
  expect(await pullBlob(at('n2'), peers, 'n1', key)).toBe(true);
  expect((await contentOf(at('n2').read(key, ALL))).equals(CONTENT)).toBe(true);
  const wrong = await put(at('n1'), Buffer.from('changed'), newKey(), { sha256: '0'.repeat(64) });
  await expect(pullBlob(at('n2'), peers, 'n1', wrong)).rejects.toThrow('hash');
  expect(await at('n2').find(wrong)).toBeNull();
});

test('what is deleted is deleted on every node', async () => {
  const { at, storeOf } = await cluster();
  const first = await write(storeOf('n1'), at('n1'));
  const second = await write(storeOf('n1'), at('n1'));
  await storeOf('n4').remove(first);
  for (const name of ['n1', 'n2', 'n3']) {
    expect(await at(name).find(first)).toBeNull();
    expect(await at(name).find(second)).not.toBeNull();
  }
  await storeOf('n2').removeSession(second);
  for (const name of ['n1', 'n2', 'n3']) expect(await at(name).find(second)).toBeNull();
});
