import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process holds the directory: it must end before this one can start. */
export class DirectoryInUseError extends Error {
  constructor(directory: string) {
    super(
      `${directory} is in use by another process; stop that one, or give this one a DATA_DIR of its own`,
    );
    this.name = 'DirectoryInUseError';
  }
}

/** A data directory that this process holds. */
export interface DirectoryLock {
  /** Gives the directory back. */
  release(): void;
}

const LOCK_FILE = 'lock';
/** SQLITE_BUSY, without its extensions: another process holds the lock. */
const BUSY = 5;

/**
 * Keeps a second process off a data directory with a lock of the operating system on a file in it. It holds for any process that
 * reaches the file, from another container or network namespace too, and ends with the process, however that ends: it is
 * never stale. SQLite takes it (an exclusive transaction that writes nothing), because Node has no call of its own. The
 * directory must exist. Throws a DirectoryInUseError.
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = new DatabaseSync(join(directory, LOCK_FILE));
  try {
    // Without a journal in memory a killed process would leave one on the disk.
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    file.close();
    throw isBusy(error) ? new DirectoryInUseError(directory) : error;
  }
  return { release: () => file.close() };
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === BUSY
  );
}
