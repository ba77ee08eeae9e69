import type { Disk, DiskError, DiskFile, DiskResult } from './disk.ts';

/** The disk's callbacks as promises, for what is not on the hot path (opening, rolling, snapshots). */
export function ask<T>(call: (done: (result: DiskResult<T>) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((result) => {
      if (result.ok) resolve(result.value);
      else reject(result.error);
    });
  });
}

/** Writes everything at `position`, however short the single writes are. */
export function writeFully(
  file: DiskFile,
  data: Uint8Array,
  position: number,
  done: (error: DiskError | null) => void,
): void {
  file.write([data], position, (result) => {
    if (!result.ok) done(result.error);
    else if (result.value >= data.length) done(null);
    else writeFully(file, data.subarray(result.value), position + result.value, done);
  });
}

export function writeAll(file: DiskFile, data: Uint8Array, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    writeFully(file, data, position, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** A file of `length` bytes that starts with `head`, the rest zeros, synced; its directory entry too. */
export async function createFilled(
  disk: Disk,
  directory: string,
  name: string,
  head: Uint8Array,
  length: number,
): Promise<DiskFile> {
  const file = await ask<DiskFile>((done) => disk.open(`${directory}/${name}`, 'create', done));
  const zeros = new Uint8Array(Math.min(1024 * 1024, length));
  for (let at = 0; at < length; at += zeros.length) {
    await writeAll(file, zeros.subarray(0, Math.min(zeros.length, length - at)), at);
  }
  // The header comes last: a file that has one is whole.
  await ask<void>((done) => file.dataSync(done));
  await writeAll(file, head, 0);
  await ask<void>((done) => file.dataSync(done));
  await ask<void>((done) => disk.syncDirectory(directory, done));
  return file;
}
