import type { Entry, HardState, SnapshotMetadata } from '../core/index.ts';
import type { GroupKey, WalRecord } from './wal-api.ts';

/** A stretch of a group's entries of one term that lies in one batch. */
export interface Run {
  readonly first: number;
  readonly last: number;
  readonly term: number;
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
}

/** What is known of one group without reading its entries. Invariant: runs are ascending and touch each other. */
export interface GroupLog {
  readonly key: GroupKey;
  readonly replicaId: number;
  hardState: HardState;
  snapshot: SnapshotMetadata | null;
  runs: Run[];
}

const NO_HARD_STATE: HardState = { term: 0, vote: 0, commit: 0 };

/** Where every live entry of every group is. The same code follows the log while it is written and when it is read back. */
export class LogIndex {
  readonly #groups = new Map<number, GroupLog>();

  get groups(): readonly GroupLog[] {
    return [...this.#groups.values()].sort((a, b) => a.key.group - b.key.group);
  }

  /** The group's log if this is its present life. */
  find(key: GroupKey): GroupLog | null {
    const found = this.#groups.get(key.group);
    return found?.key.incarnation === key.incarnation ? found : null;
  }

  /** Takes a record in. Records of an earlier life of the group are ignored. */
  apply(record: WalRecord, segment: number, offset: number): void {
    const log = this.find(record.key);
    if (record.type === 'group-created' && log === null) this.#create(record.key, record.replicaId);
    if (log === null) return;
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
        addEntries(log, record.entries, segment, offset);
        return;
      case 'snapshot':
        dropCovered(log, record.snapshot);
        return;
    }
  }

  #create(key: GroupKey, replicaId: number): void {
    this.#groups.set(key.group, {
      key,
      replicaId,
      hardState: NO_HARD_STATE,
      snapshot: null,
      runs: [],
    });
  }

  /** The oldest segment that holds a live entry; Infinity: none does. */
  oldestSegment(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { runs } of this.#groups.values()) {
      const first = runs[0];
      if (first !== undefined) oldest = Math.min(oldest, first.segment);
    }
    return oldest;
  }

  /** Records that state everything but the entries: the first batch of every segment. */
  checkpoint(): readonly WalRecord[] {
    return this.groups.flatMap(({ key, replicaId, hardState, snapshot }): WalRecord[] => [
      { type: 'group-created', key, replicaId },
      { type: 'hard-state', key, hardState },
      ...(snapshot === null ? [] : [{ type: 'snapshot', key, snapshot } as const]),
    ]);
  }
}

function addEntries(
  log: GroupLog,
  entries: readonly Entry[],
  segment: number,
  offset: number,
): void {
  const first = entries[0];
  if (first === undefined) return;
  truncate(log, first.index);
  for (const entry of entries) {
    const last = log.runs.at(-1);
    const bytes = entry.data.length;
    if (
      last !== undefined &&
      last.segment === segment &&
      last.offset === offset &&
      last.term === entry.term &&
      last.last === entry.index - 1
    ) {
      log.runs[log.runs.length - 1] = { ...last, last: entry.index, bytes: last.bytes + bytes };
    } else {
      log.runs.push({
        first: entry.index,
        last: entry.index,
        term: entry.term,
        segment,
        offset,
        bytes,
      });
    }
  }
}

/** Removes entries at and above `index`. */
function truncate(log: GroupLog, index: number): void {
  for (
    let last = log.runs.at(-1);
    last !== undefined && last.last >= index;
    last = log.runs.at(-1)
  ) {
    log.runs.pop();
    if (last.first < index) {
      log.runs.push({ ...last, last: index - 1 });
      return;
    }
  }
}

/** A snapshot covers everything up to its index; what stands above goes too unless it continues the same log. */
function dropCovered(log: GroupLog, snapshot: SnapshotMetadata): void {
  if (log.snapshot !== null && snapshot.index < log.snapshot.index) return;
  const holder = log.runs.find(
    ({ first, last }) => first <= snapshot.index && snapshot.index <= last,
  );
  const continues = holder?.term === snapshot.term || log.snapshot?.index === snapshot.index;
  log.snapshot = snapshot;
  log.runs = continues
    ? log.runs
        .filter(({ last }) => last > snapshot.index)
        .map((run) => (run.first > snapshot.index ? run : { ...run, first: snapshot.index + 1 }))
    : [];
}
