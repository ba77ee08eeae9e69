import { type ByteReader, type ByteWriter, MalformedBytesError } from '../codec/bytes.ts';
import {
  ENTRY_BYTES_MIN,
  readEntry,
  readSnapshotMetadata,
  writeEntry,
  writeSnapshotMetadata,
} from '../codec/entry-codec.ts';
import type { Entry } from '../core/index.ts';
import type { GroupKey, WalRecord } from './wal-api.ts';

/** Records of a batch: type (1 byte), group (2), incarnation (8), then what the type says. */
const RECORD_TYPES = [
  'group-created',
  'group-deleted',
  'hard-state',
  'entries',
  'snapshot',
] as const;

export function writeRecord(out: ByteWriter, record: WalRecord): void {
  out.u8(RECORD_TYPES.indexOf(record.type));
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
      return;
    case 'snapshot':
      writeSnapshotMetadata(out, record.snapshot);
      return;
  }
}

export function readRecord(from: ByteReader): WalRecord {
  const type = RECORD_TYPES[from.u8()];
  if (type === undefined)
    throw new MalformedBytesError(`unknown type of record before ${from.position}`);
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
      return { type, key, snapshot: readSnapshotMetadata(from) };
  }
}

function readEntries(from: ByteReader): readonly Entry[] {
  const count = from.u32();
  if (count * ENTRY_BYTES_MIN > from.remaining)
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
