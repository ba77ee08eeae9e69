import { type Entry, StorageError } from '../core/index.ts';
import {
  BATCH_HEADER_BYTES,
  encodeBatch,
  readBatchHeader,
  readBatchRecords,
} from './batch-codec.ts';
import type { Crc32c } from './crc32c.ts';
import { type Disk, DiskError, type DiskFile } from './disk.ts';
import { ask, createFilled, writeFully } from './disk-steps.ts';
import type { LogIndex } from './log-index.ts';
import { encodeSegmentHeader, SEGMENT_HEADER_BYTES, segmentName } from './segment.ts';
import { SyncTimes } from './sync-times.ts';
import type { GroupKey, Wal, WalFailure, WalRecord, WalStats } from './wal-api.ts';

export interface OpenSegment {
  readonly number: number;
  readonly nonce: number;
  readonly file: DiskFile;
}

export interface SegmentedWalOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly identity: string;
  readonly segmentBytes: number;
  readonly crc32c: Crc32c;
  readonly now: () => number;
  readonly nonce: () => number;
  readonly index: LogIndex;
  readonly segments: readonly OpenSegment[];
  readonly offset: number;
  readonly nextNumber: number;
  readonly previousCrc: number;
}

interface Waiting {
  readonly records: readonly WalRecord[];
  readonly bytes: number;
  readonly done: (failure: WalFailure | null) => void;
}

type Done = (failure: WalFailure | null) => void;

/** Commit indexes and the like that may ride along with the next sync; beyond this they get one of their own. */
const LAZY_RECORDS_MAX = 4096;

/** The log: batches in preallocated segments, one write and one sync at a time. See docs/internals/wal.md. */
export class SegmentedWal implements Wal {
  readonly #options: SegmentedWalOptions;
  readonly #index: LogIndex;
  #segments: OpenSegment[];
  #offset: number;
  #nextNumber: number;
  #previousCrc: number;
  #waiting: Waiting[] = [];
  #lazy: WalRecord[] = [];
  #writing = false;
  #failure: WalFailure | null = null;
  #spare: Promise<OpenSegment> | null = null;
  #dropping = false;
  #closed: (() => void) | null = null;
  #queuedBytes = 0;
  readonly #counts = { batches: 0, records: 0, syncs: 0 };
  readonly #syncTimes = new SyncTimes();

  constructor(options: SegmentedWalOptions) {
    this.#options = options;
    this.#index = options.index;
    this.#segments = [...options.segments];
    this.#offset = options.offset;
    this.#nextNumber = options.nextNumber;
    this.#previousCrc = options.previousCrc;
    this.#prepareSpare();
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get stats(): WalStats {
    return {
      segments: this.#segments.length,
      bytes: this.#segments.length * this.#options.segmentBytes,
      ...this.#counts,
      recentSyncMs: this.#syncTimes.values(),
    };
  }

  append(records: readonly WalRecord[], sync: boolean, done: Done): void {
    if (this.#failure !== null || this.#closed !== null) {
      const failure = this.#failure ?? {
        kind: 'failed',
        file: this.#options.directory,
        detail: 'the log is closed',
      };
      queueMicrotask(() => done(failure));
      return;
    }
    if (!sync && this.#lazy.length < LAZY_RECORDS_MAX) {
      this.#lazy.push(...records);
      // Promises nothing of its own, but must not overtake what was appended before it.
      if (!this.#writing && this.#waiting.length === 0) queueMicrotask(() => done(null));
      else this.#waiting.push({ records: [], bytes: 0, done });
      return;
    }
    const bytes = sizeOf(records);
    this.#queuedBytes += bytes;
    this.#waiting.push({ records, bytes, done });
    if (!this.#writing) {
      this.#writing = true;
      // Whatever else this turn of the event loop appends shares the write.
      queueMicrotask(() => this.#writeRound());
    }
  }

  #writeRound(): void {
    const round = this.#waiting;
    if (round.length === 0) {
      this.#writing = false;
      this.#finishClose();
      return;
    }
    this.#waiting = [];
    const records = [...this.#lazy, ...round.flatMap((waiting) => waiting.records)];
    if (records.length === this.#lazy.length && round.every(({ bytes }) => bytes === 0)) {
      for (const { done } of round) done(null);
      this.#writeRound();
      return;
    }
    this.#lazy = [];
    const segment = this.#segments.at(-1);
    if (segment === undefined) throw new Error('the log has no segment');
    const batch = this.#encode(records, segment.nonce);
    if (this.#offset + batch.bytes.length <= this.#options.segmentBytes) {
      this.#write(segment, batch, records, round);
      return;
    }
    if (batch.bytes.length > this.#options.segmentBytes - SEGMENT_HEADER_BYTES) {
      this.#fail(round, {
        kind: 'failed',
        file: segmentName(segment.number),
        detail: `a batch of ${batch.bytes.length} bytes does not fit a segment`,
      });
      return;
    }
    this.#roll(records, round);
  }

