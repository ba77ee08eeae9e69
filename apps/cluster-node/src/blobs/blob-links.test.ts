import { expect, test } from 'vitest';
import { BlobLinks } from './blob-links.ts';
import { newKey } from './testing/blobs.ts';

const KEY = newKey();
const PERMIT = { key: KEY, untilMs: 2_000, name: 'a', mediaType: 'x/y', bytes: 1, afterSeq: 0 };

function tokenOf(url: string): string {
  return new URL(url, 'http://node').searchParams.get('token') ?? '';
}

test('a link says what its holder may do until it expires, and no other thing', () => {
  let nowMs = 1_000;
  const links = new BlobLinks(['a passphrase'], () => nowMs);
  const up = tokenOf(links.upload(PERMIT));
  const down = tokenOf(links.download(KEY, 2_000));
  expect(links.openUpload(up)).toEqual(PERMIT);
  expect(links.openDownload(down)).toEqual(KEY);
  expect(links.openUpload(down)).toBeNull();
  expect(links.openDownload(up)).toBeNull();
  nowMs = 2_000;
  expect(links.openUpload(up)).toBeNull();
  expect(links.openDownload(down)).toBeNull();
});

test('no letter of a link can be changed', () => {
  const links = new BlobLinks(['a passphrase'], () => 0);
  const token = tokenOf(links.download(KEY, 2_000));
  for (let at = 0; at < token.length - 1; at += 1) {
    const other = token[at] === 'A' ? 'B' : 'A';
    expect(links.openDownload(token.slice(0, at) + other + token.slice(at + 1))).toBeNull();
  }
  for (const odd of ['', '.', token.slice(0, -2), `${token}.x`, token.replace('.', '')])
    expect(links.openDownload(odd)).toBeNull();
});

test('nodes verify with every passphrase they have, and sign with the first', () => {
  const before = new BlobLinks(['an older one'], () => 0);
  const during = new BlobLinks(['a newer one', 'an older one'], () => 0);
  const after = new BlobLinks(['a newer one'], () => 0);
  const old = tokenOf(before.download(KEY, 2_000));
  expect(during.openDownload(old)).toEqual(KEY);
  expect(after.openDownload(old)).toBeNull();
  expect(after.openDownload(tokenOf(during.download(KEY, 2_000)))).toEqual(KEY);
});
