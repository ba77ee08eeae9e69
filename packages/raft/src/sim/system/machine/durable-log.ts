import type { HardState } from '../../../core/index.ts';
import type { RecoveredGroup, WalRecord } from '../../../wal/index.ts';
import { broken } from '../../harness/broken.ts';

/** What the log of one node has promised about one group. */
export class DurableLog {
  readonly incarnation: number;
  hardState: HardState = { term: 0, vote: 0, commit: 0 };
  snapshotIndex = 0;
  /** Terms of the entries from `#first` on. */
  #terms: number[] = [];
  #first = 1;

  constructor(incarnation: number) {
    this.incarnation = incarnation;
  }

  get lastIndex(): number {
    return this.#first + this.#terms.length - 1;
  }

  /** Null: not there, or covered by the snapshot. */
  termAt(index: number): number | null {
    return index <= this.snapshotIndex ? null : (this.#terms[index - this.#first] ?? null);
  }

  apply(record: WalRecord): void {
    switch (record.type) {
      case 'group-created':
      case 'group-deleted':
        return;
      case 'hard-state':
        this.#vote(record.hardState);
        return;
      case 'entries':
        for (const { index, term } of record.entries) {
          this.#terms.length = Math.min(this.#terms.length, index - this.#first);
          this.#terms.push(term);
        }
        return;
      case 'snapshot':
        this.#cover(record.snapshot.index, record.snapshot.term);
        return;
    }
  }

  #vote(next: HardState): void {
    const last = this.hardState;
    if (next.term < last.term) broken('monotonic', `term ${last.term} fell to ${next.term}`);
    if (next.term === last.term && last.vote !== 0 && next.vote !== last.vote)
      broken('monotonic', `vote in term ${next.term} changed from ${last.vote} to ${next.vote}`);
    if (next.commit < last.commit)
      broken('monotonic', `commit ${last.commit} fell to ${next.commit}`);
    this.hardState = next;
  }

  #cover(index: number, term: number): void {
    if (index <= this.snapshotIndex) return;
    const keeps = this.termAt(index) === term;
    const dropped = index + 1 - this.#first;
    this.#terms = keeps ? this.#terms.slice(dropped) : [];
    this.#first = index + 1;
    this.snapshotIndex = index;
  }

  /** What is different in what was read back, or null. */
  difference(group: RecoveredGroup): string | null {
    const { hardState, snapshot, entries } = group;
    const mine = this.hardState;
    if (hardState.term !== mine.term || hardState.vote !== mine.vote)
      return `term ${hardState.term} vote ${hardState.vote}, not ${mine.term} and ${mine.vote}`;
    if (hardState.commit < mine.commit) return `commit ${hardState.commit}, not ${mine.commit}`;
    if ((snapshot?.index ?? 0) !== this.snapshotIndex)
      return `snapshot ${snapshot?.index ?? 0}, not ${this.snapshotIndex}`;
    const last = entries.at(-1)?.index ?? this.snapshotIndex;
    if (last !== Math.max(this.lastIndex, this.snapshotIndex))
      return `last index ${last}, not ${this.lastIndex}`;
    for (const { index, term } of entries) {
      const own = this.termAt(index);
      if (own !== term) return `entry ${index} of term ${term}, not ${own}`;
    }
    return null;
  }

  copy(): DurableLog {
    const copy = new DurableLog(this.incarnation);
    copy.hardState = this.hardState;
    copy.snapshotIndex = this.snapshotIndex;
    copy.#terms = this.#terms.slice();
    copy.#first = this.#first;
    return copy;
  }
}
