import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { BLOB_PIECE_BYTES_MAX } from '../limits.ts';
import { DamagedBlobError } from './blob-file.ts';
import { contentOf, Directories, newKey, openBlobs, put, recordOf } from './testing/blobs.ts';

const directories = new Directories();
afterEach(() => directories.clean());

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('a file is read as it was written, with its record, in pieces and in parts', async () => {
  const blobs = await directories.open();
  const content = Buffer.alloc(BLOB_PIECE_BYTES_MAX * 2 + 3, 'abc');
  const key = await put(blobs, content, newKey(), { name: 'größe.bin' });
  expect(await blobs.find(key)).toMatchObject({ name: 'größe.bin', bytes: content.length });
  const all = { start: 0, end: content.length - 1 };
  expect((await contentOf(blobs.read(key, all))).equals(content)).toBe(true);
  expect(await contentOf(blobs.read(key, { start: 1, end: 3 }))).toEqual(Buffer.from('bca'));
  const piece = await blobs.piece(key, 0, Number.MAX_SAFE_INTEGER);
  expect(piece?.bytes.length).toBe(BLOB_PIECE_BYTES_MAX);
  expect((await blobs.piece(key, content.length - 1, 9))?.bytes.length).toBe(1);
  expect(await blobs.find(newKey())).toBeNull();
});

test('what was being written when a process ended is gone with the next start, and nothing else', async () => {
  const directory = directories.make();
  const before = await openBlobs(directory);
  const key = await put(before, Buffer.from('whole'));
  writeFileSync(before.stage().path, 'half');
  expect(filesBelow(directory)).toHaveLength(2);
  const after = await openBlobs(directory);
  expect(filesBelow(directory)).toHaveLength(1);
  expect(await after.find(key)).toMatchObject({ bytes: 5 });
});

test.each([
  ['longer', (path: string) => appendFileSync(path, 'x')],
  ['shorter', (path: string) => truncateSync(path, 20)],
  ['without its beginning', (path: string) => writeFileSync(path, readFileSync(path).subarray(1))],
  ['empty', (path: string) => writeFileSync(path, '')],
])(
  'a file that is %s counts as missing, is reported, and gives way to a whole one',
  async (_what, damage) => {
    const directory = directories.make();
    const reported: Error[] = [];
    const blobs = await openBlobs(directory, (error) => reported.push(error));
    const key = await put(blobs, Buffer.from('content'));
    damage(filesBelow(directory)[0] ?? '');
    expect(await blobs.find(key)).toBeNull();
    expect(reported).toEqual([expect.any(DamagedBlobError)]);
    await put(blobs, Buffer.from('content'), key);
    expect(await blobs.find(key)).toMatchObject({ bytes: 7 });
    expect(await blobs.list(7, null, 9)).toEqual([key]);
    expect(reported).toHaveLength(1);
  },
);

test('a staged file of another size than its record is not committed', async () => {
  const blobs = await directories.open();
  const staged = blobs.stage();
  writeFileSync(staged.path, 'four');
  const record = { ...recordOf(Buffer.from('four')), bytes: 5 };
  await expect(blobs.commit(newKey(), record, staged)).rejects.toThrow(DamagedBlobError);
});

test("what one user stores is counted over conversations, and no other user's", async () => {
  const blobs = await directories.open();
  const key = await put(blobs, Buffer.alloc(1_000));
  await put(blobs, Buffer.alloc(2_000), newKey({ sessionId: '07-01J00000000000000000000001' }));
  await put(blobs, Buffer.alloc(9_000), newKey({ userKey: 'f'.repeat(32) }));
  await blobs.markReferenced(key);
  const { bytes, files } = await blobs.usage(key);
  expect(files).toBe(2);
  expect(bytes).toBeGreaterThanOrEqual(3_000);
  expect(bytes).toBeLessThan(4_000);
});

test('files are listed page by page, and go with their conversation', async () => {
  const blobs = await directories.open();
  const other = '07-01J00000000000000000000001';
  const keys = [
    await put(blobs, Buffer.from('1')),
    await put(blobs, Buffer.from('2')),
    await put(blobs, Buffer.from('3'), newKey({ sessionId: other })),
  ];
  const listed = await blobs.list(7, null, 2);
  expect(listed).toHaveLength(2);
  expect([...listed, ...(await blobs.list(7, listed.at(-1) ?? null, 2))]).toEqual(keys);
  expect(await blobs.list(8, null, 2)).toEqual([]);
  await blobs.removeSession(newKey());
  expect(await blobs.list(7, null, 9)).toEqual([keys[2]]);
});
