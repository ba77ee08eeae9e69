import type { Clock, Timer } from '../clock/clock.ts';
import type { Entry } from '../core/index.ts';
import { AppendGuard } from './append-guard.ts';
import { type Append, AppendQueue } from './append-queue.ts';
import { BATCH_HEADER_BYTES, BatchEncoder, batchSpan } from './batch-codec.ts';
import { dataSync, writeFully, writeZeros } from './disk-steps.ts';
import { readLogEntries } from './entry-reader.ts';
import type { LogIndex } from './log-index.ts';
import { recordBytesMax, type StoredRecord } from './record-codec.ts';
import { type OpenSegment, SegmentFiles, type SegmentMaker } from './segment-files.ts';
import { SEGMENT_HEADER_BYTES, segmentName } from './segment-header.ts';
import { run, type Steps } from './steps.ts';
import { storedRecords } from './stored-records.ts';
import { SyncTimes } from './sync-times.ts';
import type { GroupKey, Wal, WalFailure, WalRecord, WalStats } from './wal-api.ts';
import { failureOf } from './wal-failure.ts';

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

/** One batch on its way to the disk. */
interface Round {
  readonly appends: readonly Append[];
  readonly records: readonly WalRecord[];
  /** It begins a segment. */
  readonly checkpoint: boolean;
  /** The records that were accepted without a sync are among its records. */
  readonly takesLazy: boolean;
}

/** After the disk was full, appends are refused for so long before it is asked for room again. */
const FULL_RETRY_MS = 250;

