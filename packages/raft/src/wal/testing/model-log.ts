import type { RecoveredWal, WalRecord } from '../wal-api.ts';

interface ModelGroup {
  group: number;
  incarnation: number;
  replicaId: number;
  hardState: readonly number[];
  snapshot: readonly number[] | null;
  /** [index, term, length of the data]. */
  entries: readonly (readonly number[])[];
}

/** A log's content in a form that can be compared. */
export type ModelState = readonly Readonly<ModelGroup>[];

/** What records mean, in the plainest way: the reference that the log is held against. */
export class ModelLog {
  #groups: readonly ModelGroup[] = [];

  get state(): ModelState {
    return this.#groups;
  }

  /** The state after these records. */
  apply(records: readonly WalRecord[]): ModelState {
    this.#groups = this.#groups.map((group) => ({ ...group }));
    for (const record of records) this.#apply(record);
    return this.#groups;
  }

  #apply(record: WalRecord): void {
    const { group: number, incarnation } = record.key;
    const alive = this.#groups.find(
      (group) => group.group === number && group.incarnation === incarnation,
    );
    if (record.type === 'group-created' && alive === undefined) {
      const born = {
        group: number,
        incarnation,
        replicaId: record.replicaId,
        hardState: [0, 0, 0],
        snapshot: null,
        entries: [],
      };
      const others = this.#groups.filter(({ group }) => group !== number);
      this.#groups = [...others, born].sort((a, b) => a.group - b.group);
    }
    if (alive === undefined) return;
    if (record.type === 'group-deleted')
      this.#groups = this.#groups.filter((group) => group !== alive);
    if (record.type === 'hard-state') {
      const { term, vote, commit } = record.hardState;
      alive.hardState = [term, vote, commit];
    }
    if (record.type === 'entries') {
      const first = record.entries[0]?.index ?? Number.POSITIVE_INFINITY;
      alive.entries = [
        ...alive.entries.filter(([index = 0]) => index < first),
        ...record.entries.map(({ index, term, data }) => [index, term, data.length]),
      ];
    }
    if (record.type === 'snapshot') {
      const { index, term } = record.snapshot;
      const [former = 0] = alive.snapshot ?? [];
      if (index <= former) return;
      const matches = alive.entries.some(([at, of]) => at === index && of === term);
      alive.entries = matches ? alive.entries.filter(([at = 0]) => at > index) : [];
      alive.snapshot = [index, term];
    }
  }

  /** What was recovered, in the same form. */
  static stateOf(recovered: RecoveredWal): ModelState {
    return recovered.groups.map(({ key, replicaId, hardState, snapshot, entries }) => ({
      ...key,
      replicaId,
      hardState: [hardState.term, hardState.vote, hardState.commit],
      snapshot: snapshot === null ? null : [snapshot.index, snapshot.term],
      entries: entries.map(({ index, term, data }) => [index, term, data.length]),
    }));
  }
}
