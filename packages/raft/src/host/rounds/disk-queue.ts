import type { Clock } from '../../clock/clock.ts';
import type { Wal, WalFailure, WalRecord } from '../../wal/index.ts';
import type { Replica } from '../replica.ts';

/** What one write and one sync make durable: everything that all groups wanted in one or more rounds. */
export interface DiskBatch<TReply> {
  readonly records: WalRecord[];
  bytes: number;
  /** Once for every Ready whose consequences wait for the disk, in their order. */
  readonly waiting: Replica<TReply>[];
  /** Work besides Readys, after them. */
  readonly after: (() => void)[];
}

export interface DiskQueueEvents<TReply> {
  /** The batch is on disk. */
  persisted(batch: DiskBatch<TReply>): void;
  failed(failure: WalFailure): void;
  fullChanged(full: boolean): void;
}

/** A batch that found no room is tried again this often. */
export const DISK_FULL_RETRY_MS = 500;

/**
 * Batches on their way to the log, one at a time: while one is being synced the next one gathers (group
 * commit). One at a time also keeps their order when the disk is full: the refused batch is tried again as it
 * is, and nothing overtakes it.
 */
export class DiskQueue<TReply> {
  readonly #wal: Pick<Wal, 'append'>;
  readonly #clock: Clock;
  readonly #batchBytesMax: number;
  readonly #events: DiskQueueEvents<TReply>;
  readonly #queue: DiskBatch<TReply>[] = [];
  #writing: DiskBatch<TReply> | null = null;
  #writingSinceMs = 0;
  #queuedBytes = 0;
  #isFull = false;
  #stopped = false;

  constructor(
    wal: Pick<Wal, 'append'>,
    clock: Clock,
    batchBytesMax: number,
    events: DiskQueueEvents<TReply>,
  ) {
    this.#wal = wal;
    this.#clock = clock;
    this.#batchBytesMax = batchBytesMax;
    this.#events = events;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get isIdle(): boolean {
    return this.#writing === null && this.#queue.length === 0;
  }

  /** How long the present write has been under way. */
  stalledMs(nowMs: number): number {
    return this.#writing === null ? 0 : nowMs - this.#writingSinceMs;
  }

  /** The batch that is gathering now. */
  open(): DiskBatch<TReply> {
    const last = this.#queue.at(-1);
    if (last !== undefined && last.bytes < this.#batchBytesMax) return last;
    const batch: DiskBatch<TReply> = { records: [], bytes: 0, waiting: [], after: [] };
    this.#queue.push(batch);
    return batch;
  }

  count(batch: DiskBatch<TReply>, bytes: number): void {
    batch.bytes += bytes;
    this.#queuedBytes += bytes;
  }

  /** Hands the next batch to the log unless one is under way. */
  submit(): void {
    if (this.#writing !== null || this.#stopped) return;
    const batch = this.#queue.shift();
    if (batch === undefined) return;
    this.#writing = batch;
    this.#writingSinceMs = this.#clock.now();
    this.#write(batch);
  }

  #write(batch: DiskBatch<TReply>): void {
    this.#wal.append(batch.records, (failure) => {
      if (this.#stopped) return;
      if (failure === null) {
        this.#writing = null;
        this.#queuedBytes -= batch.bytes;
        this.#setFull(false);
        // The next write starts before this one's consequences are worked out.
        this.submit();
        this.#events.persisted(batch);
      } else if (failure.kind === 'full') {
        this.#setFull(true);
        this.#clock.setTimer(DISK_FULL_RETRY_MS, () => {
          if (!this.#stopped) this.#write(batch);
        });
      } else this.#events.failed(failure);
    });
  }

  #setFull(full: boolean): void {
    if (this.#isFull === full) return;
    this.#isFull = full;
    this.#events.fullChanged(full);
  }

  /** Nothing more is written, and nothing that was is answered. */
  stop(): void {
    this.#stopped = true;
  }
}
