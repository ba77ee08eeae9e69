import type { Clock, Timer } from '../../clock/clock.ts';
import type { Entry } from '../../core/index.ts';
import { dataSync, writeFully, writeZeros } from '../disk/disk-steps.ts';
import { run, type Steps } from '../disk/steps.ts';
import type { GroupKey, Wal, WalFailure, WalRecord, WalStats } from '../wal-api.ts';
import { failureOf } from '../wal-failure.ts';
import { AppendGuard } from './append-guard.ts';
import { BATCH_HEADER_BYTES, BatchEncoder, batchSpan } from './batch-codec.ts';
import { readLogEntries } from './entry-reader.ts';
import type { LogIndex } from './log-index.ts';
import { recordBytesMax, type StoredRecord } from './record-codec.ts';
import { type OpenSegment, SegmentFiles, type SegmentMaker } from './segment-files.ts';
import { SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts';
import { storedRecords } from './stored-records.ts';
import { SyncTimes } from './sync-times.ts';

/** Where the log goes on, as recovery found it. */
export interface WalPosition {
  readonly offset: number;
  readonly nextNumber: number;
  readonly previousCrc: number;
  /** The last batch holds promises and nothing attests it yet. */
  readonly unsealed: boolean;
}

export interface SegmentedWalOptions extends SegmentMaker {
  readonly clock: Clock;
  readonly segmentBytes: number;
  readonly sealAfterMs: number;
  readonly onFailure: (failure: WalFailure) => void;
  readonly index: LogIndex;
  readonly segments: readonly OpenSegment[];
  readonly position: WalPosition;
}

type Done = (failure: WalFailure | null) => void;

/** What the caller has handed over and was not answered yet. */
interface Append {
  readonly records: readonly WalRecord[];
  readonly done: Done;
}

/** One batch on its way to the disk. */
interface Round {
  /** Null: a seal, or a checkpoint of its own. */
  readonly append: Append | null;
  readonly records: readonly WalRecord[];
  /** It begins a segment. */
  readonly checkpoint: boolean;
}

/** The log: batches in preallocated segments, one write and one sync at a time. See docs/internals/wal.md. */
export class SegmentedWal implements Wal {
  readonly #options: SegmentedWalOptions;
  readonly #clock: Clock;
  readonly #index: LogIndex;
  readonly #files: SegmentFiles;
  readonly #guard: AppendGuard;
  readonly #encoder: BatchEncoder;
  /** Waits while the log writes a batch of its own; otherwise it is what is being written. */
  #append: Append | null = null;
  #position: WalPosition;
  /** Invariant: at most one batch is being written or synced. */
  #writing = false;
  #failure: WalFailure | null = null;
  /** The last write found no room: until an append has succeeded, the log writes nothing of its own. */
  #isFull = false;
  #lastWriteMs = 0;
  #idleTimer: Timer | null = null;
  #closing: (() => void)[] | null = null;
  readonly #counts = { batches: 0, records: 0, syncs: 0, appendedBytes: 0 };
  readonly #syncTimes = new SyncTimes();

  constructor(options: SegmentedWalOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#index = options.index;
    this.#position = options.position;
    this.#guard = new AppendGuard(options.index);
    this.#encoder = new BatchEncoder(options.crc32c);
    this.#files = new SegmentFiles(options, options.segmentBytes, options.segments, (error) =>
      this.#fail(failureOf(error, options.directory)),
    );
    this.#lastWriteMs = this.#clock.now();
    this.#files.prepare();
    this.#armIdleTimer();
  }

  get stats(): WalStats {
    return {
      segments: this.#files.count,
      bytes: this.#files.bytes,
      ...this.#counts,
      recentSyncMs: this.#syncTimes.values(),
    };
  }

  append(records: readonly WalRecord[], done: Done): void {
    if (this.#append !== null) throw new RangeError('the log takes one batch at a time');
    const refusal = this.#refusalOf(records);
    if (refusal !== null) {
      this.#clock.defer(() => done(refusal));
      return;
    }
    this.#append = { records, done };
    if (!this.#writing) this.#startRound();
  }

  #refusalOf(records: readonly WalRecord[]): WalFailure | null {
    const file = this.#options.directory;
    if (this.#failure !== null) return this.#failure;
    if (this.#closing !== null) return { kind: 'failed', file, detail: 'the log is closed' };
    const wrong = this.#guard.check(records);
    if (wrong === null) return null;
    // Whatever was decided on the ground of this append would be wrong.
    const failure: WalFailure = { kind: 'failed', file, detail: wrong };
    this.#clock.defer(() => this.#fail(failure));
    return failure;
  }

  /** Invariant: nothing is being written. Writes the append that waits, or rests. */
  #next(): void {
    this.#writing = false;
    if (this.#failure === null && this.#append !== null) this.#startRound();
    else if (this.#closing !== null) this.#finishClose();
    else this.#armIdleTimer();
  }

  #startRound(): void {
    this.#writing = true;
    const append = this.#append;
    const records = append?.records ?? [];
    const { offset } = this.#position;
    // Its first batch may have been withdrawn: whichever comes first states what is known of every group.
    const checkpoint = offset === SEGMENT_HEADER_BYTES;
    const all = checkpoint ? [...this.#index.checkpoint(), ...records] : records;
    if (offset + spanMax(all) <= this.#files.newest.bytes) {
      this.#write({ append, records: all, checkpoint });
    } else if (checkpoint) {
      // A segment without a batch must not have a successor: the append goes into the next one.
      this.#write({ append: null, records: this.#index.checkpoint(), checkpoint });
    } else this.#roll(append);
  }

  /** The next segment begins with what is known of every group, so that older ones can be dropped. */
  #roll(append: Append | null): void {
    const all = [...this.#index.checkpoint(), ...(append?.records ?? [])];
    this.#files.takeNext(spanMax(all), (taken) => {
      if (taken.ok) {
        this.#position = { ...this.#position, offset: SEGMENT_HEADER_BYTES };
        this.#write({ append, records: all, checkpoint: true });
        return;
      }
      const failure = failureOf(taken.error, this.#options.directory);
      if (failure.kind === 'full') this.#refuse(failure);
      else this.#fail(failure);
    });
  }

  #write(round: Round): void {
    const segment = this.#files.newest;
    const { offset, nextNumber: number, previousCrc } = this.#position;
    const stored = storedRecords(round.records, this.#index);
    const { checkpoint } = round;
    const start = { number, previousCrc, nonce: segment.nonce, checkpoint };
    const batch = this.#encoder.encode(stored, start);
    const failed = (error: unknown): void =>
      this.#fail(failureOf(error, segmentName(segment.number)));
    writeFully(segment.file, [batch.bytes], offset, (error) => {
      if (error !== null) {
        const failure = failureOf(error, segmentName(segment.number));
        if (failure.kind === 'full') this.#withdraw(segment, batch.bytes.length, failure);
        else failed(error);
        return;
      }
      const startedAt = this.#clock.now();
      segment.file.dataSync((result) => {
        if (!result.ok) {
          // Also when there is no room: what is on disk is unknown.
          failed(new Error(result.error.message));
          return;
        }
        this.#syncTimes.add(this.#clock.now() - startedAt);
        this.#take(stored, segment.number, offset, batch.bounds);
        this.#position = {
          offset: offset + batch.bytes.length,
          nextNumber: number + 1,
          previousCrc: batch.payloadCrc,
          unsealed: round.append !== null,
        };
        this.#finishRound(round);
      });
    });
  }

  /** The batch is durable: from here on it can be read. */
  #take(
    stored: readonly StoredRecord[],
    segment: number,
    offset: number,
    bounds: readonly number[],
  ): void {
    for (const [at, record] of stored.entries()) {
      const start = bounds[at] ?? 0;
      this.#index.apply(record, segment, offset + start, (bounds[at + 1] ?? start) - start);
    }
    this.#counts.syncs += 1;
    this.#counts.batches += 1;
    this.#counts.records += stored.length;
    this.#counts.appendedBytes += bounds.at(-1) ?? 0;
  }

  #finishRound(round: Round): void {
    this.#isFull = false;
    this.#lastWriteMs = this.#clock.now();
    if (round.checkpoint) this.#files.prepare();
    if (round.append !== null) this.#answer(null);
    if (
      round.checkpoint ||
      round.records.some(({ type }) => type === 'snapshot' || type === 'group-deleted')
    )
      this.#files.dropBelow(Math.min(this.#index.oldestSegment(), this.#files.newest.number));
    this.#next();
  }

  #answer(failure: WalFailure | null): void {
    const append = this.#append;
    this.#append = null;
    append?.done(failure);
  }

  /** The disk filled up within a write: makes sure that nothing of the batch is ever read back. */
  #withdraw(segment: OpenSegment, bytes: number, failure: WalFailure): void {
    const { offset } = this.#position;
    run(withdrawBatch(segment, offset, offset + bytes), (outcome) => {
      if (outcome.ok) this.#refuse(failure);
      else this.#fail(failureOf(new Error(String(outcome.error)), failure.file));
    });
  }

  /** No room: nothing was written, and a later append may succeed. When to try again is the caller's decision. */
  #refuse(failure: WalFailure): void {
    this.#isFull = true;
    this.#guard.reset(this.#index);
    this.#answer(failure);
    this.#next();
  }

  /** What is on disk is unknown from here on: nothing is tried again, everything after it fails. */
  #fail(failure: WalFailure): void {
    const first = this.#failure === null;
    this.#failure ??= failure;
    this.#answer(failure);
    if (first) this.#options.onFailure(failure);
    if (this.#closing !== null) this.#finishClose();
  }

  /** After a while without appends an empty batch attests the last one. */
  #armIdleTimer(): void {
    if (this.#idleTimer !== null || this.#failure !== null || this.#closing !== null) return;
    if (!this.#position.unsealed || this.#isFull) return;
    const delayMs = this.#lastWriteMs + this.#options.sealAfterMs - this.#clock.now();
    this.#idleTimer = this.#clock.setTimer(Math.max(1, delayMs), () => {
      this.#idleTimer = null;
      if (this.#writing || this.#isFull || this.#failure !== null || this.#closing !== null) return;
      const idleMs = this.#clock.now() - this.#lastWriteMs;
      if (idleMs >= this.#options.sealAfterMs) this.#startRound();
      else this.#armIdleTimer();
    });
  }

  readEntries(key: GroupKey, low: number, high: number, bytesMax: number): readonly Entry[] {
    const from = { index: this.#index, files: this.#files, crc32c: this.#options.crc32c };
    return readLogEntries(from, key, low, high, bytesMax);
  }

  pinningGroups(): readonly { readonly key: GroupKey; readonly bytes: number }[] {
    if (this.#files.count < 2) return [];
    const oldest = this.#files.oldestNumber;
    return this.#index.groups
      .filter(({ oldestSegment }) => oldestSegment === oldest)
      .map(({ key, bytes }) => ({ key, bytes }));
  }

  close(done: () => void): void {
    if (this.#closing !== null) {
      this.#closing.push(done);
      return;
    }
    this.#closing = [done];
    this.#idleTimer?.cancel();
    this.#idleTimer = null;
    if (this.#writing && this.#failure === null) return;
    this.#clock.defer(() => this.#finishClose());
  }

  #finishClose(): void {
    if (this.#position.unsealed && this.#failure === null && !this.#isFull) {
      this.#startRound();
      return;
    }
    this.#files.close(() => {
      const closing = this.#closing ?? [];
      this.#closing = [];
      for (const done of closing) done();
    });
  }
}

function spanMax(records: readonly WalRecord[]): number {
  let bytes = BATCH_HEADER_BYTES;
  for (const record of records) bytes += recordBytesMax(record);
  return batchSpan(bytes - BATCH_HEADER_BYTES);
}

/** All of it: what is left of a batch at the end of a segment would look damaged once there is a next one. */
function* withdrawBatch({ file }: OpenSegment, from: number, to: number): Steps<void> {
  yield* writeZeros(file, from, to);
  yield* dataSync(file);
}
