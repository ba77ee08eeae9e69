import type { GroupKey, WalRecord } from '../wal-api.ts';
import { GroupLog } from './group-log.ts';
import type { StoredRecord } from './record-codec.ts';

/**
 * Where every live entry of every group is. The same code follows the log while it is written and when it is
 * read back.
 */
export class LogIndex {
  readonly #groups = new Map<number, GroupLog>();

  /** Ascending by group. */
  get groups(): readonly GroupLog[] {
    return [...this.#groups.values()].sort((a, b) => a.key.group - b.key.group);
  }

  /** The group's log if this is its present life. */
  find(key: GroupKey): GroupLog | null {
    const found = this.#groups.get(key.group);
    return found?.key.incarnation === key.incarnation ? found : null;
  }

  /**
   * Takes a record in that stands at `offset` of a segment. Records of another life of the group are ignored.
   * Throws LogOrderError when entries leave a gap.
   */
  apply(record: StoredRecord, segment: number, offset: number, length: number): void {
    const log = this.find(record.key);
    if (log === null) {
      if (record.type === 'group-created')
        this.#groups.set(record.key.group, new GroupLog(record.key, record.replicaId));
      return;
    }
    switch (record.type) {
      case 'group-created':
        return;
      case 'group-deleted':
        this.#groups.delete(record.key.group);
        return;
      case 'hard-state':
        log.hardState = record.hardState;
        return;
      case 'entries':
        log.append(record.entries, { segment, offset, length });
        return;
      case 'snapshot':
        log.cover(record.snapshot, record.keepsLog);
        return;
    }
  }

  /** The oldest segment that holds a live entry; Infinity: none does. */
  oldestSegment(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { oldestSegment } of this.#groups.values()) {
      if (oldestSegment !== null && oldestSegment < oldest) oldest = oldestSegment;
    }
    return oldest;
  }

  /** Records that state everything but the entries: every segment begins with them, so older ones can go. */
  checkpoint(): readonly WalRecord[] {
    return this.groups.flatMap(({ key, replicaId, hardState, snapshot }): WalRecord[] => [
      { type: 'group-created', key, replicaId },
      { type: 'hard-state', key, hardState },
      ...(snapshot === null ? [] : [{ type: 'snapshot', key, snapshot } as const]),
    ]);
  }
}
