import type { Entry, EntryType, SnapshotMetadata } from '../core/index.ts';
import { type ByteReader, type ByteWriter, MalformedBytesError } from './bytes.ts';

const ENTRY_TYPES: readonly EntryType[] = ['normal', 'conf-change', 'conf-change-v2'];
/** Smallest size of an encoded entry: bounds a count before anything is allocated for it. */
export const ENTRY_BYTES_MIN = 21;

/** An entry: index and term (8 bytes each), type (1), length of the data (4), the data. */
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
  const confState = {
    voters: ids(),
    learners: ids(),
    votersOutgoing: ids(),
    learnersNext: ids(),
    autoLeave: from.u8() === 1,
  };
  return { index, term, confState };
}
