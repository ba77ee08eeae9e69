import { UPLOAD_PATH } from '@fleetlm/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import type { Runtime, SessionView } from '../../runtime/runtime-api.ts';
import { DOWNLOADS_MAX } from '../limits.ts';
import { openGateways, TEST_API_KEY, testToken } from '../testing/test-gateway.ts';

const SESSION = '07-01J00000000000000000000000';
const BLOB = '01J00000000000000000000000';
const CONTENT = Buffer.from('0123456789');
const KEY = { userKey: 'a'.repeat(32), sessionId: SESSION, blobId: BLOB };
const STORED = {
  id: BLOB,
  sessionId: SESSION,
  name: 'ten.txt',
  mediaType: 'text/html',
  bytes: CONTENT.length,
  insertedAtMs: 0,
};

const gateways = openGateways();
afterEach(() => gateways.closeAll());

type Blobs = Runtime['blobs'];

const PERMIT = { key: KEY, untilMs: 1, name: 'x', mediaType: 'x/y', bytes: 10, afterSeq: 0 };

async function* piecesOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 4) yield bytes.subarray(at, at + 4);
}

const opened = {
  ok: true,
  value: {
    record: {
      version: 1,
      name: 'ten.txt',
      mediaType: 'text/html',
      bytes: CONTENT.length,
      sha256: 'ab'.repeat(32),
      afterSeq: 0,
      insertedAtMs: 0,
    },
    disposition: "attachment; filename*=UTF-8''ten.txt",
    read: ({ start, end }: { readonly start: number; readonly end: number }) =>
      piecesOf(CONTENT.subarray(start, end + 1)),
  },
} as const;

function runtimeWith(blobs: Partial<Blobs>): Partial<Runtime> {
  return {
    getSession: async () => ({ ok: true, value: { id: SESSION, userId: 'alice' } as SessionView }),
    blobs: blobs as unknown as Blobs,
  };
}

async function download(headers: Record<string, string> = {}) {
  const blobs = {
    openDownload: (token: string) => (token === 'good' ? KEY : null),
    open: async () => opened,
  };
  const { url } = await gateways.open(runtimeWith(blobs));
  return fetch(`${url}/api/blobs?token=good`, { headers });
}

test('a file is sent with headers that keep everything in it from running', async () => {
  const response = await download();
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('0123456789');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/html',
    'content-length': '10',
    'content-disposition': "attachment; filename*=UTF-8''ten.txt",
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'accept-ranges': 'bytes',
  });
});

test('a part is sent to a reader that asks for a range', async () => {
  const part = await download({ range: 'bytes=2-7' });
  expect(part.status).toBe(206);
  expect(part.headers.get('content-range')).toBe('bytes 2-7/10');
  expect(await part.text()).toBe('234567');
  const beyond = await download({ range: 'bytes=10-' });
  expect(beyond.status).toBe(416);
  expect(beyond.headers.get('content-range')).toBe('bytes */10');
});

test('a link that is none is refused with 403, and no byte of an upload is read', async () => {
  const upload = vi.fn();
  const blobs = { openDownload: () => null, openUpload: () => null, upload };
  const gateway = await gateways.open(runtimeWith(blobs));
  const response = await fetch(`${gateway.url}/api/blobs?token=x`);
  expect(await response.json()).toMatchObject({ status: 403, code: 'forbidden' });
  // Only the head is sent: the answer comes without the rest.
  const head = `PUT ${UPLOAD_PATH}?token=x HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 999999\r\n\r\n`;
  expect(await gateway.raw(head)).toMatch(/^HTTP\/1.1 403 /);
  expect(upload).not.toHaveBeenCalled();
});

test('bytes are read as they come, of the one media type', async () => {
  const received: Buffer[] = [];
  const blobs: Partial<Blobs> = {
    openUpload: () => PERMIT,
    upload: async (_permit, body) => {
      for await (const piece of body) received.push(Buffer.from(piece));
      return { ok: true, value: STORED };
    },
  };
  const { url } = await gateways.open(runtimeWith(blobs));
  const put = (type: string) =>
    fetch(`${url}${UPLOAD_PATH}?token=x`, {
      method: 'PUT',
      headers: { 'content-type': type },
      body: CONTENT,
    });
  const answer = await put('application/octet-stream');
  expect(await answer.json()).toEqual({
    blob: {
      id: BLOB,
      session_id: SESSION,
      url: `fleetlm-blob:${BLOB}`,
      name: 'ten.txt',
      media_type: 'text/html',
      bytes: 10,
      inserted_at: '1970-01-01T00:00:00.000Z',
    },
  });
  expect(Buffer.concat(received)).toEqual(CONTENT);
  expect((await put('application/json')).status).toBe(415);
  // Everywhere else bytes stay refused.
  const elsewhere = await fetch(`${url}/api/sessions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await testToken()}`,
      'content-type': 'application/octet-stream',
    },
    body: CONTENT,
  });
  expect(elsewhere.status).toBe(415);
});

test('as many files as a node sends are sent at once, and one more is refused', async () => {
  const released = Promise.withResolvers<void>();
  const held = {
    ...opened.value,
    read: async function* () {
      yield CONTENT.subarray(0, 1);
      await released.promise;
      yield CONTENT.subarray(1);
    },
  };
  const blobs: Partial<Blobs> = {
    openDownload: () => KEY,
    open: async () => ({ ok: true, value: held }),
  };
  const { url } = await gateways.open(runtimeWith(blobs));
  const get = () => fetch(`${url}/api/blobs?token=x`);
  const sending = [];
  for (let at = 0; at < DOWNLOADS_MAX; at += 1) sending.push(await get());
  expect(await (await get()).json()).toMatchObject({ status: 503, code: 'overloaded' });
  released.resolve();
  for (const response of sending) expect(await response.text()).toBe('0123456789');
});

test('an upload may take longer than other requests', async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const blobs: Partial<Blobs> = {
    openUpload: () => PERMIT,
    upload: async (_permit, body) => {
      await body[Symbol.asyncIterator]().next();
      begun.resolve();
      await release.promise;
      return { ok: true, value: STORED };
    },
  };
  const times = { headersMs: 10_000, requestMs: 200, uploadMs: 60_000, checkMs: 50 };
  const gateway = await gateways.open(runtimeWith(blobs), {}, times);
  const half = (target: string, type: string) =>
    `${target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TEST_API_KEY}\r\ncontent-type: ${type}\r\ncontent-length: 10\r\n\r\n[123`;
  const upload = gateway.raw(half(`PUT ${UPLOAD_PATH}?token=x`, 'application/octet-stream'));
  await begun.promise;
  // Begun later, and over its time already.
  expect(await gateway.raw(half('POST /api/chat', 'application/json'))).toMatch(/^HTTP\/1.1 408 /);
  release.resolve();
  expect(await upload).toMatch(/^HTTP\/1.1 200 /);
});
