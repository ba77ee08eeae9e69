import { Buffer } from 'node:buffer';
import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Disk, DiskError, type DiskFile, type DiskResult } from './disk.ts';

type Done<T> = (result: DiskResult<T>) => void;

const MODE_FILE = 0o600;
/** The kernel takes no more pieces in one call; the rest is a short write. */
const IOV_MAX = 1024;

/** The real disk. The only file of the log that knows node:fs. */
export const nodeDisk: Disk = {
  open(path, mode, done) {
    const flags = mode === 'create' ? 'wx+' : 'r+';
    fs.open(path, flags, MODE_FILE, (error, fd) => {
      if (error === null) done({ ok: true, value: new NodeFile(fd, path) });
      else done(failed(error));
    });
  },
  list(directory, done) {
    fs.readdir(directory, (error, names) =>
      done(error === null ? { ok: true, value: names.sort() } : failed(error)),
    );
  },
  makeDirectory(path, done) {
    fs.mkdir(path, { recursive: true, mode: 0o700 }, (error, first) => {
      if (error !== null) done(failed(error));
      else if (first === undefined) done(OK);
      else syncUpTo(resolve(path), dirname(resolve(first)), done);
    });
  },
  rename(from, to, done) {
    fs.rename(from, to, finish(done));
  },
  unlink(path, done) {
    fs.unlink(path, finish(done));
  },
  syncDirectory(path, done) {
    fs.open(path, 'r', (error, fd) => {
      if (error !== null) {
        done(failed(error));
        return;
      }
      fs.fsync(fd, (syncError) => {
        fs.close(fd, (closeError) => {
          const first = syncError ?? closeError ?? null;
          done(first === null ? OK : failed(first));
        });
      });
    });
  },
};

/** Syncs the parents of `path` up to and including `top`: each holds the entry of the one below. */
function syncUpTo(path: string, top: string, done: Done<void>): void {
  const parent = dirname(path);
  nodeDisk.syncDirectory(parent, (result) => {
    if (!result.ok || parent === top || parent === dirname(parent)) done(result);
    else syncUpTo(parent, top, done);
  });
}

const OK: DiskResult<void> = { ok: true, value: undefined };

function failed(error: NodeJS.ErrnoException): { readonly ok: false; readonly error: DiskError } {
  return { ok: false, error: new DiskError(error.code ?? 'UNKNOWN', error.message) };
}

function finish(done: Done<void>): (error: NodeJS.ErrnoException | null) => void {
  return (error) => done(error === null ? OK : failed(error));
}

class NodeFile implements DiskFile {
  readonly #fd: number;
  readonly #path: string;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  write(data: readonly Uint8Array[], position: number, done: Done<number>): void {
    const finished = (error: NodeJS.ErrnoException | null, written: number): void =>
      done(error === null ? { ok: true, value: written } : failed(error));
    const [only] = data;
    if (data.length === 1 && only !== undefined)
      fs.write(this.#fd, only, 0, only.length, position, finished);
    else fs.writev(this.#fd, data.slice(0, IOV_MAX), position, finished);
  }

  dataSync(done: Done<void>): void {
    fs.fdatasync(this.#fd, finish(done));
  }

  read(position: number, length: number, done: Done<Uint8Array>): void {
    const buffer = Buffer.allocUnsafeSlow(length);
    const more = (filled: number): void => {
      fs.read(this.#fd, buffer, filled, length - filled, position + filled, (error, count) => {
        if (error !== null) done(failed(error));
        else if (count === 0 || filled + count === length)
          done({ ok: true, value: buffer.subarray(0, filled + count) });
        else more(filled + count);
      });
    };
    more(0);
  }

  readSync(position: number, length: number): Uint8Array {
    const buffer = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const count = this.#readSome(buffer, filled, position + filled);
      if (count === 0) throw new DiskError('EIO', `${this.#path} ends at ${position + filled}`);
      filled += count;
    }
    return buffer;
  }

  #readSome(buffer: Buffer, filled: number, position: number): number {
    try {
      return fs.readSync(this.#fd, buffer, filled, buffer.length - filled, position);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'EIO';
      throw new DiskError(code, `${this.#path} at ${position}: ${String(error)}`);
    }
  }

  size(done: Done<number>): void {
    fs.fstat(this.#fd, (error, stats) =>
      done(error === null ? { ok: true, value: stats.size } : failed(error)),
    );
  }

  truncate(length: number, done: Done<void>): void {
    fs.ftruncate(this.#fd, length, finish(done));
  }

  close(done: Done<void>): void {
    fs.close(this.#fd, finish(done));
  }
}
