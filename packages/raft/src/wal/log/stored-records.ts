import type { GroupKey, WalRecord } from '../wal-api.ts';
import type { LogIndex } from './log-index.ts';
import { type StoredRecord, splitEntries } from './record-codec.ts';

/** The records of one batch as they are stored: entries in readable pieces, snapshots with their decision. */
export function storedRecords(
  records: readonly WalRecord[],
  index: LogIndex,
): readonly StoredRecord[] {
  const stored: StoredRecord[] = [];
  // Only these change what a later snapshot of their group meets; a checkpoint has one record of each group.
  const earlier = new Map<number, StoredRecord[]>();
  const isAsked = records.some(({ type }) => type === 'snapshot');
  const changed = (record: StoredRecord): void => {
    stored.push(record);
    if (!isAsked) return;
    const { group } = record.key;
    const known = earlier.get(group);
    if (known === undefined) earlier.set(group, [record]);
    else known.push(record);
  };
  for (const record of records) {
    if (record.type === 'entries') {
      for (const entries of splitEntries(record.entries)) changed({ ...record, entries });
    } else if (record.type === 'snapshot') {
      const { key, snapshot } = record;
      const term = termBefore(earlier.get(key.group) ?? [], index, key, snapshot.index);
      changed({ ...record, keepsLog: term === snapshot.term });
    } else stored.push(record);
  }
  return stored;
}

/** Term of the group's entry at `at` once `earlier` ones of the group are applied; null: there is no such entry. */
function termBefore(
  earlier: readonly StoredRecord[],
  index: LogIndex,
  key: GroupKey,
  at: number,
): number | null {
  let term = index.find(key)?.termAt(at) ?? null;
  for (const record of earlier) {
    if (record.key.incarnation !== key.incarnation) continue;
    if (record.type === 'entries') {
      const first = record.entries[0]?.index ?? at + 1;
      if (first <= at) term = record.entries[at - first]?.term ?? null;
    } else if (record.type === 'snapshot' && !record.keepsLog) {
      term = record.snapshot.index === at ? record.snapshot.term : null;
    }
  }
  return term;
}
