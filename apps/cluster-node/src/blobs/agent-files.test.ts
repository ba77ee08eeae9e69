import { afterEach, expect, test } from 'vitest';
import { AGENT_INLINE_BYTES_MAX } from '../limits.ts';
import { agentFiles, isPublic } from './agent-files.ts';
import { BlobStoreUnavailableError, blobSessionOf } from './blob.ts';
import { BlobLinks } from './blob-links.ts';
import { HolderStore } from './holder-store.ts';
import { Directories, directPeers, newKey, put } from './testing/blobs.ts';
import { SESSION } from './testing/service.ts';

const directories = new Directories();
afterEach(() => directories.clean());

async function filesAt(publicUrl: string, holds = true) {
  const local = await directories.open();
  const unavailable: unknown[] = [];
  const store = new HolderStore({
    local,
    peers: directPeers(new Map()),
    holds: () => holds,
    otherHolders: () => [],
  });
  const ports = {
    store,
    publicUrl,
    links: new BlobLinks(['a passphrase of a test'], Date.now),
    wallClockMs: Date.now,
    onUnavailable: (error: unknown) => unavailable.push(error),
  };
  return { local, ports, unavailable };
}

const LINK = /^https?:\/\/[^/]+\/api\/blobs\?token=/;

test('an agent is sent an address where models can reach it, and the bytes where they can not', async () => {
  const { local, ports } = await filesAt('https://chat.example.com');
  const { blobId } = await put(local, Buffer.from('hello'), newKey(), { mediaType: 'text/plain' });
  const inline = 'data:text/plain;base64,aGVsbG8=';
  expect(await agentFiles(ports, SESSION, false)(blobId)).toMatch(LINK);
  // A server that takes no addresses.
  expect(await agentFiles(ports, SESSION, true)(blobId)).toBe(inline);
  const own = { ...ports, publicUrl: 'http://127.0.0.1:4001' };
  expect(await agentFiles(own, SESSION, false)(blobId)).toBe(inline);
});

test('as much is sent inside of a call as fits, and the rest by address', async () => {
  const { local, ports } = await filesAt('http://n1:4001');
  const large = await put(local, Buffer.alloc(AGENT_INLINE_BYTES_MAX - 1));
  const one = await put(local, Buffer.from('1'));
  const more = await put(local, Buffer.from('2'));
  const files = agentFiles(ports, SESSION, false);
  expect(await files(large.blobId)).toMatch(/^data:/);
  expect(await files(one.blobId)).toMatch(/^data:/);
  expect(await files(more.blobId)).toMatch(LINK);
  // Each call has its own room.
  expect(await agentFiles(ports, SESSION, false)(more.blobId)).toMatch(/^data:/);
});

test('a file that is gone, or a store that is away, does not keep the agent from being called', async () => {
  const { ports, unavailable } = await filesAt('http://n1:4001', false);
  const { blobId } = newKey(blobSessionOf(SESSION));
  expect(await agentFiles(ports, SESSION, false)(blobId)).toMatch(LINK);
  expect(unavailable).toEqual([expect.any(BlobStoreUnavailableError)]);
});

test.each([
  ['https://chat.example.com/x', true],
  ['http://203.0.113.9/x', false],
  ['http://8.8.8.8:4001/x', true],
  ['http://127.0.0.1:4001/x', false],
  ['http://10.1.2.3/x', false],
  ['http://[::1]:4001/x', false],
  ['http://[2606:4700::1111]/x', true],
  ['http://localhost/x', false],
  ['http://n1:4001/x', false],
  ['http://storage.internal/x', false],
])('%s is public: %s', (url, expected) => {
  expect(isPublic(url)).toBe(expected);
});
