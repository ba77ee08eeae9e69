import type { Entry, HardState, SnapshotMetadata } from '../../core/index.ts';
import type { GroupKey } from '../wal-api.ts';
import { type Run, RunTable } from './run-table.ts';

const NO_HARD_STATE: HardState = { term: 0, vote: 0, commit: 0 };

/** A record does not continue the log as it is known. While the log is read back, that is corruption. */
export class LogOrderError extends Error {
  constructor(detail: string) {
    super(detail);
    this.name = 'LogOrderError';
  }
}

/**
 * What is known of one group without reading its entries.
 *
 * Invariant: entries [first, last] are on disk without a gap; first = last + 1 when there is none.
 * Invariant: first = snapshot.index + 1, except while a log is read back whose older segments were dropped:
 * then entries may stand further up until the snapshot that let the older ones go is read.
 */
export class GroupLog {
  readonly key: GroupKey;
  readonly replicaId: number;
  hardState: HardState = NO_HARD_STATE;
  #snapshot: SnapshotMetadata | null = null;
  #first = 1;
  #last = 0;
  readonly #runs = new RunTable();
  /** Where each term begins, ascending. */
  #terms: { readonly first: number; readonly term: number }[] = [];

  constructor(key: GroupKey, replicaId: number) {
    this.key = key;
    this.replicaId = replicaId;
  }

  get snapshot(): SnapshotMetadata | null {
    return this.#snapshot;
  }

  get first(): number {
    return this.#first;
  }

  get last(): number {
    return this.#last;
  }

  /** True when entries between the snapshot and the first one are missing. */
  get hasGap(): boolean {
    return this.#first > (this.#snapshot?.index ?? 0) + 1;
  }

  /** Entries replace what stood at and above the first one's index. */
  append(entries: readonly Entry[], place: Omit<Run, 'first'>): void {
    const first = entries[0]?.index ?? 0;
    const base = this.#snapshot?.index ?? 0;
    if (first <= base)
      throw new LogOrderError(`entry ${first} at or below the snapshot at ${base}`);
    if (this.#last >= this.#first && first > this.#last + 1)
      throw new LogOrderError(`entry ${first} after ${this.#last}`);
    this.#runs.truncateFrom(first);
    if (this.#runs.count === 0) this.#first = first;
    this.#runs.push({ first, ...place });
    this.#runs.dropFirst(Math.max(0, this.#runs.find(this.#first)));
    this.#last = first + entries.length - 1;
    const kept = this.#terms.findLastIndex((run) => run.first < first) + 1;
    this.#terms.length = kept;
    for (const { index, term } of entries) {
      if (this.#terms.at(-1)?.term !== term) this.#terms.push({ first: index, term });
    }
  }

  /** Term of an entry in [first, last] or of the snapshot; null: not known. */
  termAt(index: number): number | null {
    if (index === this.#snapshot?.index) return this.#snapshot.term;
    if (index < this.#first || index > this.#last) return null;
    return this.#terms.findLast((run) => run.first <= index)?.term ?? null;
  }

  /** A snapshot covers everything up to its index; the entries above it stay only if they continue it. */
  cover(snapshot: SnapshotMetadata, keepsLog: boolean): void {
    if (this.#snapshot !== null && snapshot.index <= this.#snapshot.index) return;
    this.#snapshot = snapshot;
    const next = snapshot.index + 1;
    if (!keepsLog || this.#last < next) {
      this.#runs.dropFirst(this.#runs.count);
      this.#terms = [];
      this.#first = next;
      this.#last = snapshot.index;
      return;
    }
    this.#runs.dropFirst(Math.max(0, this.#runs.find(next)));
    this.#terms.splice(
      0,
      Math.max(
        0,
        this.#terms.findLastIndex((run) => run.first <= next),
      ),
    );
    this.#first = Math.max(this.#first, next);
  }

  /** The runs that hold entries of [low, high), in order. */
  *runs(low: number, high: number): Generator<Run> {
    for (let at = Math.max(0, this.#runs.find(low)); at < this.#runs.count; at += 1) {
      const run = this.#runs.at(at);
      if (run.first >= high) return;
      yield run;
    }
  }

  /** The segment of the oldest live entry; null: there is none. */
  get oldestSegment(): number | null {
    return this.#runs.count === 0 ? null : this.#runs.at(0).segment;
  }

  /** Bytes of the live entries on disk. */
  get bytes(): number {
    return this.#runs.bytes();
  }
}
