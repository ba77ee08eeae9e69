import type { LogIndex } from './log-index.ts';
import { type StoredRecord, splitEntries } from './record-codec.ts';
import type { GroupKey, WalRecord } from './wal-api.ts';

/** The records of one batch as they are stored: entries in readable pieces, snapshots with their decision. */
export function storedRecords(
  records: readonly WalRecord[],
  index: LogIndex,
): readonly StoredRecord[] {
  const stored: StoredRecord[] = [];
  for (const record of records) {
    if (record.type === 'entries') {
      for (const entries of splitEntries(record.entries)) stored.push({ ...record, entries });
    } else if (record.type === 'snapshot') {
      const { key, snapshot } = record;
      const term = termBefore(stored, index, key, snapshot.index);
      stored.push({ ...record, keepsLog: term === snapshot.term });
    } else stored.push(record);
  }
  return stored;
}

/** Term of the group's entry at `at` once `earlier` are applied; null: there is no such entry. */
function termBefore(
  earlier: readonly StoredRecord[],
  index: LogIndex,
  key: GroupKey,
  at: number,
): number | null {
  let term = index.find(key)?.termAt(at) ?? null;
  for (const record of earlier) {
    if (record.key.group !== key.group || record.key.incarnation !== key.incarnation) continue;
    if (record.type === 'entries') {
      const first = record.entries[0]?.index ?? at + 1;
      if (first <= at) term = record.entries[at - first]?.term ?? null;
    } else if (record.type === 'snapshot' && !record.keepsLog) {
      term = record.snapshot.index === at ? record.snapshot.term : null;
    }
  }
  return term;
}
