import { Buffer } from 'node:buffer';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type Disk, DiskError, type DiskFile, type DiskResult } from './disk.ts';

type Done<T> = (result: DiskResult<T>) => void;

const MODE_FILE = 0o600;

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
    fs.mkdir(path, { recursive: true, mode: 0o700 }, (error) =>
      done(error === null ? OK : failed(error)),
    );
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
    fs.writev(this.#fd, [...data], position, (error, written) => {
      done(error === null ? { ok: true, value: written } : failed(error));
    });
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
      const count = fs.readSync(this.#fd, buffer, filled, length - filled, position + filled);
      if (count === 0) throw new DiskError('EIO', `${this.#path} ends at ${position + filled}`);
      filled += count;
    }
    return buffer;
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

/** Paths of files in a directory. */
export function pathIn(directory: string, name: string): string {
  return join(directory, name);
}
