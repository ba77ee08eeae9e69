import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { SpillStore } from '@fleetlm/conversation';
import { crc32c } from '@fleetlm/raft/wal';

/** A file is let go of when nothing in it is needed any more. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Of one node; beyond it messages stay in memory. */
export const SPILL_BYTES_MAX = 16 * 1024 * 1024 * 1024;

interface ScratchFile {
  readonly descriptor: number;
  bytes: number;
  segments: number;
}

interface Segment {
  readonly file: ScratchFile;
  readonly offset: number;
  readonly length: number;
  readonly checksum: number;
}

/**
 * Messages that wait for Postgres, out of memory: scratch files of this process alone, without names, so that nothing of
 * them outlives it. The log and the snapshots have all of it; after a restart the state is made of those.
 *
 * Reads and writes are synchronous, because a state machine can't wait: a quarter of a megabyte at a time, mostly from the
 * page cache.
 */
export class SpillFile implements SpillStore {
  readonly #directory: string;
  readonly #segments = new Map<number, Segment>();
  #current: ScratchFile | null = null;
  #next = 0;
  bytes = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  write(bytes: Uint8Array): number | null {
    if (this.bytes + bytes.length > SPILL_BYTES_MAX) return null;
    const file = this.#fileFor(bytes.length);
    if (file === null || !isWritten(file, bytes)) return null;
    this.#next += 1;
    const checksum = crc32c(bytes);
    this.#segments.set(this.#next, { file, offset: file.bytes, length: bytes.length, checksum });
    file.bytes += bytes.length;
    file.segments += 1;
    this.bytes += bytes.length;
    return this.#next;
  }

  read(handle: number): Uint8Array {
    const { file, offset, length, checksum } = this.#segment(handle);
    const bytes = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const read = readSync(file.descriptor, bytes, at, length - at, offset + at);
      if (read === 0) break;
      at += read;
    }
    if (at < length || crc32c(bytes) !== checksum)
      throw new Error('messages that were moved out of memory can not be read back');
    return bytes;
  }

  free(handle: number): void {
    const { file, length } = this.#segment(handle);
    this.#segments.delete(handle);
    this.bytes -= length;
    file.segments -= 1;
    if (file.segments > 0) return;
    closeSync(file.descriptor);
    if (this.#current === file) this.#current = null;
  }

  #segment(handle: number): Segment {
    const segment = this.#segments.get(handle);
    if (segment === undefined) throw new RangeError(`nothing was spilled as ${handle}`);
    return segment;
  }

  #fileFor(length: number): ScratchFile | null {
    const current = this.#current;
    if (current !== null && current.bytes + length <= FILE_BYTES_MAX) return current;
    const path = join(this.#directory, `spill-${process.pid}-${this.#next}`);
    try {
      mkdirSync(this.#directory, { recursive: true });
      const descriptor = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      this.#current = { descriptor, bytes: 0, segments: 0 };
      return this.#current;
    } catch (error) {
      if (isNoRoom(error)) return null;
      throw error;
    }
  }
}

/** False: the disk is full. What was written of it is written over by the next segment. */
function isWritten(file: ScratchFile, bytes: Uint8Array): boolean {
  try {
    let at = 0;
    while (at < bytes.length)
      at += writeSync(file.descriptor, bytes, at, bytes.length - at, file.bytes + at);
    return true;
  } catch (error) {
    if (isNoRoom(error)) return false;
    throw error;
  }
}

function isNoRoom(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : null;
  return code === 'ENOSPC' || code === 'EDQUOT' || code === 'EMFILE' || code === 'EIO';
}
