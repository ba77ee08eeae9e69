import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { BLOB_TRANSFER_IDLE_MS, BLOB_TRANSFERS_MAX } from '../limits.ts';
import { IncomingBlobs } from './incoming-blobs.ts';
import { Directories, newKey, recordOf } from './testing/blobs.ts';

const directories = new Directories();
afterEach(() => directories.clean());

const CONTENT = Buffer.from('abcdef');

function piece(offset: number, length: number, over: object = {}) {
  return {
    transfer: '00000000-0000-4000-8000-000000000000',
    key: KEY,
    record: recordOf(CONTENT),
    offset,
    bytes: CONTENT.subarray(offset, offset + length),
    ...over,
  };
}
const KEY = newKey();

test('a file is there once its last piece is, and not before', async () => {
  const blobs = await directories.open();
  const incoming = new IncomingBlobs(blobs, () => 0);
  expect(await incoming.receive(piece(0, 4))).toBe('received');
  expect(await blobs.find(KEY)).toBeNull();
  expect(await incoming.receive(piece(4, 2))).toBe('stored');
  expect(await blobs.find(KEY)).toMatchObject({ bytes: 6 });
});

test('a piece that does not continue a transfer asks for it anew', async () => {
  const blobs = await directories.open();
  const incoming = new IncomingBlobs(blobs, () => 0);
  expect(await incoming.receive(piece(4, 2))).toBe('again');
  await incoming.receive(piece(0, 2));
  expect(await incoming.receive(piece(4, 2))).toBe('again');
});

test('bytes that are not those of the record are not stored', async () => {
  const blobs = await directories.open();
  const incoming = new IncomingBlobs(blobs, () => 0);
  const record = { ...recordOf(CONTENT), sha256: '0'.repeat(64) };
  expect(await incoming.receive(piece(0, 6, { record }))).toBe('again');
  expect(await blobs.find(KEY)).toBeNull();
});

test('as many transfers as there may be are received, one more is refused until one is idle', async () => {
  const blobs = await directories.open();
  let nowMs = 0;
  const incoming = new IncomingBlobs(blobs, () => nowMs);
  const begin = () => incoming.receive(piece(0, 2, { transfer: randomUUID() }));
  for (let at = 0; at < BLOB_TRANSFERS_MAX; at += 1) expect(await begin()).toBe('received');
  expect(await begin()).toBe('overloaded');
  nowMs = BLOB_TRANSFER_IDLE_MS;
  expect(await begin()).toBe('overloaded');
  nowMs += 1;
  expect(await begin()).toBe('received');
});
