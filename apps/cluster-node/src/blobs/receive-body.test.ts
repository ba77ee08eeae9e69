import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { receiveBody } from './receive-body.ts';
import { Directories } from './testing/blobs.ts';

const directories = new Directories();
afterEach(() => directories.clean());

const TIMES = { idleMs: 60_000, totalMs: 60_000 };

async function stage() {
  return (await directories.open()).stage();
}

test('a body is written as it comes, and known by its hash and its beginning', async () => {
  const staged = await stage();
  const body = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
  const { sha256, head } = await receiveBody(body, staged, 4, TIMES);
  expect(readFileSync(staged.path, 'utf8')).toBe('abcd');
  expect(sha256).toBe(createHash('sha256').update('abcd').digest('hex'));
  expect(Buffer.from(head).toString()).toBe('abcd');
});

test.each([
  ['more bytes than were announced', 3, 'payload_too_large'],
  ['fewer bytes than were announced', 5, 'invalid_request'],
])('%s are refused', async (_what, bytes, code) => {
  const body = Readable.from([Buffer.from('ab'), Buffer.from('cd')]);
  await expect(receiveBody(body, await stage(), bytes, TIMES)).rejects.toMatchObject({ code });
});

test.each([
  ['brings nothing for too long', { idleMs: 20, totalMs: 60_000 }],
  ['takes too long in all', { idleMs: 60_000, totalMs: 20 }],
])('a body that %s is refused', async (_what, times) => {
  const never = new Readable({ read: () => undefined });
  never.push('ab');
  await expect(receiveBody(never, await stage(), 4, times)).rejects.toMatchObject({
    code: 'request_timeout',
  });
});
