import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { BLOBS_PER_USER_MAX, UPLOADS_MAX, UPLOADS_PER_USER_MAX } from '../limits.ts';
import { blobSessionOf } from './blob.ts';
import type { BlobService } from './blob-service.ts';
import { contentOf, Directories, openBlobs, PNG, put, USER_ID } from './testing/blobs.ts';
import { SESSION, serviceOf, TIMES, tokenOf } from './testing/service.ts';

const directories = new Directories();
const servers: Server[] = [];
afterEach(() => {
  directories.clean();
  for (const server of servers.splice(0)) server.close();
});

async function begin(service: BlobService, content: Buffer, mediaType = 'image/png') {
  const created = await service.create(SESSION, {
    name: 'a.png',
    mediaType,
    bytes: content.length,
  });
  if (!created.ok) throw new Error(created.error.detail);
  const permit = service.openUpload(tokenOf(created.value.upload.url));
  if (permit === null) throw new Error('the link does not open');
  return { permit, id: created.value.blob.id };
}

async function upload(service: BlobService, content = PNG, mediaType = 'image/png') {
  const { permit } = await begin(service, content, mediaType);
  return service.upload(permit, Readable.from([content]), TIMES);
}

test('a file is announced, sent, linked and read', async () => {
  const { service, outcomes } = serviceOf(await directories.open());
  const { permit, id } = await begin(service, PNG);
  const stored = await service.upload(permit, Readable.from([PNG]), TIMES);
  expect(stored).toMatchObject({
    ok: true,
    value: { id, sessionId: SESSION.id, name: 'a.png', mediaType: 'image/png', bytes: PNG.length },
  });
  const key = service.openDownload(tokenOf(service.link(SESSION, id).url));
  if (key === null) throw new Error('the link does not open');
  const opened = await service.open(key);
  if (!opened.ok) throw new Error(opened.error.detail);
  const { record, disposition, read } = opened.value;
  expect(record).toMatchObject({ afterSeq: 7 });
  expect(disposition).toBe("inline; filename*=UTF-8''a.png");
  expect(await contentOf(read({ start: 0, end: PNG.length - 1 }))).toEqual(PNG);
  expect(outcomes).toEqual(['stored']);
});

test('an upload that is sent again is answered the same, unread', async () => {
  const { service } = serviceOf(await directories.open());
  const { permit } = await begin(service, PNG);
  const first = await service.upload(permit, Readable.from([PNG]), TIMES);
  const never = new Readable({ read: () => undefined });
  expect(await service.upload(permit, never, TIMES)).toEqual(first);
});

test('a file of the size that is allowed is taken, and one byte more is refused before it is sent', async () => {
  const { service } = serviceOf(await directories.open(), { bytesMax: 100 });
  const announce = (bytes: number) =>
    service.create(SESSION, { name: 'a', mediaType: 'text/plain', bytes });
  expect(await announce(100)).toMatchObject({ ok: true });
  expect(await announce(101)).toMatchObject({
    ok: false,
    error: { code: 'payload_too_large', errors: [{ path: 'bytes' }] },
  });
});

test('what one user may store is a limit, when a file is announced and when it comes', async () => {
  const local = await directories.open();
  const { service } = serviceOf(local, { userBytesMax: 1_000 });
  const content = Buffer.alloc(600, 'x');
  const { permit } = await begin(service, content, 'text/plain');
  expect(await upload(service, content, 'text/plain')).toMatchObject({ ok: true });
  // Both were announced while there was room for one.
  expect(await service.upload(permit, Readable.from([content]), TIMES)).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  });
  const again = await service.create(SESSION, { name: 'a', mediaType: 'a/b', bytes: 600 });
  expect(again).toMatchObject({ ok: false, error: { code: 'conflict' } });
  // Of another user nothing is counted.
  const other = { ...SESSION, userId: 'bob' };
  expect(await service.create(other, { name: 'a', mediaType: 'a/b', bytes: 600 })).toMatchObject({
    ok: true,
  });
});

test('one user has as many files as the limit says, and no more', async () => {
  const announce = async (files: number) => {
    const { service } = serviceOf(await directories.open(), {}, { bytes: 0, files });
    return (await service.create(SESSION, { name: 'a', mediaType: 'a/b', bytes: 1 })).ok;
  };
  expect(await announce(BLOBS_PER_USER_MAX - 1)).toBe(true);
  expect(await announce(BLOBS_PER_USER_MAX)).toBe(false);
});

