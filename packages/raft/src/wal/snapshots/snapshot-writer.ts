import type { Clock } from '../../clock/clock.ts';
import type { SnapshotMetadata } from '../../core/index.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import type { Disk, DiskFile } from '../disk/disk.ts';
import { closeFile, dataSync, removeIfThere, syncDirectory, writeAll } from '../disk/disk-steps.ts';
import { ask, type Steps } from '../disk/steps.ts';
import type { GroupKey } from '../wal-api.ts';
import {
  chunkPieces,
  chunkPosition,
  encodeSnapshotHeader,
  SNAPSHOT_CHUNK_BYTES,
  snapshotName,
} from './snapshot-file.ts';

/** A megabyte. */
const CHUNKS_PER_WRITE = 16;

export interface SnapshotFileOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly crc32c: Crc32c;
  /** For callbacks that come later than their call. */
  readonly clock: Clock;
}

/** A temporary file into which a snapshot is written, whether it comes from here or from a leader. */
export class SnapshotWriter {
  readonly #options: SnapshotFileOptions;
  readonly #key: GroupKey;
  readonly #metadata: SnapshotMetadata;
  readonly #temporary: string;
  #file: DiskFile | null = null;
  #bytes = 0;
  #dataCrc = 0;

  constructor(
    options: SnapshotFileOptions,
    key: GroupKey,
    metadata: SnapshotMetadata,
    temporary: string,
  ) {
    this.#options = options;
    this.#key = key;
    this.#metadata = metadata;
    this.#temporary = temporary;
  }

  *open(): Steps<void> {
    const { disk, directory } = this.#options;
    yield* removeIfThere(disk, directory, this.#temporary);
    this.#file = yield* ask<DiskFile>((done) =>
      disk.open(`${directory}/${this.#temporary}`, 'create', done),
    );
  }

  get #open(): DiskFile {
    if (this.#file === null) throw new Error(`${this.#temporary} is not open`);
    return this.#file;
  }

  /** Appends whole chunks; only the last one of all may be shorter. */
  *write(data: Uint8Array): Steps<void> {
    const { crc32c } = this.#options;
    const file = this.#open;
    for (let at = 0; at < data.length; ) {
      const position = chunkPosition(this.#bytes);
      const pieces: Uint8Array[] = [];
      for (let count = 0; count < CHUNKS_PER_WRITE && at < data.length; count += 1) {
        const chunk = data.subarray(at, at + SNAPSHOT_CHUNK_BYTES);
        pieces.push(...chunkPieces(chunk, crc32c));
        this.#dataCrc = crc32c(chunk, this.#dataCrc);
        this.#bytes += chunk.length;
        at += chunk.length;
      }
      yield* writeAll(file, pieces, position);
    }
  }

  /** Header, sync, rename, sync of the directory: from then on it is the newest one. */
  *finish(): Steps<void> {
    const { disk, directory, crc32c } = this.#options;
    const file = this.#open;
    const header = {
      key: this.#key,
      metadata: this.#metadata,
      totalBytes: this.#bytes,
      dataCrc: this.#dataCrc,
    };
    yield* writeAll(file, [encodeSnapshotHeader(header, crc32c)], 0);
    yield* dataSync(file);
    this.#file = null;
    yield* closeFile(file);
    const name = snapshotName(this.#key, this.#metadata.index);
    yield* ask<void>((done) =>
      disk.rename(`${directory}/${this.#temporary}`, `${directory}/${name}`, done),
    );
    yield* syncDirectory(disk, directory);
  }

  *abort(): Steps<void> {
    const { disk, directory } = this.#options;
    const file = this.#file;
    this.#file = null;
    if (file !== null) yield* closeFile(file);
    yield* removeIfThere(disk, directory, this.#temporary);
  }
}
