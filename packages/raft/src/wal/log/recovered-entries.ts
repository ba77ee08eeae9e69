import type { Entry } from '../../core/index.ts';
import type { GroupKey } from '../wal-api.ts';

/** The entries of all groups while a log is read back; overwritten ones are let go at once. */
export class RecoveredEntries {
  /** By group; of its present life. */
  readonly #groups = new Map<number, { incarnation: number; entries: Entry[] }>();

  append(key: GroupKey, entries: readonly Entry[]): void {
    let group = this.#groups.get(key.group);
    if (group?.incarnation !== key.incarnation) {
      group = { incarnation: key.incarnation, entries: [] };
      this.#groups.set(key.group, group);
    }
    const kept = (entries[0]?.index ?? 0) - (group.entries[0]?.index ?? 0);
    // A gap stands where a snapshot took the place of the log.
    if (kept < 0 || kept > group.entries.length) group.entries = [];
    else group.entries.length = kept;
    // Copies: a view would keep the whole segment in memory.
    for (const entry of entries) group.entries.push({ ...entry, data: entry.data.slice() });
  }

  /** Entries [first, last] of the group. */
  of(key: GroupKey, first: number, last: number): readonly Entry[] {
    const group = this.#groups.get(key.group);
    if (group?.incarnation !== key.incarnation || last < first) return [];
    const base = group.entries[0]?.index ?? 0;
    return group.entries.slice(first - base, last + 1 - base);
  }
}