  #encode(
    records: readonly WalRecord[],
    nonce: number,
  ): { readonly bytes: Uint8Array; readonly payloadCrc: number } {
    return encodeBatch(
      records,
      { number: this.#nextNumber, previousCrc: this.#previousCrc, nonce },
      this.#options.crc32c,
    );
  }

  /** The next segment begins with what is known of every group, so that older ones can be dropped. */
  #roll(records: readonly WalRecord[], round: readonly Waiting[]): void {
    const spare = this.#spare ?? this.#makeSegment();
    this.#spare = null;
    spare.then(
      (segment) => {
        this.#segments.push(segment);
        this.#offset = SEGMENT_HEADER_BYTES;
        const all = [...this.#index.checkpoint(), ...records];
        this.#write(segment, this.#encode(all, segment.nonce), all, round, () => {
          this.#prepareSpare();
          this.#dropSegments();
        });
      },
      (error: unknown) => {
        const full = error instanceof DiskError && error.code === 'ENOSPC';
        const failure: WalFailure = {
          kind: full ? 'full' : 'failed',
          file: this.#options.directory,
          detail: String(error),
        };
        if (full) this.#refuse(round, failure);
        else this.#fail(round, failure);
      },
    );
  }

  #write(
    segment: OpenSegment,
    batch: { readonly bytes: Uint8Array; readonly payloadCrc: number },
    records: readonly WalRecord[],
    round: readonly Waiting[],
    then: () => void = () => undefined,
  ): void {
    const offset = this.#offset;
    const file = segmentName(segment.number);
    writeFully(segment.file, batch.bytes, offset, (writeError) => {
      if (writeError !== null) {
        this.#fail(round, { kind: 'failed', file, detail: writeError.message });
        return;
      }
      const startedAt = this.#options.now();
      segment.file.dataSync((result) => {
        if (!result.ok) {
          this.#fail(round, { kind: 'failed', file, detail: result.error.message });
          return;
        }
        this.#syncTimes.add(this.#options.now() - startedAt);
        this.#counts.syncs += 1;
        this.#counts.batches += 1;
        this.#counts.records += records.length;
        this.#offset = offset + batch.bytes.length;
        this.#nextNumber += 1;
        this.#previousCrc = batch.payloadCrc;
        let snapshots = false;
        for (const record of records) {
          this.#index.apply(record, segment.number, offset);
          snapshots ||= record.type === 'snapshot' || record.type === 'group-deleted';
        }
        then();
        for (const waiting of round) {
          this.#queuedBytes -= waiting.bytes;
          waiting.done(null);
        }
        if (snapshots) this.#dropSegments();
        this.#writeRound();
      });
    });
  }

  /** No room: nothing was written, later appends may succeed. */
  #refuse(round: readonly Waiting[], failure: WalFailure): void {
    for (const waiting of round) {
      this.#queuedBytes -= waiting.bytes;
      waiting.done(failure);
    }
    this.#writeRound();
  }

  /** What is on disk is unknown from here on: nothing is tried again, everything after it fails. */
  #fail(round: readonly Waiting[], failure: WalFailure): void {
    this.#failure = failure;
    const all = [...round, ...this.#waiting];
    this.#waiting = [];
    this.#queuedBytes = 0;
    this.#writing = false;
    for (const waiting of all) waiting.done(failure);
    this.#finishClose();
  }

  #prepareSpare(): void {
    this.#spare = this.#makeSegment();
    // Whoever rolls next sees the error; a spare that can't be made now is tried again then.
    this.#spare.catch(() => {
      this.#spare = null;
    });
  }

  async #makeSegment(): Promise<OpenSegment> {
    const { disk, directory, identity, segmentBytes, crc32c, nonce } = this.#options;
    const number = (this.#segments.at(-1)?.number ?? 0) + 1;
    const drawn = nonce();
    const name = segmentName(number);
    const leftover = await ask<readonly string[]>((done) => disk.list(directory, done));
    if (leftover.includes(name))
      await ask<void>((done) => disk.unlink(`${directory}/${name}`, done));
    const head = encodeSegmentHeader({ number, nonce: drawn, identity }, crc32c);
    return {
      number,
      nonce: drawn,
      file: await createFilled(disk, directory, name, head, segmentBytes),
    };
  }

  /** Removes segments that no group needs any more, oldest first. */
  #dropSegments(): void {
    if (this.#dropping || this.#failure !== null) return;
    const oldest = this.#segments[0];
    if (
      oldest === undefined ||
      this.#segments.length < 2 ||
      this.#index.oldestSegment() <= oldest.number
    )
      return;
    this.#dropping = true;
    this.#segments.shift();
    const { disk, directory } = this.#options;
    const steps = async (): Promise<void> => {
      await ask<void>((done) => oldest.file.close(done));
      await ask<void>((done) => disk.unlink(`${directory}/${segmentName(oldest.number)}`, done));
      await ask<void>((done) => disk.syncDirectory(directory, done));
    };
    steps().then(
      () => {
        this.#dropping = false;
        this.#dropSegments();
      },
      (error: unknown) => {
        this.#dropping = false;
        this.#fail([], { kind: 'failed', file: segmentName(oldest.number), detail: String(error) });
      },
    );
  }

  readEntries(key: GroupKey, low: number, high: number, bytesMax: number): readonly Entry[] {
    const log = this.#index.find(key);
    const entries: Entry[] = [];
    let bytes = 0;
    for (const run of log?.runs ?? []) {
      if (run.last < low || run.first >= high) continue;
      for (const entry of this.#readRun(key, run.segment, run.offset)) {
        const next = low + entries.length;
        if (entry.index !== next || entry.index > run.last || next >= high) continue;
        bytes += entry.data.length;
        if (entries.length > 0 && bytes > bytesMax) return entries;
        entries.push({ ...entry, data: entry.data.slice() });
      }
    }
    if (entries.length === 0)
      throw new StorageError('compacted', `entries from ${low} of group ${key.group}`);
    return entries;
  }

  /** Reads the whole batch again and checks it: damage since it was written must not travel to a follower. */
  #readRun(key: GroupKey, number: number, offset: number): readonly Entry[] {
    const segment = this.#segments.find((candidate) => candidate.number === number);
    if (segment === undefined) throw new StorageError('compacted', `segment ${number} is gone`);
    const { crc32c } = this.#options;
    const head = segment.file.readSync(offset, BATCH_HEADER_BYTES);
    const header = readBatchHeader(head, 0, crc32c);
    const bytes =
      header === null
        ? null
        : segment.file.readSync(offset, BATCH_HEADER_BYTES + header.payloadLength);
    const records =
      header === null || bytes === null ? null : readBatchRecords(bytes, 0, header, crc32c);
    if (records === null)
      throw new DiskError('EBADMSG', `${segmentName(number)} at ${offset} is damaged`);
    return records.flatMap((record) =>
      record.type === 'entries' &&
      record.key.group === key.group &&
      record.key.incarnation === key.incarnation
        ? record.entries
        : [],
    );
  }

  pinningGroups(): readonly { readonly key: GroupKey; readonly bytes: number }[] {
    const oldest = this.#segments[0]?.number;
    return this.#index.groups
      .filter(({ runs }) => runs[0]?.segment === oldest)
      .map(({ key, runs }) => ({ key, bytes: runs.reduce((sum, run) => sum + run.bytes, 0) }));
  }

  close(done: () => void): void {
    this.#closed = done;
    if (this.#writing) return;
    if (this.#lazy.length > 0 && this.#failure === null) {
      this.#writing = true;
      this.#waiting.push({ records: [], bytes: 1, done: () => undefined });
      this.#writeRound();
    } else this.#finishClose();
  }

  #finishClose(): void {
    const done = this.#closed;
    if (done === null) return;
    this.#closed = () => undefined;
    const spare =
      this.#spare?.then(
        (segment) => [segment],
        () => [],
      ) ?? Promise.resolve([]);
    const files = spare.then((more) => [...this.#segments, ...more]);
    const closing = files.then((all) =>
      Promise.all(all.map(({ file }) => ask<void>((closed) => file.close(closed)))),
    );
    closing.then(
      () => done(),
      () => done(),
    );
  }
}

function sizeOf(records: readonly WalRecord[]): number {
  let bytes = 64;
  for (const record of records) {
    bytes += 40;
    if (record.type === 'entries')
      for (const entry of record.entries) bytes += entry.data.length + 24;
  }
  return bytes;
}