/** The log: batches in preallocated segments, one write and one sync at a time. See docs/internals/wal.md. */
export class SegmentedWal implements Wal {
  readonly #options: SegmentedWalOptions;
  readonly #clock: Clock;
  readonly #index: LogIndex;
  readonly #files: SegmentFiles;
  readonly #guard: AppendGuard;
  readonly #encoder: BatchEncoder;
  readonly #queue = new AppendQueue();
  /** Answers to appends that need not wait; given in order before any later one. */
  #early: Done[] = [];
  #position: WalPosition;
  /** Invariant: at most one batch is being written or synced. */
  #writing = false;
  #failure: WalFailure | null = null;
  #fullUntilMs = 0;
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
      this.#fail([], failureOf(error, options.directory)),
    );
    this.#lastWriteMs = this.#clock.now();
    this.#files.prepare();
    this.#armIdleTimer();
  }

  get queuedBytes(): number {
    return this.#queue.bytes;
  }

  get stats(): WalStats {
    return {
      segments: this.#files.count,
      bytes: this.#files.bytes,
      ...this.#counts,
      recentSyncMs: this.#syncTimes.values(),
    };
  }

  append(records: readonly WalRecord[], sync: boolean, done: Done): void {
    const refusal = this.#refusalOf(records);
    if (refusal !== null) {
      this.#clock.defer(() => done(refusal));
      return;
    }
    const promises = sync || records.some(({ type }) => type !== 'hard-state');
    if (!promises && !this.#writing && this.#queue.isEmpty) {
      this.#queue.keepLazy(records);
      this.#answerEarly(done);
      this.#armIdleTimer();
      return;
    }
    let bytes = 0;
    for (const record of records) bytes += recordBytesMax(record);
    this.#queue.push({ records, bytes, sync: promises, done });
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
    this.#clock.defer(() => this.#fail([], failure));
    return failure;
  }

  #answerEarly(done: Done): void {
    this.#early.push(done);
    if (this.#early.length === 1) this.#clock.defer(() => this.#flushEarly());
  }

  #flushEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const done of early) done(null);
  }

  /** Invariant: nothing is being written. Goes on with what waits, or rests. */
  #next(): void {
    this.#writing = false;
    if (this.#failure === null && !this.#queue.isEmpty) this.#startRound();
    else if (this.#closing !== null) this.#finishClose();
    else this.#armIdleTimer();
  }

  #startRound(): void {
    this.#writing = true;
    const appends = this.#queue.takeRound();
    if (appends.length > 0 && !appends.some(({ sync }) => sync)) {
      for (const append of appends) {
        this.#queue.keepLazy(append.records);
        this.#answer(append, null);
      }
      this.#next();
      return;
    }
    const records = [...this.#queue.lazyRecords(), ...appends.flatMap((append) => append.records)];
    const { offset } = this.#position;
    // Its first batch may have been withdrawn: whichever comes first states what is known of every group.
    const checkpoint = offset === SEGMENT_HEADER_BYTES;
    const all = checkpoint ? [...this.#index.checkpoint(), ...records] : records;
    if (offset + spanMax(all) <= this.#files.newest.bytes) {
      this.#write({ appends, records: all, checkpoint, takesLazy: true });
    } else if (checkpoint) {
      // A segment without a batch must not have a successor: the rest goes into the next one.
      this.#queue.putBack(appends);
      const records = this.#index.checkpoint();
      this.#write({ appends: [], records, checkpoint, takesLazy: false });
    } else this.#roll(appends, records);
  }

  /** The next segment begins with what is known of every group, so that older ones can be dropped. */
  #roll(appends: readonly Append[], records: readonly WalRecord[]): void {
    if (this.#clock.now() < this.#fullUntilMs) {
      const detail = 'no room for a segment a moment ago';
      const failure: WalFailure = { kind: 'full', file: this.#options.directory, detail };
      this.#clock.defer(() => this.#refuse(appends, failure));
      return;
    }
    const all = [...this.#index.checkpoint(), ...records];
    this.#files.takeNext(spanMax(all), (taken) => {
      if (taken.ok) {
        this.#position = { ...this.#position, offset: SEGMENT_HEADER_BYTES };
        this.#write({ appends, records: all, checkpoint: true, takesLazy: true });
        return;
      }
      const failure = failureOf(taken.error, this.#options.directory);
      if (failure.kind === 'full') this.#foundFull(appends, failure);
      else this.#fail(appends, failure);
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
      this.#fail(round.appends, failureOf(error, segmentName(segment.number)));
    writeFully(segment.file, [batch.bytes], offset, (error) => {
      if (error !== null) {
        const failure = failureOf(error, segmentName(segment.number));
        if (failure.kind === 'full')
          this.#withdraw(segment, batch.bytes.length, round.appends, failure);
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
        const promises = round.appends.some(({ sync }) => sync);
        this.#position = {
          offset: offset + batch.bytes.length,
          nextNumber: number + 1,
          previousCrc: batch.payloadCrc,
          unsealed: promises,
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
    if (round.takesLazy) this.#queue.clearLazy();
    this.#lastWriteMs = this.#clock.now();
    if (round.checkpoint) this.#files.prepare();
    this.#flushEarly();
    for (const append of round.appends) this.#answer(append, null);
    if (
      round.checkpoint ||
      round.records.some(({ type }) => type === 'snapshot' || type === 'group-deleted')
    )
      this.#files.dropBelow(Math.min(this.#index.oldestSegment(), this.#files.newest.number));
    this.#next();
  }

  #answer(append: Append, failure: WalFailure | null): void {
    this.#queue.release(append);
    append.done(failure);
  }

  /** The disk filled up within a write: makes sure that nothing of the batch is ever read back. */
  #withdraw(
    segment: OpenSegment,
    bytes: number,
    appends: readonly Append[],
    failure: WalFailure,
  ): void {
    const { offset } = this.#position;
    run(withdrawBatch(segment, offset, offset + bytes), (outcome) => {
      if (outcome.ok) this.#foundFull(appends, failure);
      else this.#fail(appends, failureOf(new Error(String(outcome.error)), failure.file));
    });
  }

  /** Only the disk's own word counts: a refusal on the ground of an earlier one must not put the next try off. */
  #foundFull(appends: readonly Append[], failure: WalFailure): void {
    this.#fullUntilMs = this.#clock.now() + FULL_RETRY_MS;
    this.#refuse(appends, failure);
  }

  /**
   * No room: nothing was written, later appends may succeed. What waits behind is refused as well, it was meant
   * to follow.
   */
  #refuse(appends: readonly Append[], failure: WalFailure): void {
    this.#guard.reset(this.#index);
    this.#flushEarly();
    for (const append of [...appends, ...this.#queue.takeAll()]) this.#answer(append, failure);
    this.#lastWriteMs = this.#clock.now();
    this.#next();
  }

  /** What is on disk is unknown from here on: nothing is tried again, everything after it fails. */
  #fail(appends: readonly Append[], failure: WalFailure): void {
    const first = this.#failure === null;
    this.#failure ??= failure;
    this.#flushEarly();
    for (const append of [...appends, ...this.#queue.takeAll()]) this.#answer(append, failure);
    if (first) this.#options.onFailure(failure);
    if (this.#closing !== null) this.#finishClose();
  }

  /** After a while without appends an empty batch attests the last one, and takes lazy records along. */
  #armIdleTimer(): void {
    if (this.#idleTimer !== null || this.#failure !== null || this.#closing !== null) return;
    if (!this.#position.unsealed && !this.#queue.hasLazy) return;
    const delayMs = this.#lastWriteMs + this.#options.sealAfterMs - this.#clock.now();
    this.#idleTimer = this.#clock.setTimer(Math.max(1, delayMs), () => {
      this.#idleTimer = null;
      if (this.#writing || this.#failure !== null || this.#closing !== null) return;
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
    const owes = this.#position.unsealed || this.#queue.hasLazy;
    if (owes && this.#failure === null && this.#clock.now() >= this.#fullUntilMs) {
      this.#startRound();
      return;
    }
    this.#flushEarly();
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