test('types that the operator does not allow are refused by their name and by their bytes', async () => {
  const { service } = serviceOf(await directories.open(), { types: ['text/plain'] });
  expect(
    await service.create(SESSION, { name: 'a', mediaType: 'image/png', bytes: 5 }),
  ).toMatchObject({ ok: false, error: { errors: [{ path: 'media_type' }] } });
  expect(await upload(service, PNG, 'text/plain')).toMatchObject({
    ok: false,
    error: { code: 'invalid_request', errors: [{ path: 'media_type' }] },
  });
});

test('of an upload that is refused nothing is left', async () => {
  const directory = directories.make();
  const { service } = serviceOf(await openBlobs(directory));
  const { permit } = await begin(service, PNG);
  const short = await service.upload(permit, Readable.from([PNG.subarray(1)]), TIMES);
  expect(short).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  const text = Buffer.from('not a picture');
  expect(await upload(service, text)).toMatchObject({ ok: false });
  expect(readdirSync(join(directory, 'staging'))).toEqual([]);
});

test.each([
  ['a node', UPLOADS_MAX, (at: number) => `user ${at}`, 'overloaded'],
  ['one user', UPLOADS_PER_USER_MAX, () => USER_ID, 'rate_limited'],
])(
  'as many uploads of %s as may be run at once, and one more is refused',
  async (_of, max, userOf, code) => {
    const { service } = serviceOf(await directories.open());
    const bodies: Readable[] = [];
    const running = [];
    for (let at = 0; at < max; at += 1) {
      const { permit } = await begin(service, PNG);
      const body = new Readable({ read: () => undefined });
      bodies.push(body);
      const { userKey } = blobSessionOf({ ...SESSION, userId: userOf(at) });
      running.push(service.upload({ ...permit, key: { ...permit.key, userKey } }, body, TIMES));
    }
    expect(await upload(service)).toMatchObject({ ok: false, error: { code } });
    for (const body of bodies) {
      body.push(PNG);
      body.push(null);
    }
    for (const result of await Promise.all(running)) expect(result).toMatchObject({ ok: true });
    expect(await upload(service)).toMatchObject({ ok: true });
  },
);

async function scannerThat(answer: (name: string, bytes: number) => [number, string]) {
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    request.on('end', () => {
      const [status, body] = answer(String(request.headers['x-file-name']), bytes);
      response.writeHead(status, { connection: 'close' }).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/scan`, timeoutMs: 5_000 };
}

test('a file is stored once the scanner has called it clean, and its reason is shown', async () => {
  const seen: (string | number)[] = [];
  const scan = await scannerThat((name, bytes) => {
    seen.push(name, bytes);
    return [200, JSON.stringify({ clean: seen.length > 2, reason: 'EICAR' })];
  });
  const local = await directories.open();
  const { service } = serviceOf(local, { scan });
  const refused = await upload(service);
  expect(refused).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  if (!refused.ok) expect(refused.error.detail).toContain('EICAR');
  expect(await local.usage(blobSessionOf(SESSION))).toMatchObject({ files: 0 });
  expect(await upload(service)).toMatchObject({ ok: true });
  expect(seen).toEqual(['a.png', PNG.length, 'a.png', PNG.length]);
});

test.each([
  ['fails', 500, '{"clean":true}'],
  ['gives no verdict', 200, '{}'],
  ['answers no JSON', 200, 'OK'],
  ['answers at length', 200, `{"clean":true,"x":"${'x'.repeat(16 * 1024)}"}`],
])('nothing goes past a scanner that %s', async (_what, status, body) => {
  const scan = await scannerThat(() => [status, body]);
  const { service, unavailable } = serviceOf(await directories.open(), { scan });
  expect(await upload(service)).toMatchObject({ ok: false, error: { code: 'overloaded' } });
  expect(unavailable).toHaveLength(1);
});

test('nothing goes past a scanner that is not there', async () => {
  const scan = { url: 'http://127.0.0.1:1/scan', timeoutMs: 5_000 };
  const { service } = serviceOf(await directories.open(), { scan });
  expect(await upload(service)).toMatchObject({ ok: false, error: { code: 'overloaded' } });
});

test('files of an erased conversation are gone, and those of others stay', async () => {
  const local = await directories.open();
  const { service } = serviceOf(local);
  const erased = await upload(service);
  const kept = await put(local, PNG, {
    ...blobSessionOf({ ...SESSION, id: '07-01J00000000000000000000001' }),
    blobId: '01J00000000000000000000000',
  });
  await service.sessionErased(SESSION);
  if (!erased.ok) throw new Error('not stored');
  expect(await service.open({ ...blobSessionOf(SESSION), blobId: erased.value.id })).toMatchObject({
    ok: false,
    error: { code: 'not_found' },
  });
  expect(await service.open(kept)).toMatchObject({ ok: true });
});
