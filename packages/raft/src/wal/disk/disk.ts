/**
 * The disk as the log sees it: the port that the simulator replaces. Callback style, so that one event of
 * the simulator is one synchronous call. A callback is never called synchronously from the call itself.
 */
export interface Disk {
  /** Opens for reading and writing; `create` fails when the file exists. */
  open(
    path: string,
    mode: 'create' | 'existing',
    done: (result: DiskResult<DiskFile>) => void,
  ): void;
  /** Names (not paths) in a directory, sorted. */
  list(directory: string, done: (result: DiskResult<readonly string[]>) => void): void;
  /** Makes a directory and those above it that are missing, durably; one that is there already is fine. */
  makeDirectory(path: string, done: (result: DiskResult<void>) => void): void;
  rename(from: string, to: string, done: (result: DiskResult<void>) => void): void;
  unlink(path: string, done: (result: DiskResult<void>) => void): void;
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string, done: (result: DiskResult<void>) => void): void;
}

/** An open file. Positions and lengths are in bytes. */
export interface DiskFile {
  /** Writes may be short: `value` is the count of bytes written. */
  write(
    data: readonly Uint8Array[],
    position: number,
    done: (result: DiskResult<number>) => void,
  ): void;
  /** Must only be called once every write that it is meant to cover has called back. */
  dataSync(done: (result: DiskResult<void>) => void): void;
  /** Bytes read; less than asked only at the end of the file. */
  read(position: number, length: number, done: (result: DiskResult<Uint8Array>) => void): void;
  /** The same, at once: for the rare follower that lags behind the entries kept in memory. */
  readSync(position: number, length: number): Uint8Array;
  size(done: (result: DiskResult<number>) => void): void;
  truncate(length: number, done: (result: DiskResult<void>) => void): void;
  close(done: (result: DiskResult<void>) => void): void;
}

/** How an operation of the disk ended. */
export type DiskResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DiskError };

/** An operation of the disk that failed; `code` is the system's, such as ENOSPC. */
export class DiskError extends Error {
  /** The operating system's code: EIO, ENOSPC, ENOENT, EEXIST ... */
  readonly code: string;
  constructor(code: string, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'DiskError';
    this.code = code;
  }
}
