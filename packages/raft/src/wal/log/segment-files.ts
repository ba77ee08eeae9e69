import type { Crc32c } from '../disk/crc32c.ts';
import { type Disk, DiskError, type DiskFile } from '../disk/disk.ts';
import {
  closeFile,
  dataSync,
  removeIfThere,
  syncDirectory,
  writeAll,
  writeZeros,
} from '../disk/disk-steps.ts';
import { ask, type Outcome, run, type Steps } from '../disk/steps.ts';
import { failureOf } from '../wal-failure.ts';
import {
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  type WalIdentity,
} from './segment-header.ts';

export interface OpenSegment {
  readonly number: number;
  readonly nonce: number;
  readonly file: DiskFile;
  /** Bytes of the file; batches fill it up to here. */
  readonly bytes: number;
}

/** What making a segment takes. */
export interface SegmentMaker {
  readonly disk: Disk;
  readonly directory: string;
  readonly identity: WalIdentity;
  readonly crc32c: Crc32c;
  /** A random unsigned 32-bit integer. */
  readonly nonce: () => number;
}

/** Zeros are synced in portions, so that the log's own syncs never wait behind a whole segment. */
const ZEROS_PER_SYNC_BYTES = 4 * 1024 * 1024;

/** A new segment, ready for batches: zeros first, then the header, each synced, then the directory entry. */
export function* createSegment(
  maker: SegmentMaker,
  number: number,
  bytes: number,
): Steps<OpenSegment> {
  const { disk, directory } = maker;
  const name = segmentName(number);
  yield* removeIfThere(disk, directory, name);
  const file = yield* ask<DiskFile>((done) => disk.open(`${directory}/${name}`, 'create', done));
  try {
    for (let at = 0; at < bytes; at += ZEROS_PER_SYNC_BYTES) {
      yield* writeZeros(file, at, Math.min(bytes, at + ZEROS_PER_SYNC_BYTES));
      yield* dataSync(file);
    }
    const nonce = maker.nonce();
    const header = encodeSegmentHeader({ number, nonce, identity: maker.identity }, maker.crc32c);
    yield* writeAll(file, [header], 0);
    yield* dataSync(file);
    yield* syncDirectory(disk, directory);
    return { number, nonce, file, bytes };
  } catch (error) {
    // Gives the room back. What goes wrong here doesn't matter: the first error is the one to report.
    yield* attempt(closeFile(file));
    yield* attempt(removeIfThere(disk, directory, name));
    throw error;
  }
}

