import { MalformedBytesError } from '../codec/bytes.ts';
import { DiskError } from './disk/disk.ts';
import type { WalFailure } from './wal-api.ts';

/** Thrown within recovery and the store; becomes the failure that the caller is given. */
export class WalFailureError extends Error {
  readonly failure: WalFailure;
  constructor(failure: WalFailure) {
    super(`${failure.kind}: ${failure.file}: ${failure.detail}`);
    this.name = 'WalFailureError';
    this.failure = failure;
  }
}

export function corrupt(file: string, offset: number, detail: string): WalFailureError {
  return new WalFailureError({ kind: 'corrupt', file, offset, detail });
}

/** Refuses a file of another version by name. Throws a WalFailureError; versions are positive integers. */
export function checkVersion(file: string, written: number, readable: number): void {
  if (written > readable)
    throw new WalFailureError({
      kind: 'later-version',
      file,
      detail: `written by a later version: ${written}, this one reads up to ${readable}`,
    });
  if (written < 1) throw corrupt(file, 0, `version ${written} does not exist`);
}

/** What an error means for the caller: no room, damage, or a disk that can't be trusted any more. */
export function failureOf(error: unknown, file: string): WalFailure {
  if (error instanceof WalFailureError) return error.failure;
  if (error instanceof MalformedBytesError) {
    return { kind: 'corrupt', file, offset: 0, detail: error.message };
  }
  if (error instanceof DiskError) {
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
      return { kind: 'full', file, detail: error.message };
    }
    if (error.code === 'EBADMSG') {
      return { kind: 'corrupt', file, offset: 0, detail: error.message };
    }
  }
  return { kind: 'failed', file, detail: error instanceof Error ? error.message : String(error) };
}
