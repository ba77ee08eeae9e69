import { violated } from '../invariant.ts';
import type { Entry, SnapshotMetadata } from '../types.ts';

/** What one write under way will have put on disk when it returns. */
interface Write {
  /** Last of its entries that nothing has replaced since; 0: none. */
  last: number;
  readonly snapshot: SnapshotMetadata | null;
}

/**
 * The tail of the log that is not known to be on disk, and the writes under way.
 *
 * A write that was handed out may be overtaken: a new leader replaces entries, and a later write carries
 * the new ones. The return of the first then says nothing about the second, even where index and term are
 * the same again (a third leader may have brought the first entries back). So each write remembers what is
 * left of it, and a replacement shortens that.
 *
 * Invariant: entries[i].index === offset + i.
 * Invariant: offset <= inProgress <= offset + entries.length; [offset, inProgress) is being written.
 */
export class Unstable {
  readonly #writes: Write[] = [];
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

  hasNext(): boolean {
    return (
      this.inProgress < this.offset + this.entries.length ||
      (this.snapshot !== null && !this.snapshotInProgress)
    );
  }

  /** Entries that no write has carried yet. */
  nextEntries(): Entry[] {
    return this.entries.slice(this.inProgress - this.offset);
  }

  nextSnapshot(): SnapshotMetadata | null {
    return this.snapshotInProgress ? null : this.snapshot;
  }

  /** Everything up to here is handed to a write. */
  beginWrite(): void {
    const end = this.offset + this.entries.length;
    const hasEntries = this.inProgress < end;
    this.#writes.push({
      last: hasEntries ? end - 1 : 0,
      snapshot: this.nextSnapshot(),
    });
    this.inProgress = end;
    if (this.snapshot !== null) this.snapshotInProgress = true;
  }

  /** The oldest write under way has returned. The answer is the snapshot that it made durable. */
  finishWrite(): SnapshotMetadata | null {
    const write = this.#writes.shift();
    if (write === undefined) return violated('a write returned that was never begun');
    const { last, snapshot } = write;
    if (snapshot !== null && snapshot === this.snapshot) {
      this.snapshot = null;
      this.snapshotInProgress = false;
    }
    if (last >= this.offset) this.#stableTo(last);
    return snapshot;
  }

  #stableTo(last: number): void {
    const count = last + 1 - this.offset;
    if (count > this.entries.length) violated(`stable to ${last}, beyond the end of the log`);
    this.entries = this.entries.slice(count);
    this.offset = last + 1;
    this.inProgress = Math.max(this.inProgress, this.offset);
  }

  /** Nothing at or above `index` that is under way counts any more. */
  #replaced(index: number): void {
    for (const write of this.#writes) if (write.last >= index) write.last = index - 1;
  }

  restore(snapshot: SnapshotMetadata): void {
    this.#replaced(1);
    this.offset = snapshot.index + 1;
    this.inProgress = this.offset;
    this.entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends; from the first entry's index on, nothing that was here stays. */
  truncateAndAppend(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const end = this.offset + this.entries.length;
    if (first.index > end) violated(`gap between the log's end ${end} and entry ${first.index}`);
    if (first.index < end) {
      this.#replaced(first.index);
      this.inProgress = Math.min(this.inProgress, first.index);
      if (first.index <= this.offset) {
        this.entries = [];
        this.offset = first.index;
      } else {
        this.entries.length = first.index - this.offset;
      }
    }
    for (const entry of entries) this.entries.push(entry);
  }

  slice(low: number, high: number): Entry[] {
    return this.entries.slice(low - this.offset, high - this.offset);
  }
}
