import type { Clock } from '../../clock/clock.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import { type Disk, DiskError, type DiskFile } from '../disk/disk.ts';
import {
  closeFile,
  dataSync,
  readWhole,
  syncDirectory,
  writeAll,
  writeZeros,
} from '../disk/disk-steps.ts';
import { ask, run, type Steps } from '../disk/steps.ts';
import type { RecoveredGroup, RecoveredWal, Wal, WalFailure } from '../wal-api.ts';
import { failureOf, WalFailureError } from '../wal-failure.ts';
import { SECTOR_BYTES } from './batch-codec.ts';
import { createSegment, type OpenSegment, type SegmentMaker } from './segment-files.ts';
import {
  SEGMENT_HEADER_BYTES,
  segmentName,
  segmentNumber,
  type WalIdentity,
} from './segment-header.ts';
import { SegmentedWal, type WalPosition } from './segmented-wal.ts';
import { type ScanEnd, WalScan } from './wal-scan.ts';

/** Where a log is, whose it is, and its ports, which the simulator replaces. */
export interface OpenWalOptions {
  readonly disk: Disk;
  /** Made when it is missing; holds nothing but segments. */
  readonly directory: string;
  readonly identity: WalIdentity;
  /** Size of a segment; a batch that is larger gets a segment of its own size. At least SEGMENT_BYTES_MIN. */
  readonly segmentBytes: number;
  readonly crc32c: Crc32c;
  readonly clock: Clock;
  /** A random unsigned 32-bit integer. */
  readonly nonce: () => number;
  /** After so long without appends the last batch is sealed. Default SEAL_AFTER_MS_DEFAULT. */
  readonly sealAfterMs?: number;
  /** Called once when the log failed for good, also when no append waits: the process must end. */
  readonly onFailure: (failure: WalFailure) => void;
}

/** An open log with what it held, or why it can't be opened. */
export type OpenWalResult =
  | { readonly ok: true; readonly wal: Wal; readonly recovered: RecoveredWal }
  | { readonly ok: false; readonly failure: WalFailure };

/** Size of a segment: when it is full the log continues in the next one. */
export const SEGMENT_BYTES_DEFAULT = 32 * 1024 * 1024;
/** The smallest segment that a log takes; tests use small ones. */
export const SEGMENT_BYTES_MIN = 4096;
/** Milliseconds without an append after which the last batch is sealed. */
export const SEAL_AFTER_MS_DEFAULT = 100;

/**
 * Opens a log and reads it back. The tail of what was recovered is written and synced again before the answer:
 * after a failed sync the page cache may have shown bytes that no disk holds. `done` comes later than the call. Failures are
 * results: `corrupt`, `foreign`, `later-version`, `full` or `failed`. Throws a RangeError for impossible options alone.
 *
 * @example
 * openWal(options, (result) => {
 *   if (!result.ok) return refuseToStart(result.failure);
 *   result.wal.append([{ type: 'entries', key, entries }], (failure) => {
 *     // null: on the disk. The log takes one batch at a time.
 *   });
 * });
 */
export function openWal(options: OpenWalOptions, done: (result: OpenWalResult) => void): void {
  const { segmentBytes } = options;
  if (segmentBytes < SEGMENT_BYTES_MIN || segmentBytes % SECTOR_BYTES !== 0) {
    throw new RangeError(
      `segmentBytes is ${segmentBytes}: a multiple of ${SECTOR_BYTES} from ${SEGMENT_BYTES_MIN} is wanted`,
    );
  }
  run(open(options), (outcome) => {
    if (outcome.ok) done({ ok: true, ...outcome.value });
    else done({ ok: false, failure: failureOf(outcome.error, options.directory) });
  });
}

interface OpenedFile {
  readonly number: number;
  readonly file: DiskFile;
  readonly bytes: number;
}

type Opened = Omit<Extract<OpenWalResult, { ok: true }>, 'ok'>;

