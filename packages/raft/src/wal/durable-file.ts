import { ByteReader, ByteWriter, MalformedBytesError } from '../codec/bytes.ts';
import type { Crc32c } from './crc32c.ts';
import { type Disk, DiskError, type DiskFile, type DiskResult } from './disk.ts';
import { closeFile, dataSync, readWhole, removeIfThere, writeAll } from './disk-steps.ts';
import { ask, run, type Steps } from './steps.ts';

const MAGIC = 0x31464c46;
const HEADER_BYTES = 12;
/** Larger ones have no business here. */
export const DURABLE_FILE_BYTES_MAX = 1024 * 1024;

export interface DurableFile {
  readonly disk: Disk;
  readonly directory: string;
  readonly name: string;
  readonly crc32c: Crc32c;
}

/**
 * Replaces a small file (an identity, a configuration) as a whole: temporary file, sync, rename, sync of the
 * directory. After a crash at any point the old content or the new one is there. Layout: magic, CRC32C and
 * length of the content (4 bytes each), the content. One writer at a time.
 */
export function writeDurableFile(
  file: DurableFile,
  content: Uint8Array,
  done: (result: DiskResult<void>) => void,
): void {
  if (content.length > DURABLE_FILE_BYTES_MAX)
    throw new RangeError(`${file.name} has ${content.length} bytes: too many`);
  run(write(file, content), (outcome) => done(asDiskResult(outcome)));
}

/** The content; null: no such file. DiskError('EBADMSG') when it is damaged. */
export function readDurableFile(
  file: DurableFile,
  done: (result: DiskResult<Uint8Array | null>) => void,
): void {
  run(read(file), (outcome) => done(asDiskResult(outcome)));
}

function asDiskResult<T>(
  outcome:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: unknown },
): DiskResult<T> {
  if (outcome.ok) return outcome;
  if (outcome.error instanceof DiskError) return { ok: false, error: outcome.error };
  throw outcome.error;
}

function* write({ disk, directory, name, crc32c }: DurableFile, content: Uint8Array): Steps<void> {
  const out = new ByteWriter(HEADER_BYTES + content.length);
  out.u32(MAGIC);
  out.u32(crc32c(content));
  out.sized(content);
  const temporary = `${name}.tmp`;
  yield* removeIfThere(disk, directory, temporary);
  const file = yield* ask<DiskFile>((done) =>
    disk.open(`${directory}/${temporary}`, 'create', done),
  );
  try {
    yield* writeAll(file, [out.view()], 0);
    yield* dataSync(file);
  } finally {
    yield* closeFile(file);
  }
  yield* ask<void>((done) =>
    disk.rename(`${directory}/${temporary}`, `${directory}/${name}`, done),
  );
  yield* ask<void>((done) => disk.syncDirectory(directory, done));
}

function* read({ disk, directory, name, crc32c }: DurableFile): Steps<Uint8Array | null> {
  const names = yield* ask<readonly string[]>((done) => disk.list(directory, done));
  if (!names.includes(name)) return null;
  const file = yield* ask<DiskFile>((done) => disk.open(`${directory}/${name}`, 'existing', done));
  let bytes: Uint8Array;
  try {
    bytes = yield* readWhole(file, name);
  } finally {
    yield* closeFile(file);
  }
  try {
    const from = new ByteReader(bytes);
    const magic = from.u32();
    const crc = from.u32();
    const content = from.sized();
    from.end();
    if (magic === MAGIC && crc === crc32c(content)) return content;
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
  }
  throw new DiskError('EBADMSG', `${directory}/${name} is damaged`);
}
