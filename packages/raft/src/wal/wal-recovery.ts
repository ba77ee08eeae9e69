import { MalformedBytesError } from '../codec/bytes.ts';
import type { Entry } from '../core/index.ts';
import { batchSpan, findBatch, readBatchHeader, readBatchRecords } from './batch-codec.ts';
import type { Crc32c } from './crc32c.ts';
import type { GroupLog, LogIndex } from './log-index.ts';
import { readSegmentHeader, SEGMENT_HEADER_BYTES } from './segment.ts';
import type { RecoveredGroup, WalFailure, WalRecord } from './wal-api.ts';

export interface SegmentImage {
  readonly name: string;
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Where the log ends, and what of the last segment has to be made clean. */
export interface ScanEnd {
  readonly segment: number;
  readonly nonce: number;
  readonly offset: number;
  /** Bytes after `offset` that are not zero: a torn batch. */
  readonly tornBytes: number;
  readonly nextNumber: number;
  readonly previousCrc: number;
}

export type ScanResult =
  | { readonly ok: true; readonly end: ScanEnd | null; readonly unfinished: readonly string[] }
  | { readonly ok: false; readonly failure: WalFailure };

/** Reads all segments in order into `index` and `entries`, and tells a torn tail from corruption. */
export function scanSegments(
  images: readonly SegmentImage[],
  identity: string,
  index: LogIndex,
  entries: Map<number, Map<number, Entry>>,
  crc32c: Crc32c,
): ScanResult {
  const scan = new Scan(identity, index, entries, crc32c);
  for (const [at, image] of images.entries()) {
    const failure = scan.segment(image, images.slice(at + 1));
    if (failure !== null) return { ok: false, failure };
  }
  return { ok: true, end: scan.end, unfinished: scan.unfinished };
}

class Scan {
  readonly #identity: string;
  readonly #index: LogIndex;
  readonly #entries: Map<number, Map<number, Entry>>;
  readonly #crc32c: Crc32c;
  end: ScanEnd | null = null;
  unfinished: string[] = [];
  #expected: number | null = null;
  #previousCrc = 0;

  constructor(
    identity: string,
    index: LogIndex,
    entries: Map<number, Map<number, Entry>>,
    crc32c: Crc32c,
  ) {
    this.#identity = identity;
    this.#index = index;
    this.#entries = entries;
    this.#crc32c = crc32c;
  }

  segment(image: SegmentImage, later: readonly SegmentImage[]): WalFailure | null {
    const corrupt = (offset: number, detail: string): WalFailure => ({
      kind: 'corrupt',
      file: image.name,
      offset,
      detail,
    });
    const header = readSegmentHeader(image.bytes, this.#crc32c);
    if (header === null) {
      // Prepared in advance and not finished when the process ended: nothing can have been written to it yet.
      if (this.#holdsBatches([image, ...later]))
        return corrupt(0, 'the header of the segment is damaged');
      this.unfinished.push(image.name);
      return null;
    }
    if (header.identity !== this.#identity) {
      return {
        kind: 'foreign',
        file: image.name,
        detail: `it belongs to ${header.identity}, this is ${this.#identity}`,
      };
    }
    if (header.number !== image.number)
      return corrupt(0, `it is segment ${header.number} under another's name`);
    let offset = SEGMENT_HEADER_BYTES;
    let read = 0;
    for (;;) {
      const step = this.#batch(image, header.nonce, offset);
      if (typeof step === 'string') return corrupt(offset, step);
      if (step === 0) break;
      if (read === 0 && this.end !== null && this.end.tornBytes > 0) {
        return corrupt(0, 'batches follow a damaged one, so that one had been synced');
      }
      offset += step;
      read += 1;
    }
    const missing = this.#expected ?? 0;
    if (findBatch(image.bytes, offset + 1, header.nonce, missing + 1, this.#crc32c) >= 0) {
      return corrupt(offset, 'a damaged batch has later ones behind it, so it had been synced');
    }
    if (read === 0 && this.end !== null) {
      // A spare that was prepared in advance; what may be torn in it was never acknowledged.
      this.unfinished.push(image.name);
      return null;
    }
    this.end = {
      segment: image.number,
      nonce: header.nonce,
      offset,
      tornBytes: lastNonZero(image.bytes, offset),
      nextNumber: this.#expected ?? 1,
      previousCrc: this.#previousCrc,
    };
    return null;
  }

  /** Bytes of the batch at `offset`, 0: the log ends here, a text: what is wrong with a whole batch. */
  #batch(image: SegmentImage, nonce: number, offset: number): number | string {
    const header = readBatchHeader(image.bytes, offset, this.#crc32c);
    if (header === null || header.nonce !== nonce) return 0;
    if (this.#expected !== null && header.number !== this.#expected)
      return `batch ${header.number} where ${this.#expected} belongs`;
    if (this.#expected !== null && header.previousCrc !== this.#previousCrc)
      return `batch ${header.number} attests another predecessor`;
    let records: readonly WalRecord[] | null;
    try {
      records = readBatchRecords(image.bytes, offset, header, this.#crc32c);
    } catch (error) {
      if (error instanceof MalformedBytesError) return `batch ${header.number}: ${error.message}`;
      throw error;
    }
    if (records === null) return 0;
    for (const record of records) {
      this.#index.apply(record, image.number, offset);
      if (record.type === 'entries') this.#remember(record);
    }
    this.#expected = header.number + 1;
    this.#previousCrc = header.payloadCrc;
    return batchSpan(header);
  }

  #remember(record: Extract<WalRecord, { type: 'entries' }>): void {
    let group = this.#entries.get(record.key.incarnation);
    if (group === undefined) {
      group = new Map();
      this.#entries.set(record.key.incarnation, group);
    }
    // Copies: a view would keep the whole segment in memory.
    for (const entry of record.entries)
      group.set(entry.index, { ...entry, data: entry.data.slice() });
  }

  #holdsBatches(images: readonly SegmentImage[]): boolean {
    return images.some(({ bytes }) => {
      const header = readSegmentHeader(bytes, this.#crc32c);
      return (
        header !== null &&
        findBatch(bytes, SEGMENT_HEADER_BYTES, header.nonce, 0, this.#crc32c) >= 0
      );
    });
  }
}

/** Count of bytes from `offset` to the last one that isn't zero. */
function lastNonZero(bytes: Uint8Array, offset: number): number {
  for (let at = bytes.length - 1; at >= offset; at -= 1) {
    if (bytes[at] !== 0) return at + 1 - offset;
  }
  return 0;
}

/** Puts what was read of a group together: the entries of its live runs, in order. */
export function recoveredGroup(
  log: GroupLog,
  all: ReadonlyMap<number, ReadonlyMap<number, Entry>>,
): RecoveredGroup {
  const found = all.get(log.key.incarnation);
  const entries: Entry[] = [];
  for (const run of log.runs) {
    for (let index = run.first; index <= run.last; index += 1) {
      const entry = found?.get(index);
      if (entry !== undefined) entries.push(entry);
    }
  }
  return {
    key: log.key,
    replicaId: log.replicaId,
    hardState: log.hardState,
    snapshot: log.snapshot,
    entries,
  };
}