function* open(options: OpenWalOptions): Steps<Opened> {
  const { disk, directory } = options;
  yield* ask<void>((done) => disk.makeDirectory(directory, done));
  const files: OpenedFile[] = [];
  try {
    return yield* recover(options, files);
  } catch (error) {
    for (const { file } of files) yield* closeAnyway(file);
    throw error;
  }
}

function* recover(options: OpenWalOptions, files: OpenedFile[]): Steps<Opened> {
  const { disk, directory, identity, crc32c } = options;
  const scan = new WalScan(identity, crc32c);
  const spares: OpenedFile[] = [];
  // Where the log ends, the bytes of that segment are kept for the rewrite.
  let tail: { readonly file: DiskFile; readonly image: Uint8Array } | null = null;
  const names = yield* ask<readonly string[]>((done) => disk.list(directory, done));
  for (const name of names) {
    const number = segmentNumber(name);
    if (number === null) throw new WalFailureError(strayFile(name));
    const file = yield* ask<DiskFile>((done) =>
      disk.open(`${directory}/${name}`, 'existing', done),
    );
    const opened = { number, file, bytes: yield* ask<number>((done) => file.size(done)) };
    files.push(opened);
    const image = yield* readWhole(file, name);
    if (scan.segment(number, image) === 'used') tail = { file, image };
    else spares.push(opened);
  }
  scan.finish();
  if (tail !== null && scan.end !== null) yield* rewriteTail(tail.file, tail.image, scan.end);
  for (const spare of spares) yield* removeSpare(disk, directory, spare, files);
  yield* syncDirectory(disk, directory);
  const segments: OpenSegment[] = files.map((opened) => ({
    ...opened,
    nonce: opened.number === scan.end?.segment ? scan.end.nonce : 0,
    bytes: opened.bytes - (opened.bytes % SECTOR_BYTES),
  }));
  if (segments.length === 0) {
    const maker: SegmentMaker = options;
    segments.push(yield* createSegment(maker, 1, options.segmentBytes));
  }
  return opened(options, scan, segments);
}

function strayFile(name: string): WalFailure {
  return { kind: 'foreign', file: name, detail: 'not a segment of the log' };
}

function opened(options: OpenWalOptions, scan: WalScan, segments: readonly OpenSegment[]): Opened {
  const position: WalPosition = {
    offset: scan.end?.offset ?? SEGMENT_HEADER_BYTES,
    nextNumber: scan.nextNumber,
    previousCrc: scan.previousCrc,
    unsealed: scan.end?.unsealed ?? false,
  };
  const groups = scan.index.groups.map(
    (log): RecoveredGroup => ({
      key: log.key,
      replicaId: log.replicaId,
      hardState: log.hardState,
      snapshot: log.snapshot,
      entries: scan.entriesOf(log),
    }),
  );
  const wal = new SegmentedWal({
    ...options,
    sealAfterMs: options.sealAfterMs ?? SEAL_AFTER_MS_DEFAULT,
    index: scan.index,
    segments,
    position,
  });
  return { wal, recovered: { groups, tornBytes: scan.end?.tornBytes ?? 0 } };
}

/** The last batch once more and zeros over what was torn, synced. What stands before was synced before it. */
function* rewriteTail(file: DiskFile, image: Uint8Array, end: ScanEnd): Steps<void> {
  yield* writeAll(file, [image.subarray(end.lastBatchOffset, end.offset)], end.lastBatchOffset);
  if (end.tornBytes > 0) yield* writeZeros(file, end.offset, end.offset + end.tornBytes);
  yield* dataSync(file);
}

function* removeSpare(
  disk: Disk,
  directory: string,
  spare: OpenedFile,
  files: OpenedFile[],
): Steps<void> {
  files.splice(files.indexOf(spare), 1);
  yield* closeFile(spare.file);
  yield* ask<void>((done) => disk.unlink(`${directory}/${segmentName(spare.number)}`, done));
}

function* closeAnyway(file: DiskFile): Steps<void> {
  try {
    yield* closeFile(file);
  } catch (error) {
    // The error that made recovery stop is the one to report.
    if (!(error instanceof DiskError)) throw error;
  }
}
