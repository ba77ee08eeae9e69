import { type ByteReader, type ByteWriter, MalformedBytesError } from '../../codec/bytes.ts';
import {
  ENTRY_BYTES_MIN,
  readEntry,
  readSnapshotMetadata,
  writeEntry,
  writeSnapshotMetadata,
} from '../../codec/entry-codec.ts';
import type { Entry } from '../../core/index.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import type { GroupKey, WalRecord } from '../wal-api.ts';

/**
 * A record as it stands in the log. A snapshot's says whether the entries above it were kept: later that can't
 * be known any more, when the segment with the entry at the snapshot's index is gone.
 */
export type StoredRecord =
  | Exclude<WalRecord, { readonly type: 'snapshot' }>
  | (Extract<WalRecord, { readonly type: 'snapshot' }> & { readonly keepsLog: boolean });

/** Records of a batch: type (1 byte), for entries a CRC32C of the rest, group (2), incarnation (8), then by type. */
const RECORD_TYPES = [
  'group-created',
  'group-deleted',
  'hard-state',
  'entries',
  'snapshot',
] as const;

const KEY_BYTES = 10;
/** Type, checksum, key and count of a record of entries. */
const ENTRIES_OVERHEAD_BYTES = 1 + 4 + KEY_BYTES + 4;
/** Entries beyond it go into another record, so that a reader need not read megabytes for one entry. */
const ENTRIES_RECORD_BYTES_MAX = 64 * 1024;

export function writeRecord(out: ByteWriter, record: StoredRecord, crc32c: Crc32c): void {
  const start = out.length;
  out.u8(RECORD_TYPES.indexOf(record.type));
  if (record.type === 'entries') out.u32(0);
  out.u16(record.key.group);
  out.u53(record.key.incarnation);
  switch (record.type) {
    case 'group-created':
      out.u53(record.replicaId);
      return;
    case 'group-deleted':
      return;
    case 'hard-state':
      out.u53(record.hardState.term);
      out.u53(record.hardState.vote);
      out.u53(record.hardState.commit);
      return;
    case 'entries':
      out.u32(record.entries.length);
      for (const entry of record.entries) writeEntry(out, entry);
      out.patchU32(start + 1, crc32c(out.view().subarray(start + 5)));
      return;
    case 'snapshot':
      out.u8(record.keepsLog ? 1 : 0);
      writeSnapshotMetadata(out, record.snapshot);
      return;
  }
}

/** Reads one record of a batch whose checksum was verified. Throws MalformedBytesError. */
export function readRecord(from: ByteReader): StoredRecord {
  const type = readType(from);
  if (type === 'entries') from.u32();
  const key: GroupKey = { group: from.u16(), incarnation: from.u53() };
  switch (type) {
    case 'group-created':
      return { type, key, replicaId: from.u53() };
    case 'group-deleted':
      return { type, key };
    case 'hard-state':
      return { type, key, hardState: { term: from.u53(), vote: from.u53(), commit: from.u53() } };
    case 'entries':
      return { type, key, entries: readEntries(from) };
    case 'snapshot':
      return { type, key, keepsLog: readFlag(from), snapshot: readSnapshotMetadata(from) };
  }
}

function readType(from: ByteReader): StoredRecord['type'] {
  const type = RECORD_TYPES[from.u8()];
  if (type === undefined)
    throw new MalformedBytesError(`unknown type of record before ${from.position}`);
  return type;
}

function readFlag(from: ByteReader): boolean {
  const value = from.u8();
  if (value > 1) throw new MalformedBytesError(`${value} where 0 or 1 belongs`);
  return value === 1;
}

function readEntries(from: ByteReader): readonly Entry[] {
  const count = from.u32();
  if (count === 0 || count * ENTRY_BYTES_MIN > from.remaining)
    throw new MalformedBytesError(`${count} entries can't fit`);
  const entries: Entry[] = [];
  for (let at = 0; at < count; at += 1) {
    const entry = readEntry(from);
    const previous = entries.at(-1);
    if (previous !== undefined && entry.index !== previous.index + 1) {
      throw new MalformedBytesError(`entry ${entry.index} after ${previous.index}`);
    }
    entries.push(entry);
  }
  return entries;
}

/** True when `bytes` are a record of entries of `key`, undamaged. */
export function isEntriesRecordOf(bytes: Uint8Array, key: GroupKey, crc32c: Crc32c): boolean {
  if (bytes.length < ENTRIES_OVERHEAD_BYTES || bytes[0] !== RECORD_TYPES.indexOf('entries'))
    return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (
    view.getUint32(1, true) === crc32c(bytes.subarray(5)) &&
    view.getUint16(5, true) === key.group &&
    view.getUint32(7, true) + view.getUint32(11, true) * 4_294_967_296 === key.incarnation
  );
}

/** Entries in pieces that make a record each. */
export function splitEntries(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const pieces: (readonly Entry[])[] = [];
  let start = 0;
  let bytes = 0;
  for (const [at, entry] of entries.entries()) {
    const more = ENTRY_BYTES_MIN + entry.data.length;
    if (at > start && bytes + more > ENTRIES_RECORD_BYTES_MAX) {
      pieces.push(entries.slice(start, at));
      start = at;
      bytes = 0;
    }
    bytes += more;
  }
  if (start === 0) return entries.length === 0 ? [] : [entries];
  pieces.push(entries.slice(start));
  return pieces;
}

/** Bytes that a record takes in a batch, never too few. */
export function recordBytesMax(record: WalRecord): number {
  switch (record.type) {
    case 'group-created':
    case 'group-deleted':
      return 1 + KEY_BYTES + 8;
    case 'hard-state':
      return 1 + KEY_BYTES + 24;
    case 'snapshot': {
      const { voters, learners, votersOutgoing, learnersNext } = record.snapshot.confState;
      const ids = voters.length + learners.length + votersOutgoing.length + learnersNext.length;
      return 1 + KEY_BYTES + 1 + 16 + 4 * 2 + ids * 8 + 1;
    }
    case 'entries': {
      let bytes = ENTRIES_OVERHEAD_BYTES;
      for (const entry of record.entries) bytes += ENTRY_BYTES_MIN + entry.data.length;
      // Every piece but the last is filled, together with the entry that did not fit any more.
      return bytes + Math.ceil(bytes / ENTRIES_RECORD_BYTES_MAX) * 2 * ENTRIES_OVERHEAD_BYTES;
    }
  }
}
