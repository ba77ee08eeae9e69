import type { Entry, EntryType, SnapshotMetadata } from '../core/index.ts';
import { type ByteReader, type ByteWriter, MalformedBytesError } from './bytes.ts';
import type { GroupKey, WalRecord } from './wal-api.ts';

/** Records of a batch: type (1 byte), group (2), incarnation (8), then what the type says. */
const RECORD_TYPES = ['group-created', 'group-deleted', 'hard-state', 'entries', 'snapshot'] as const;
const ENTRY_TYPES: readonly EntryType[] = ['normal', 'conf-change', 'conf-change-v2'];
/** Smallest size of an encoded entry: bounds a count before anything is allocated for it. */
const ENTRY_BYTES_MIN = 21;

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
    case undefined:
      throw new MalformedBytesError(`unknown type of record before ${from.position}`);
  }
}

function readEntries(from: ByteReader): readonly Entry[] {
  const count = from.u32();
  if (count * ENTRY_BYTES_MIN > from.remaining) throw new MalformedBytesError(`${count} entries can't fit`);
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

export function writeEntry(out: ByteWriter, entry: Entry): void {
  out.u53(entry.index);
  out.u53(entry.term);
  out.u8(ENTRY_TYPES.indexOf(entry.type));
  out.sized(entry.data);
}

/** The data is a view into what is read: copy it where that should not be kept alive. */
export function readEntry(from: ByteReader): Entry {
  const index = from.u53();
  const term = from.u53();
  const type = ENTRY_TYPES[from.u8()];
  if (type === undefined) throw new MalformedBytesError(`unknown type of entry ${index}`);
  return { index, term, type, data: from.sized() };
}

export function writeSnapshotMetadata(out: ByteWriter, snapshot: SnapshotMetadata): void {
  out.u53(snapshot.index);
  out.u53(snapshot.term);
  const { voters, learners, votersOutgoing, learnersNext, autoLeave } = snapshot.confState;
  for (const ids of [voters, learners, votersOutgoing, learnersNext]) {
    out.u16(ids.length);
    for (const id of ids) out.u53(id);
  }
  out.u8(autoLeave ? 1 : 0);
}

export function readSnapshotMetadata(from: ByteReader): SnapshotMetadata {
  const index = from.u53();
  const term = from.u53();
  const ids = (): number[] => {
    const count = from.u16();
    if (count * 8 > from.remaining) throw new MalformedBytesError(`${count} replica ids can't fit`);
    return Array.from({ length: count }, () => from.u53());
  };
  const confState = { voters: ids(), learners: ids(), votersOutgoing: ids(), learnersNext: ids(), autoLeave: from.u8() === 1 };
  return { index, term, confState };
}