function* attempt(steps: Steps<void>): Steps<void> {
  try {
    yield* steps;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

type Spare =
  | { readonly state: 'none' }
  | { readonly state: 'preparing' }
  | { readonly state: 'ready'; readonly segment: OpenSegment };

type Taken = (result: Outcome<OpenSegment>) => void;

/**
 * The files of an open log, oldest first, and the spare that is prepared while the newest one fills.
 * Invariant: the spare's number is the newest one's plus one.
 */
export class SegmentFiles {
  readonly #maker: SegmentMaker;
  readonly #segmentBytes: number;
  readonly #segments: OpenSegment[];
  #spare: Spare = { state: 'none' };
  #taker: { readonly bytesMin: number; readonly taken: Taken } | null = null;
  #dropping = false;
  #whenQuiet: (() => void) | null = null;
  readonly #onError: (error: unknown) => void;

  /** `onError` is called with what goes wrong when no call waits. */
  constructor(
    maker: SegmentMaker,
    segmentBytes: number,
    segments: readonly OpenSegment[],
    onError: (error: unknown) => void,
  ) {
    this.#maker = maker;
    this.#segmentBytes = segmentBytes;
    this.#segments = [...segments];
    this.#onError = onError;
  }

  get count(): number {
    return this.#segments.length;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get newest(): OpenSegment {
    const newest = this.#segments.at(-1);
    if (newest === undefined) throw new Error('the log has no segment');
    return newest;
  }

  get oldestNumber(): number {
    return this.#segments[0]?.number ?? 0;
  }

  find(number: number): OpenSegment | null {
    return this.#segments.find((segment) => segment.number === number) ?? null;
  }

  /** Begins to prepare the next segment. */
  prepare(): void {
    if (this.#spare.state === 'none') this.#create(this.#segmentBytes);
  }

  /** The next segment, with room for `bytesMin` of batches; becomes the newest. Waits for it to be prepared. */
  takeNext(bytesMin: number, taken: Taken): void {
    this.#taker = { bytesMin, taken };
    if (this.#spare.state === 'ready') this.#give(this.#spare.segment);
    else if (this.#spare.state === 'none') this.#create(this.#bytesFor(bytesMin));
  }

  #bytesFor(bytesMin: number): number {
    return Math.max(this.#segmentBytes, SEGMENT_HEADER_BYTES + bytesMin);
  }

  #create(bytes: number): void {
    this.#spare = { state: 'preparing' };
    run(createSegment(this.#maker, this.newest.number + 1, bytes), (outcome) => {
      if (outcome.ok) {
        this.#spare = { state: 'ready', segment: outcome.value };
        if (this.#taker !== null) this.#give(outcome.value);
      } else {
        this.#spare = { state: 'none' };
        this.#refuse(outcome.error);
      }
      this.#checkQuiet();
    });
  }

  #refuse(error: unknown): void {
    const taker = this.#taker;
    this.#taker = null;
    if (taker !== null) taker.taken({ ok: false, error });
    // No room for a spare is no failure yet: it is tried again when it is needed.
    else if (failureOf(error, this.#maker.directory).kind !== 'full') this.#onError(error);
  }

  #give(segment: OpenSegment): void {
    const taker = this.#taker;
    if (taker === null) return;
    if (segment.bytes < SEGMENT_HEADER_BYTES + taker.bytesMin) {
      // A batch larger than a segment gets one of its own size; the prepared one makes way.
      this.#spare = { state: 'preparing' };
      run(closeFile(segment.file), (closed) => {
        if (closed.ok) this.#create(this.#bytesFor(taker.bytesMin));
        else this.#refuse(closed.error);
      });
      return;
    }
    this.#taker = null;
    this.#spare = { state: 'none' };
    this.#segments.push(segment);
    taker.taken({ ok: true, value: segment });
  }

  /** Removes segments numbered below `number`, oldest first, each for good before the next. */
  dropBelow(number: number): void {
    const oldest = this.#segments[0];
    if (this.#dropping || this.#segments.length < 2) return;
    if (oldest === undefined || oldest.number >= number) return;
    this.#dropping = true;
    this.#segments.shift();
    run(this.#remove(oldest), (outcome) => {
      this.#dropping = false;
      if (outcome.ok) this.dropBelow(number);
      else this.#onError(outcome.error);
      this.#checkQuiet();
    });
  }

  *#remove(segment: OpenSegment): Steps<void> {
    const { disk, directory } = this.#maker;
    yield* closeFile(segment.file);
    yield* removeIfThere(disk, directory, segmentName(segment.number));
    yield* syncDirectory(disk, directory);
  }

  /** Waits for what is under way in the background, then closes all files. */
  close(done: () => void): void {
    this.#whenQuiet = () => {
      const spare = this.#spare.state === 'ready' ? [this.#spare.segment] : [];
      run(closeFiles([...this.#segments, ...spare]), done);
    };
    this.#checkQuiet();
  }

  #checkQuiet(): void {
    if (this.#dropping || this.#spare.state === 'preparing') return;
    const whenQuiet = this.#whenQuiet;
    this.#whenQuiet = null;
    whenQuiet?.();
  }
}

function* closeFiles(segments: readonly OpenSegment[]): Steps<void> {
  for (const { file } of segments) yield* attempt(closeFile(file));
}
