import { randomUUID } from 'node:crypto';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { BLOB_PIECE_BYTES_MAX } from '../limits.ts';
import {
  type BlobKey,
  type BlobRecord,
  type BlobSession,
  type BlobUsage,
  type ByteRange,
  groupOfBlobs,
  type KeptBlob,
  type StagedBlob,
} from './blob.ts';
import { DamagedBlobError, exactly, readRecord, sealBlobFile, syncDirectory } from './blob-file.ts';
import { keptBlobs, REFERENCED } from './kept-blobs.ts';

/** A file that is not what was written. */
const DAMAGED = '.damaged';

/** A piece of a stored file, with what is known of the whole. */
export interface BlobPiece {
  readonly record: BlobRecord;
  readonly bytes: Uint8Array;
}

/**
 * The files on this node's disk: `<group>/<user>/<session>/<file>`. A file is there whole or not at all; what was being
 * written when a process ended is cleared when the next one starts.
 */
export class LocalBlobs {
  readonly #files: string;
  readonly #staging: string;

  readonly #onDamaged: (error: DamagedBlobError) => void;

  private constructor(directory: string, onDamaged: (error: DamagedBlobError) => void) {
    this.#onDamaged = onDamaged;
    this.#files = join(directory, 'files');
    this.#staging = join(directory, 'staging');
  }

  /** `onDamaged` reports a file that is not what was written; it is put aside, and counts as one that is missing here. */
  static async open(
    directory: string,
    onDamaged: (error: DamagedBlobError) => void,
  ): Promise<LocalBlobs> {
    const blobs = new LocalBlobs(directory, onDamaged);
    await rm(blobs.#staging, { recursive: true, force: true });
    await mkdir(blobs.#staging, { recursive: true });
    await mkdir(blobs.#files, { recursive: true });
    await syncDirectory(directory);
    return blobs;
  }

  /** A name for a file that is about to be written. */
  stage(): StagedBlob {
    return { path: join(this.#staging, randomUUID()) };
  }

  async discard({ path }: StagedBlob): Promise<void> {
    await rm(path, { force: true });
  }

  /** On disk once it resolves. A file of the same name is replaced. */
  async commit(key: BlobKey, record: BlobRecord, { path }: StagedBlob): Promise<void> {
    const target = this.#pathOf(key);
    await this.#makeDirectories(key);
    await sealBlobFile(path, target, record);
  }

  find(key: BlobKey): Promise<BlobRecord | null> {
    return this.#reading(key, (file, path) => readRecord(file, path));
  }

  /** At most BLOB_PIECE_BYTES_MAX from `offset` on; null: there is no such file here. */
  piece(key: BlobKey, offset: number, length: number): Promise<BlobPiece | null> {
    return this.#reading(key, async (file, path) => {
      const record = await readRecord(file, path);
      const wanted = Math.min(length, BLOB_PIECE_BYTES_MAX, Math.max(0, record.bytes - offset));
      return { record, bytes: await exactly(file, offset, wanted, path) };
    });
  }

  /** The bytes of a range, in pieces. */
  async *read(key: BlobKey, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
    const path = this.#pathOf(key);
    const file = await open(path, 'r');
    try {
      for (let at = start; at <= end; at += BLOB_PIECE_BYTES_MAX)
        yield await exactly(file, at, Math.min(BLOB_PIECE_BYTES_MAX, end + 1 - at), path);
    } finally {
      await file.close();
    }
  }

  /** What one user has here, with the record behind each file. */
  async usage(user: BlobSession): Promise<BlobUsage> {
    const directory = join(this.#files, groupName(groupOfBlobs(user)), user.userKey);
    let bytes = 0;
    let files = 0;
    for (const session of await namesIn(directory)) {
      for (const name of await namesIn(join(directory, session))) {
        if (name.endsWith(REFERENCED) || name.endsWith(DAMAGED)) continue;
        bytes += await sizeOf(join(directory, session, name));
        files += 1;
      }
    }
    return { bytes, files };
  }

  async remove(key: BlobKey): Promise<void> {
    const path = this.#pathOf(key);
    await rm(path, { force: true });
    await rm(`${path}${REFERENCED}`, { force: true });
  }

  async removeSession(session: BlobSession): Promise<void> {
    await rm(this.#directoryOf(session), { recursive: true, force: true });
  }

  async markReferenced(key: BlobKey): Promise<void> {
    if ((await this.find(key)) === null) return;
    await writeFile(`${this.#pathOf(key)}${REFERENCED}`, '');
  }

  /** Files of one group behind another one in their order, at most `limit`. */
  async list(group: number, after: BlobKey | null, limit: number): Promise<readonly BlobKey[]> {
    const listed: BlobKey[] = [];
    for await (const blobs of this.#sessionsOf(groupName(group), after)) {
      for (const { key } of blobs) {
        if (after !== null && orderOf(key) <= orderOf(after)) continue;
        listed.push(key);
        if (listed.length >= limit) return listed;
      }
    }
    return listed;
  }

  /** Every file here, conversation by conversation. */
  async *sessions(): AsyncGenerator<readonly [KeptBlob, ...KeptBlob[]]> {
    for (const group of await namesIn(this.#files)) yield* this.#sessionsOf(group, null);
  }

  /** From the conversation of `after` on. */
  async *#sessionsOf(
    group: string,
    after: BlobKey | null,
  ): AsyncGenerator<readonly [KeptBlob, ...KeptBlob[]]> {
    const directory = join(this.#files, group);
    for (const userKey of await namesIn(directory)) {
      if (after !== null && userKey < after.userKey) continue;
      for (const sessionId of await namesIn(join(directory, userKey))) {
        if (after?.userKey === userKey && sessionId < after.sessionId) continue;
        const names = await namesIn(join(directory, userKey, sessionId));
        const [first, ...others] = keptBlobs({ userKey, sessionId }, names);
        if (first !== undefined) yield [first, ...others];
      }
    }
  }

  async #makeDirectories(session: BlobSession): Promise<void> {
    const made = await mkdir(this.#directoryOf(session), { recursive: true });
    if (made === undefined) return;
    const user = join(this.#directoryOf(session), '..');
    for (const directory of [user, join(user, '..'), this.#files]) await syncDirectory(directory);
  }

  /** Null: there is no such file here, or none that can be read as one. */
  async #reading<T>(
    key: BlobKey,
    read: (file: FileHandle, path: string) => Promise<T>,
  ): Promise<T | null> {
    const path = this.#pathOf(key);
    const file = await openIfThere(path);
    if (file === null) return null;
    try {
      return await read(file, path);
    } catch (error) {
      if (!(error instanceof DamagedBlobError)) throw error;
      this.#onDamaged(error);
      // An operator may want to look at it; a whole copy takes its place.
      await rename(path, `${path}${DAMAGED}`);
      return null;
    } finally {
      await file.close();
    }
  }

  #directoryOf(session: BlobSession): string {
    const { userKey, sessionId } = session;
    return join(this.#files, groupName(groupOfBlobs(session)), userKey, sessionId);
  }

  #pathOf(key: BlobKey): string {
    return join(this.#directoryOf(key), key.blobId);
  }
}

/** In the order of the directories. */
function orderOf({ userKey, sessionId, blobId }: BlobKey): string {
  return `${userKey}/${sessionId}/${blobId}`;
}

/** The name of the directory of a group. */
function groupName(group: number): string {
  return group.toString(16).padStart(2, '0');
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}
