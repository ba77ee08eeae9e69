import { ByteReader, ByteWriter } from '../codec/bytes.ts';
import { readSnapshotMetadata, writeSnapshotMetadata } from '../codec/entry-codec.ts';
import type { SnapshotMetadata } from '../core/index.ts';
import type { Crc32c } from './crc32c.ts';
import type { Disk } from './disk.ts';
import { ask } from './disk-steps.ts';
import { readDurableFile, writeDurableFile } from './durable-file.ts';
import type { GroupKey } from './wal-api.ts';

export interface StoredSnapshot {
  readonly metadata: SnapshotMetadata;
  readonly data: Uint8Array;
}

/** The newest snapshot of each group's state machine, one checksummed file each, atomically replaced. */
export interface SnapshotStore {
  /** Durable once it resolves; the previous one stays until then. */
  save(key: GroupKey, metadata: SnapshotMetadata, data: Uint8Array): Promise<void>;
  /** Null: none. Rejects with DiskError('EBADMSG') when it is damaged. */
  load(key: GroupKey): Promise<StoredSnapshot | null>;
  remove(key: GroupKey): Promise<void>;
}

export async function openSnapshotStore(options: {
  readonly disk: Disk;
  readonly directory: string;
  readonly crc32c: Crc32c;
}): Promise<SnapshotStore> {
  const { disk, directory, crc32c } = options;
  await ask<void>((done) => disk.makeDirectory(directory, done));
  // One at a time: two snapshots of one group must not write the same temporary file.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work, work);
    queue = result.catch(() => undefined);
    return result;
  };
  return {
    save: (key, metadata, data) =>
      inTurn(() => {
        const out = new ByteWriter(data.length + 256);
        writeSnapshotMetadata(out, metadata);
        out.sized(data);
        return writeDurableFile(disk, directory, nameOf(key), out.view().slice(), crc32c);
      }),
    load: (key) =>
      inTurn(async () => {
        const content = await readDurableFile(disk, directory, nameOf(key), crc32c);
        if (content === null) return null;
        const from = new ByteReader(content);
        const metadata = readSnapshotMetadata(from);
        const data = from.sized();
        from.end();
        return { metadata, data };
      }),
    remove: (key) =>
      inTurn(async () => {
        const names = await ask<readonly string[]>((done) => disk.list(directory, done));
        if (names.includes(nameOf(key)))
          await ask<void>((done) => disk.unlink(`${directory}/${nameOf(key)}`, done));
      }),
  };
}

function nameOf(key: GroupKey): string {
  return `${String(key.group).padStart(5, '0')}-${key.incarnation}.snap`;
}
