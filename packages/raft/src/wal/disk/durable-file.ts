import { ByteReader, ByteWriter, MalformedBytesError } from '../../codec/bytes.ts';
import type { Crc32c } from './crc32c.ts';
import { type Disk, DiskError, type DiskFile } from './disk.ts';
import {
  closeFile,
  dataSync,
  readWhole,
  removeIfThere,
  syncDirectory,
  writeAll,
} from './disk-steps.ts';
import { ask, run, type Steps } from './steps.ts';

const MAGIC = 0x31464c46;
const HEADER_BYTES = 12;
/** Larger ones have no business here. */
export const DURABLE_FILE_BYTES_MAX = 1024 * 1024;

/**
 * Replaces a small file (an identity, a configuration) as a whole: temporary file, sync, rename, sync of the
 * directory. After a crash at any point the old content or the new one is there. Layout: magic, CRC32C and
 * length of the content (4 bytes each), the content. One writer at a time. Rejects with DiskError.
 */
export function writeDurableFile(
  disk: Disk,
  directory: string,
  name: string,
  content: Uint8Array,
  crc32c: Crc32c,
): Promise<void> {
  if (content.length > DURABLE_FILE_BYTES_MAX)
    throw new RangeError(`${name} has ${content.length} bytes: too many`);
  return promised(write({ disk, directory, name, crc32c }, content));
}

/** The content; null: no such file. Rejects with DiskError, code EBADMSG when it is damaged. */
export function readDurableFile(
  disk: Disk,
  directory: string,
  name: string,
  crc32c: Crc32c,
): Promise<Uint8Array | null> {
  return promised(read({ disk, directory, name, crc32c }));
}

interface DurableFile {
  readonly disk: Disk;
  readonly directory: string;
  readonly name: string;
  readonly crc32c: Crc32c;
}

function promised<T>(steps: Steps<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    run(steps, (outcome) => {
      if (outcome.ok) resolve(outcome.value);
      else reject(outcome.error);
    });
  });
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
  yield* syncDirectory(disk, directory);
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
