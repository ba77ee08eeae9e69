import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { type BlobKey, type BlobRecord, userKeyOf } from '../blob.ts';
import type { BlobPeers } from '../holder-store.ts';
import { IncomingBlobs } from '../incoming-blobs.ts';
import { LocalBlobs } from '../local-blobs.ts';

export const SESSION_ID = '07-01J00000000000000000000000';
export const USER_ID = 'alice';
/** The first bytes of a picture, and some more. */
export const PNG = Buffer.concat([
  Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
  Buffer.alloc(64, 7),
]);

export function newKey(over: Partial<BlobKey> = {}): BlobKey {
  return { userKey: userKeyOf(USER_ID), sessionId: SESSION_ID, blobId: ulid(), ...over };
}

export function recordOf(content: Uint8Array, over: Partial<BlobRecord> = {}): BlobRecord {
  return {
    version: 1,
    name: 'a.bin',
    mediaType: 'application/octet-stream',
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    afterSeq: 0,
    insertedAtMs: Date.now(),
    ...over,
  };
}

/** The files of a directory; one that is damaged fails the test. */
export function openBlobs(
  directory: string,
  onDamaged: (error: Error) => void = (error) => {
    throw error;
  },
): Promise<LocalBlobs> {
  return LocalBlobs.open(directory, onDamaged);
}

/** Directories that are deleted by `clean`. */
export class Directories {
  readonly #made: string[] = [];

  make(): string {
    const directory = mkdtempSync(join(tmpdir(), 'fleetlm-blobs-'));
    this.#made.push(directory);
    return directory;
  }

  open(): Promise<LocalBlobs> {
    return openBlobs(this.make());
  }

  clean(): void {
    for (const directory of this.#made.splice(0)) rmSync(directory, { recursive: true });
  }
}

export async function put(
  blobs: LocalBlobs,
  content: Uint8Array,
  key = newKey(),
  over: Partial<BlobRecord> = {},
): Promise<BlobKey> {
  const staged = blobs.stage();
  await writeFile(staged.path, content);
  await blobs.commit(key, recordOf(content, over), staged);
  return key;
}

export async function contentOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Nodes that are called directly; those in `down` do not answer. */
export function directPeers(
  nodes: ReadonlyMap<string, LocalBlobs>,
  down: ReadonlySet<string> = new Set(),
): BlobPeers {
  const incoming = new Map(
    [...nodes].map(([name, blobs]) => [name, new IncomingBlobs(blobs, () => performance.now())]),
  );
  const at = (name: string): LocalBlobs | null =>
    down.has(name) ? null : (nodes.get(name) ?? null);
  return {
    send: async (name, piece) =>
      down.has(name) ? null : ((await incoming.get(name)?.receive(piece)) ?? null),
    piece: async (name, key, offset, length) => {
      const blobs = at(name);
      return blobs === null ? null : ((await blobs.piece(key, offset, length)) ?? 'missing');
    },
    usage: async (name, user) => (await at(name)?.usage(user)) ?? null,
    list: async (name, group, after) => (await at(name)?.list(group, after, 2)) ?? null,
    remove: async (name, what) => {
      const blobs = at(name);
      await ('blobId' in what ? blobs?.remove(what) : blobs?.removeSession(what));
      return blobs !== null;
    },
  };
}
