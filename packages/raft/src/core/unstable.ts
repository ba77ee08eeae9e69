import { invariant } from './invariant.ts';
import type { Entry, SnapshotMetadata } from './types.ts';

/**
 * The tail of the log that is not known to be on disk.
 *
 * Invariant: entries[i].index === offset + i.
 * Invariant: offset <= inProgress <= offset + entries.length; [offset, inProgress) is being written.
 */
export class Unstable {
  entries: Entry[] = [];
  snapshot: SnapshotMetadata | null = null;
  snapshotInProgress = false;
  offset: number;
  inProgress: number;

  constructor(offset: number) {
    this.offset = offset;
    this.inProgress = offset;
  }

  lastIndex(): number | null {
    if (this.entries.length > 0) return this.offset + this.entries.length - 1;
    return this.snapshot === null ? null : this.snapshot.index;
  }

  term(index: number): number | null {
    if (index < this.offset) {
      return this.snapshot !== null && this.snapshot.index === index ? this.snapshot.term : null;
    }
    return this.entries[index - this.offset]?.term ?? null;
  }

  /** Entries that no Ready has carried yet. */
  nextEntries(): Entry[] {
    const from = this.inProgress - this.offset;
    return from >= this.entries.length ? [] : this.entries.slice(from);
  }

  acceptInProgress(): void {
    this.inProgress = this.offset + this.entries.length;
    if (this.snapshot !== null) this.snapshotInProgress = true;
  }

  /**
   * The write of everything up to (index, term) has returned. A write of entries that were replaced since
   * (same index, other term) says nothing about those that replaced them.
   */
  stableTo(index: number, term: number): void {
    if (index < this.offset || this.term(index) !== term) return;
    this.entries = this.entries.slice(index + 1 - this.offset);
    this.offset = index + 1;
    this.inProgress = Math.max(this.inProgress, this.offset);
  }

  stableSnapshotTo(index: number): void {
    if (this.snapshot !== null && this.snapshot.index === index) {
      this.snapshot = null;
      this.snapshotInProgress = false;
    }
  }

  restore(snapshot: SnapshotMetadata): void {
    this.offset = snapshot.index + 1;
    this.inProgress = this.offset;
    this.entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  truncateAndAppend(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const end = this.offset + this.entries.length;
    if (first.index === end) {
      for (const entry of entries) this.entries.push(entry);
    } else if (first.index <= this.offset) {
      this.entries = [...entries];
      this.offset = first.index;
      this.inProgress = this.offset;
    } else {
      invariant(first.index < end, () => `gap between unstable end ${end} and entry ${first.index}`);
      this.entries.length = first.index - this.offset;
      for (const entry of entries) this.entries.push(entry);
      this.inProgress = Math.min(this.inProgress, first.index);
    }
  }

  slice(low: number, high: number): Entry[] {
    return this.entries.slice(low - this.offset, high - this.offset);
  }
}
