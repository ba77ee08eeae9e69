import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type BlobRecord, blobRecordSchema } from './blob.ts';

/**
 * A file as a node keeps it: the bytes as they were uploaded, then what is known of them as JSON, its length (4 bytes, big
 * endian) and a mark. So one rename makes both appear, and the bytes begin at 0.
 */
const MARK = Buffer.from('FLB1');
const TAIL_BYTES = 4 + MARK.length;
/** The record of the longest name, every character escaped. */
const RECORD_BYTES_MAX = 8 * 1024;

/** The file is not what was written: shorter, longer, or without its record. */
export class DamagedBlobError extends Error {
  constructor(path: string) {
    super(`the stored file ${path} is damaged`);
    this.name = 'DamagedBlobError';
  }
}

/** Puts the record behind the bytes, has the disk write both, and gives the file its name. */
export async function sealBlobFile(
  staged: string,
  path: string,
  record: BlobRecord,
): Promise<void> {
  const file = await open(staged, 'a');
  try {
    const { size } = await file.stat();
    if (size !== record.bytes) throw new DamagedBlobError(staged);
    const json = Buffer.from(JSON.stringify(record));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(json.length);
    await file.appendFile(Buffer.concat([json, length, MARK]));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(staged, path);
  await syncDirectory(dirname(path));
}

/** Has the disk write which names a directory holds. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The record of an open file. Throws DamagedBlobError. */
export async function readRecord(file: FileHandle, path: string): Promise<BlobRecord> {
  const { size } = await file.stat();
  if (size < TAIL_BYTES) throw new DamagedBlobError(path);
  const tail = await exactly(file, size - TAIL_BYTES, TAIL_BYTES, path);
  const length = tail.readUInt32BE(0);
  const isWhole = tail.subarray(4).equals(MARK) && length <= RECORD_BYTES_MAX;
  if (!isWhole || size < TAIL_BYTES + length) throw new DamagedBlobError(path);
  const json = await exactly(file, size - TAIL_BYTES - length, length, path);
  const record = recordOf(json.toString('utf8'));
  if (record?.bytes !== size - TAIL_BYTES - length) throw new DamagedBlobError(path);
  return record;
}

function recordOf(json: string): BlobRecord | null {
  try {
    return blobRecordSchema.parse(JSON.parse(json));
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** Bytes of an open file; fewer are damage. */
export async function exactly(
  file: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled);
    if (bytesRead === 0) throw new DamagedBlobError(path);
    filled += bytesRead;
  }
  return buffer;
}
