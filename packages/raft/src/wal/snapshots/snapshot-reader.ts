import type { SnapshotMetadata } from '../../core/index.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import type { DiskFile } from '../disk/disk.ts';
import { closeFile, readExactly } from '../disk/disk-steps.ts';
import { ask, run, type Steps } from '../disk/steps.ts';
import { corrupt, failureOf } from '../wal-failure.ts';
import type { SnapshotReader, StoredSnapshot, StoreResult } from './snapshot-api.ts';
import {
  chunkPosition,
  readChunk,
  readSnapshotHeader,
  SNAPSHOT_CHUNK_BYTES,
  SNAPSHOT_HEADER_BYTES,
  type SnapshotHeader,
  type SnapshotName,
  snapshotFileBytes,
} from './snapshot-file.ts';

/** The header of an open file that must be the snapshot that its name says. Throws what failureOf understands. */
export function* readHeader(
  file: DiskFile,
  name: string,
  named: SnapshotName,
  crc32c: Crc32c,
): Steps<SnapshotHeader> {
  const size = yield* ask<number>((done) => file.size(done));
  if (size < SNAPSHOT_HEADER_BYTES) throw corrupt(name, 0, 'the snapshot has no header');
  const bytes = yield* readExactly(file, name, 0, SNAPSHOT_HEADER_BYTES);
  const header = readSnapshotHeader(bytes, name, crc32c);
  const { key, metadata, totalBytes } = header;
  if (
    key.group !== named.key.group ||
    key.incarnation !== named.key.incarnation ||
    metadata.index !== named.index
  )
    throw corrupt(name, 0, 'it is another snapshot under this name');
  if (size !== snapshotFileBytes(totalBytes))
    throw corrupt(name, 0, `${size} bytes where ${snapshotFileBytes(totalBytes)} belong`);
  return header;
}

/** The data of one chunk, verified. */
function* readChunkAt(
  file: DiskFile,
  name: string,
  start: number,
  totalBytes: number,
  crc32c: Crc32c,
): Steps<Uint8Array> {
  const length = Math.min(SNAPSHOT_CHUNK_BYTES, totalBytes - start);
  const position = chunkPosition(start);
  const head = position + snapshotFileBytes(length) - SNAPSHOT_HEADER_BYTES;
  return readChunk(yield* readExactly(file, name, position, head - position), crc32c);
}

/** All of it, every checksum verified. */
export function* readWholeSnapshot(
  file: DiskFile,
  name: string,
  named: SnapshotName,
  crc32c: Crc32c,
): Steps<StoredSnapshot> {
  const { metadata, totalBytes, dataCrc } = yield* readHeader(file, name, named, crc32c);
  const data = new Uint8Array(totalBytes);
  let crc = 0;
  for (let at = 0; at < totalBytes; at += SNAPSHOT_CHUNK_BYTES) {
    const chunk = yield* readChunkAt(file, name, at, totalBytes, crc32c);
    crc = crc32c(chunk, crc);
    data.set(chunk, at);
  }
  if (crc !== dataCrc) throw corrupt(name, 0, 'the data of the snapshot is damaged');
  return { metadata, data };
}

/** Reads pieces of an open snapshot, for sending. */
export class StoredSnapshotReader implements SnapshotReader {
  readonly metadata: SnapshotMetadata;
  readonly totalBytes: number;
  readonly #file: DiskFile;
  readonly #name: string;
  readonly #crc32c: Crc32c;

  constructor(file: DiskFile, name: string, header: SnapshotHeader, crc32c: Crc32c) {
    this.metadata = header.metadata;
    this.totalBytes = header.totalBytes;
    this.#file = file;
    this.#name = name;
    this.#crc32c = crc32c;
  }

  read(offset: number, bytesMax: number, done: (result: StoreResult<Uint8Array>) => void): void {
    run(this.#read(offset, bytesMax), (outcome) => {
      if (outcome.ok) done(outcome);
      else done({ ok: false, failure: failureOf(outcome.error, this.#name) });
    });
  }

  *#read(offset: number, bytesMax: number): Steps<Uint8Array> {
    const start = offset - (offset % SNAPSHOT_CHUNK_BYTES);
    // At the end a read of nothing answers, later than the call.
    if (offset >= this.totalBytes)
      return yield* ask<Uint8Array>((done) => this.#file.read(0, 0, done));
    const chunk = yield* readChunkAt(this.#file, this.#name, start, this.totalBytes, this.#crc32c);
    return chunk.subarray(offset - start, offset - start + Math.max(1, bytesMax));
  }

  close(done: () => void): void {
    run(closeFile(this.#file), done);
  }
}
