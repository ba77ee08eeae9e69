import { writeFile } from 'node:fs/promises';
import S3rver from '@20minutes/s3rver';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BlobStoreUnavailableError } from './blob.ts';
import { S3Store } from './s3-store.ts';
import { contentOf, Directories, newKey, recordOf } from './testing/blobs.ts';

/** Any key of this server: it checks signatures as S3 does. */
const CREDENTIALS = { region: 'eu-central-1', accessKey: 'S3RVER', secretKey: 'S3RVER' };

const directories = new Directories();
const servers: S3rver[] = [];
let strict: string;
/** For lists: the server signs the path of a bucket without the slash that was sent, unlike S3. */
let lenient: string;

async function start(allowMismatchedSignatures: boolean): Promise<string> {
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: directories.make(),
    allowMismatchedSignatures,
    configureBuckets: [{ name: 'files' }],
  });
  servers.push(server);
  const { port } = await server.run();
  return `http://127.0.0.1:${port}/files`;
}

beforeAll(async () => {
  strict = await start(false);
  lenient = await start(true);
});
afterAll(async () => {
  for (const server of servers) await server.close();
  directories.clean();
});

const scratch = new Directories();
afterEach(() => scratch.clean());

function storeOf(over: Partial<ConstructorParameters<typeof S3Store>[0]> = {}): S3Store {
  return new S3Store({ endpoint: strict, ...CREDENTIALS, ledGroups: () => [7], ...over });
}

const CONTENT = Buffer.alloc(700_000, 'content');

async function write(store: S3Store, key = newKey(), content = CONTENT) {
  const staged = (await scratch.open()).stage();
  await writeFile(staged.path, content);
  const record = recordOf(content, { name: 'größe "1".bin', afterSeq: 3 });
  await store.write(key, record, staged);
  return { key, record };
}

test('a file is in the bucket with its record, and read in parts', async () => {
  const store = storeOf();
  const { key, record } = await write(store);
  expect(await store.find(key)).toEqual(record);
  const all = { start: 0, end: CONTENT.length - 1 };
  expect((await contentOf(store.read(key, all))).equals(CONTENT)).toBe(true);
  expect(await contentOf(store.read(key, { start: 2, end: 5 }))).toEqual(CONTENT.subarray(2, 6));
  expect(await store.find(newKey())).toBeNull();
});

test('agents are sent an address at the object store itself', async () => {
  const store = storeOf();
  const { key } = await write(store);
  const response = await fetch(await store.directLink(key, 60));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toBe('attachment');
  expect(Buffer.from(await response.arrayBuffer()).equals(CONTENT)).toBe(true);
});

test('what a user stores is counted, listed by conversation, marked and deleted', async () => {
  const store = storeOf({ endpoint: lenient });
  const userKey = 'b'.repeat(32);
  const { key: first } = await write(store, newKey({ userKey }));
  const { key: second } = await write(store, newKey({ userKey }));
  const sessionId = '07-01J00000000000000000000001';
  const { key: other } = await write(store, newKey({ userKey, sessionId }));
  expect(await store.usage(first)).toEqual({ bytes: 3 * CONTENT.length, files: 3 });
  await store.kept.markReferenced(second);
  const seen = [];
  for await (const blobs of store.kept.sessions()) seen.push(blobs);
  const own = seen.filter(([{ key }]) => key.userKey === userKey);
  expect(own).toEqual([
    [
      { key: first, isReferenced: false },
      { key: second, isReferenced: true },
    ],
    [{ key: other, isReferenced: false }],
  ]);
  await store.removeSession(first);
  expect(await store.usage(first)).toMatchObject({ files: 1 });
  await store.remove(other);
  await store.remove(other);
  expect(await store.usage(first)).toEqual({ bytes: 0, files: 0 });
});

test('a node looks after the files of groups that it leads, and of no others', async () => {
  await write(storeOf({ endpoint: lenient }));
  const seen = [];
  const other = storeOf({ endpoint: lenient, ledGroups: () => [8] });
  for await (const blobs of other.kept.sessions()) seen.push(blobs);
  expect(seen).toEqual([]);
});

test.each([
  ['a wrong key', { secretKey: 'wrong' }],
  ['a bucket that is not there', { endpoint: 'http://127.0.0.1:1/files' }],
])('%s is an error of the store, and no missing file', async (_what, over) => {
  const store = storeOf(over);
  await expect(store.find(newKey())).rejects.toThrow(BlobStoreUnavailableError);
  await expect(write(store)).rejects.toThrow(BlobStoreUnavailableError);
});
