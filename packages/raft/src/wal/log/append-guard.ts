import type { GroupKey, WalRecord } from '../wal-api.ts';
import type { LogIndex } from './log-index.ts';

const DELETED = -1;

/**
 * Refuses records that could not be read back: entries that leave a gap, or of a group that the log doesn't know.
 * It looks at what was handed over, while the index follows only what is on disk.
 */
export class AppendGuard {
  /** By group and incarnation: the last index, or DELETED. */
  readonly #lives = new Map<number, Map<number, number>>();

  constructor(index: LogIndex) {
    this.reset(index);
  }

  /** The append was refused: begins again from what is on disk. */
  reset(index: LogIndex): void {
    for (const lives of this.#lives.values()) {
      for (const [incarnation, last] of lives) if (last !== DELETED) lives.delete(incarnation);
    }
    for (const { key, last } of index.groups) this.#livesOf(key).set(key.incarnation, last);
  }

  /** What is wrong with the records, or null. Late records of a group that was deleted are in order. */
  check(records: readonly WalRecord[]): string | null {
    for (const record of records) {
      const wrong = this.#check(record, this.#livesOf(record.key));
      if (wrong !== null) return wrong;
    }
    return null;
  }

  #livesOf({ group }: GroupKey): Map<number, number> {
    let lives = this.#lives.get(group);
    if (lives === undefined) {
      lives = new Map();
      this.#lives.set(group, lives);
    }
    return lives;
  }

  #check(record: WalRecord, lives: Map<number, number>): string | null {
    const { group, incarnation } = record.key;
    const last = lives.get(incarnation);
    if (last === DELETED)
      return record.type === 'group-created'
        ? `group ${group} can't live again as ${incarnation}`
        : null;
    const needsGroup = record.type !== 'group-created' && record.type !== 'group-deleted';
    if (last === undefined && needsGroup)
      return `group ${group} as ${incarnation} was never created`;
    switch (record.type) {
      case 'group-created':
        if (last === undefined) lives.set(incarnation, 0);
        return null;
      case 'group-deleted':
        lives.set(incarnation, DELETED);
        return null;
      case 'hard-state':
        return null;
      case 'snapshot':
        if (record.snapshot.index > (last ?? 0)) lives.set(incarnation, record.snapshot.index);
        return null;
      case 'entries':
        return checkEntries(record, last ?? 0, lives);
    }
  }
}

function checkEntries(
  { key, entries }: Extract<WalRecord, { type: 'entries' }>,
  last: number,
  lives: Map<number, number>,
): string | null {
  const first = entries[0]?.index ?? last + 1;
  if (first > last + 1) return `group ${key.group}: entry ${first} after ${last}`;
  for (const [at, entry] of entries.entries()) {
    if (entry.index !== first + at)
      return `group ${key.group}: entry ${entry.index} where ${first + at} belongs`;
  }
  lives.set(key.incarnation, first + entries.length - 1);
  return null;
}
