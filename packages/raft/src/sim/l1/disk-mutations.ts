import type { Disk, DiskFile, DiskResult } from '../../wal/disk.ts';

/**
 * Deliberate bugs around the disk, put between the production code and the simulated disk: to the code above
 * they look like what it would do if it had them itself.
 */
export const DISK_MUTATIONS = [
  /** Acknowledged without a sync. */
  'dataSyncSkipped',
  /** New files are used before their names are durable. */
  'directorySyncSkipped',
  /** A sync that failed is taken for one that worked. */
  'syncErrorIgnored',
  /** What a file holds when it is opened is believed without syncing it. */
  'recoverySyncSkipped',
  /** A write that was cut short is taken for a whole one. */
  'shortWriteIgnored',
  /** Nothing is checked: every checksum is the same. */
  'checksumConstant',
] as const;

export type DiskMutation = (typeof DISK_MUTATIONS)[number];

const DONE: DiskResult<void> = { ok: true, value: undefined };

/** The disk as code with that bug would use it. Without a bug it is the disk itself. */
export function withBug(disk: Disk, mutation: DiskMutation | null): Disk {
  if (mutation === null || mutation === 'checksumConstant') return disk;
  return {
    open: (path, mode, done) =>
      disk.open(path, mode, (result) =>
        done(result.ok ? { ok: true, value: new BuggyFile(result.value, mode, mutation) } : result),
      ),
    list: (directory, done) => disk.list(directory, done),
    makeDirectory: (path, done) => disk.makeDirectory(path, done),
    rename: (from, to, done) => disk.rename(from, to, done),
    unlink: (path, done) => disk.unlink(path, done),
    syncDirectory: (path, done) => {
      // Something that takes its time and does nothing.
      if (mutation === 'directorySyncSkipped') disk.list(path, () => done(DONE));
      else disk.syncDirectory(path, done);
    },
  };
}

class BuggyFile implements DiskFile {
  readonly #file: DiskFile;
  readonly #mutation: DiskMutation;
  #isFresh: boolean;

  constructor(file: DiskFile, mode: 'create' | 'existing', mutation: DiskMutation) {
    this.#file = file;
    this.#mutation = mutation;
    this.#isFresh = mode === 'existing';
  }

  write(
    data: readonly Uint8Array[],
    position: number,
    done: (result: DiskResult<number>) => void,
  ): void {
    const bytes = data.reduce((sum, part) => sum + part.length, 0);
    this.#file.write(data, position, (result) =>
      done(
        result.ok && this.#mutation === 'shortWriteIgnored' ? { ok: true, value: bytes } : result,
      ),
    );
  }

  dataSync(done: (result: DiskResult<void>) => void): void {
    const isSkipped =
      this.#mutation === 'dataSyncSkipped' ||
      (this.#mutation === 'recoverySyncSkipped' && this.#isFresh);
    this.#isFresh = false;
    if (isSkipped) this.#file.size(() => done(DONE));
    else
      this.#file.dataSync((result) => done(this.#mutation === 'syncErrorIgnored' ? DONE : result));
  }

  read(position: number, length: number, done: (result: DiskResult<Uint8Array>) => void): void {
    this.#file.read(position, length, done);
  }

  readSync(position: number, length: number): Uint8Array {
    return this.#file.readSync(position, length);
  }

  size(done: (result: DiskResult<number>) => void): void {
    this.#file.size(done);
  }

  truncate(length: number, done: (result: DiskResult<void>) => void): void {
    this.#file.truncate(length, done);
  }

  close(done: (result: DiskResult<void>) => void): void {
    this.#file.close(done);
  }
}
