import type { Crc32c } from './crc32c.ts';
import { type Disk, DiskError, type DiskFile } from './disk.ts';
import { ask, writeAll } from './disk-steps.ts';

const HEADER_BYTES = 8;

/**
 * Replaces a small file as a whole: temporary file, sync, rename, sync of the directory. Layout: CRC32C and
 * length of the content (4 bytes each), then the content.
 */
export async function writeDurableFile(
  disk: Disk,
  directory: string,
  name: string,
  content: Uint8Array,
  crc32c: Crc32c,
): Promise<void> {
  const bytes = new Uint8Array(HEADER_BYTES + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, crc32c(content), true);
  view.setUint32(4, content.length, true);
  bytes.set(content, HEADER_BYTES);
  const temporary = `${name}.tmp`;
  const names = await ask<readonly string[]>((done) => disk.list(directory, done));
  if (names.includes(temporary))
    await ask<void>((done) => disk.unlink(`${directory}/${temporary}`, done));
  const file = await ask<DiskFile>((done) =>
    disk.open(`${directory}/${temporary}`, 'create', done),
  );
  await writeAll(file, bytes, 0);
  await ask<void>((done) => file.dataSync(done));
  await ask<void>((done) => file.close(done));
  await ask<void>((done) => disk.rename(`${directory}/${temporary}`, `${directory}/${name}`, done));
  await ask<void>((done) => disk.syncDirectory(directory, done));
}

/** Null: no such file. Throws DiskError('EBADMSG') when it is damaged. */
export async function readDurableFile(
  disk: Disk,
  directory: string,
  name: string,
  crc32c: Crc32c,
): Promise<Uint8Array | null> {
  const names = await ask<readonly string[]>((done) => disk.list(directory, done));
  if (!names.includes(name)) return null;
  const file = await ask<DiskFile>((done) => disk.open(`${directory}/${name}`, 'existing', done));
  const size = await ask<number>((done) => file.size(done));
  const bytes = await ask<Uint8Array>((done) => file.read(0, size, done));
  await ask<void>((done) => file.close(done));
  const damaged = (): DiskError => new DiskError('EBADMSG', `${directory}/${name} is damaged`);
  if (bytes.length < HEADER_BYTES) throw damaged();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = bytes.subarray(HEADER_BYTES);
  if (view.getUint32(4, true) !== content.length || view.getUint32(0, true) !== crc32c(content))
    throw damaged();
  return content;
}
