import { type Disk, DiskError, type DiskFile } from './disk.ts';
import { ask, type Steps } from './steps.ts';

/** One write call carries at most so many bytes when a file is filled or copied. */
const PIECE_BYTES_MAX = 1024 * 1024;
/** Codes after which the same call is simply made again. */
const TRANSIENT = new Set(['EINTR', 'EAGAIN']);

/** Writes everything at `position`, however short the single writes are. `done` gets null or the error. */
export function writeFully(
  file: DiskFile,
  data: readonly Uint8Array[],
  position: number,
  done: (error: DiskError | null) => void,
): void {
  const length = data.reduce((sum, piece) => sum + piece.length, 0);
  file.write(data, position, (result) => {
    if (!result.ok) {
      if (TRANSIENT.has(result.error.code)) writeFully(file, data, position, done);
      else done(result.error);
    } else if (result.value >= length) done(null);
    else if (result.value <= 0) done(new DiskError('EIO', `nothing was written at ${position}`));
    else writeFully(file, dropBytes(data, result.value), position + result.value, done);
  });
}

function dropBytes(data: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  const rest: Uint8Array[] = [];
  let skip = count;
  for (const piece of data) {
    if (skip < piece.length) rest.push(skip === 0 ? piece : piece.subarray(skip));
    skip = Math.max(0, skip - piece.length);
  }
  return rest;
}

export function* writeAll(
  file: DiskFile,
  data: readonly Uint8Array[],
  position: number,
): Steps<void> {
  yield* ask<void>((done) =>
    writeFully(file, data, position, (error) =>
      done(error === null ? { ok: true, value: undefined } : { ok: false, error }),
    ),
  );
}

/** Zeros over [from, to). */
export function* writeZeros(file: DiskFile, from: number, to: number): Steps<void> {
  const zeros = new Uint8Array(Math.min(PIECE_BYTES_MAX, Math.max(0, to - from)));
  for (let at = from; at < to; at += zeros.length) {
    yield* writeAll(file, [zeros.subarray(0, Math.min(zeros.length, to - at))], at);
  }
}

export function* dataSync(file: DiskFile): Steps<void> {
  yield* ask<void>((done) => file.dataSync(done));
}

/** Makes creations, renames and removals in the directory durable. */
export function* syncDirectory(disk: Disk, directory: string): Steps<void> {
  yield* ask<void>((done) => disk.syncDirectory(directory, done));
}

export function* closeFile(file: DiskFile): Steps<void> {
  yield* ask<void>((done) => file.close(done));
}

/** All bytes of a file; fewer than its size says is an error and never the end of the file. */
export function* readWhole(file: DiskFile, name: string): Steps<Uint8Array> {
  const size = yield* ask<number>((done) => file.size(done));
  return yield* readExactly(file, name, 0, size);
}

export function* readExactly(
  file: DiskFile,
  name: string,
  position: number,
  length: number,
): Steps<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const bytes = yield* ask<Uint8Array>((done) => file.read(position, length, done));
  if (bytes.length !== length) {
    throw new DiskError('EIO', `${name} ends at ${position + bytes.length} while it is read`);
  }
  return bytes;
}

/** Removes a file if it is there; the directory is synced by the caller. */
export function* removeIfThere(disk: Disk, directory: string, name: string): Steps<void> {
  try {
    yield* ask<void>((done) => disk.unlink(`${directory}/${name}`, done));
  } catch (error) {
    if (!(error instanceof DiskError) || error.code !== 'ENOENT') throw error;
  }
}
