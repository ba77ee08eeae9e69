import { MalformedBytesError } from '../../codec/bytes.ts';
import type { Entry } from '../../core/index.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import { corrupt, WalFailureError } from '../wal-failure.ts';
import {
  type BatchHeader,
  batchSpan,
  findBatch,
  isPayloadWhole,
  type PlacedRecord,
  readBatchHeader,
  readBatchRecords,
  SECTOR_BYTES,
} from './batch-codec.ts';
import { LogOrderError } from './group-log.ts';
import { LogIndex } from './log-index.ts';
import { RecoveredEntries } from './recovered-entries.ts';
import {
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  segmentName,
  type WalIdentity,
} from './segment-header.ts';

/** Where the log ends. */
export interface ScanEnd {
  readonly segment: number;
  readonly nonce: number;
  /** Where the next batch goes. */
  readonly offset: number;
  /** Bytes from `offset` to the last one that isn't zero: a torn batch. */
  readonly tornBytes: number;
  /** Where the last whole batch begins. */
  readonly lastBatchOffset: number;
  /** The last batch holds records, and no later one attests that it was synced. */
  readonly unsealed: boolean;
}

/** What a segment turned out to be. */
export type SegmentRole =
  /** It holds batches. */
  | 'used'
  /** Prepared in advance, perhaps not finished: nothing that was acknowledged is in it. */
  | 'spare';

/**
 * Reads segments in order, and distinguishes a torn tail from corruption: a damaged batch that has anything valid
 * behind it had been synced. Throws WalFailureError.
 *
 * Invariant: after the segment in which the log ends only spares may follow.
 */
export class WalScan {
  readonly index = new LogIndex();
  readonly entries = new RecoveredEntries();
  readonly #identity: WalIdentity;
  readonly #crc32c: Crc32c;
  #end: ScanEnd | null = null;
  #spareSeen = false;
  #firstSegment: number | null = null;
  #previousSegment: number | null = null;
  /** Number of the next batch; null until the first one was read. */
  #expected: number | null = null;
  #previousCrc = 0;

  constructor(identity: WalIdentity, crc32c: Crc32c) {
    this.#identity = identity;
    this.#crc32c = crc32c;
  }

  get end(): ScanEnd | null {
    return this.#end;
  }

  get nextNumber(): number {
    return this.#expected ?? 1;
  }

  get previousCrc(): number {
    return this.#previousCrc;
  }

  /** Takes the next segment file in. */
  segment(number: number, bytes: Uint8Array): SegmentRole {
    const name = segmentName(number);
    this.#firstSegment ??= number;
    if (this.#previousSegment !== null && number !== this.#previousSegment + 1)
      throw corrupt(name, 0, `segment ${this.#previousSegment + 1} before it is missing`);
    this.#previousSegment = number;
    const header = readSegmentHeader(bytes, name, this.#crc32c);
    if (header === null) return this.#withoutHeader(name, bytes);
    this.#checkHeader(name, number, header);
    const first = readBatchHeader(bytes, SEGMENT_HEADER_BYTES, this.#crc32c);
    if (first === null || !isPayloadWhole(bytes, SEGMENT_HEADER_BYTES, first, this.#crc32c))
      return this.#withoutBatch(name, header, bytes);
    if (this.#spareSeen)
      throw corrupt(name, SEGMENT_HEADER_BYTES, 'batches after an empty segment');
    if (this.#end !== null && this.#end.tornBytes > 0) this.#throwTornBefore();
    if (!first.checkpoint)
      throw corrupt(name, SEGMENT_HEADER_BYTES, 'the segment begins without a checkpoint');
    this.#batches(name, number, header, bytes);
    return 'used';
  }

  /** The end of all segments: what was found must make sense as a whole. */
  finish(): void {
    // Older segments were dropped, which is done only when a later one begins with all that is known.
    if (this.#end === null && (this.#firstSegment ?? 1) > 1)
      throw corrupt(segmentName(this.#firstSegment ?? 1), 0, 'the log has no beginning');
    for (const log of this.index.groups) {
      const wrong = log.hasGap
        ? `entries before ${log.first} are missing`
        : log.hardState.commit > log.last
          ? `commit ${log.hardState.commit} is beyond the last entry, ${log.last}`
          : null;
      if (wrong !== null)
        throw corrupt(segmentName(this.#end?.segment ?? 0), 0, `group ${log.key.group}: ${wrong}`);
    }
  }

  /** Entries of a group as they are live now. */
  entriesOf(log: {
    readonly key: { readonly group: number; readonly incarnation: number };
  }): readonly Entry[] {
    const found = this.index.find(log.key);
    return found === null ? [] : this.entries.of(found.key, found.first, found.last);
  }

  #checkHeader(name: string, number: number, { identity, number: own }: SegmentHeader): void {
    const { clusterId, nodeId } = this.#identity;
    if (identity.clusterId !== clusterId || identity.nodeId !== nodeId) {
      throw new WalFailureError({
        kind: 'foreign',
        file: name,
        detail: `it belongs to node ${identity.nodeId} of cluster ${identity.clusterId}, this is node ${nodeId} of ${clusterId}`,
      });
    }
    if (own !== number) throw corrupt(name, 0, `it is segment ${own} under another's name`);
  }

  /** Not finished when the process ended, so nothing can have been written to it; unless there are batches. */
  #withoutHeader(name: string, bytes: Uint8Array): SegmentRole {
    const search = { nonce: null, numberMin: 0 };
    if (findBatch(bytes, 0, search, this.#crc32c) >= 0)
      throw corrupt(name, 0, 'the header of the segment is damaged');
    this.#spareSeen = true;
    return 'spare';
  }

  /** A prepared segment. Whatever is torn in it was never acknowledged, but attests what stands before it. */
  #withoutBatch(name: string, { nonce }: SegmentHeader, bytes: Uint8Array): SegmentRole {
    const search = { nonce, numberMin: 0 };
    if (findBatch(bytes, SEGMENT_HEADER_BYTES + SECTOR_BYTES, search, this.#crc32c) >= 0)
      throw corrupt(name, SEGMENT_HEADER_BYTES, 'the first batch is damaged and others follow');
    const touched = lengthUsed(bytes, SEGMENT_HEADER_BYTES) > 0;
    if (touched && this.#end !== null && this.#end.tornBytes > 0) this.#throwTornBefore();
    this.#spareSeen = true;
    return 'spare';
  }

  #throwTornBefore(): never {
    const { segment, offset } = this.#end ?? { segment: 0, offset: 0 };
    const detail = 'a damaged batch at the end of a segment that has a successor';
    throw corrupt(segmentName(segment), offset, detail);
  }

  #batches(name: string, segment: number, header: SegmentHeader, bytes: Uint8Array): void {
    let offset = SEGMENT_HEADER_BYTES;
    let lastBatchOffset = offset;
    let unsealed = false;
    for (;;) {
      const batch = readBatchHeader(bytes, offset, this.#crc32c);
      if (batch === null || !isPayloadWhole(bytes, offset, batch, this.#crc32c)) break;
      this.#checkBatch(name, header, offset, batch);
      this.#take(name, segment, offset, this.#records(name, bytes, offset, batch));
      this.#expected = batch.number + 1;
      this.#previousCrc = batch.payloadCrc;
      unsealed = batch.recordCount > 0;
      lastBatchOffset = offset;
      offset += batchSpan(batch.payloadLength);
    }
    const search = { nonce: header.nonce, numberMin: this.nextNumber + 1 };
    if (findBatch(bytes, offset + SECTOR_BYTES, search, this.#crc32c) >= 0)
      throw corrupt(name, offset, 'a damaged batch has later ones behind it');
    const tornBytes = lengthUsed(bytes, offset);
    const { nonce } = header;
    this.#end = { segment, nonce, offset, tornBytes, lastBatchOffset, unsealed };
  }

  #checkBatch(name: string, segment: SegmentHeader, offset: number, batch: BatchHeader): void {
    const wrong =
      batch.nonce !== segment.nonce
        ? 'a batch of another segment'
        : this.#expected !== null && batch.number !== this.#expected
          ? `batch ${batch.number} where ${this.#expected} belongs`
          : this.#expected !== null && batch.previousCrc !== this.#previousCrc
            ? `batch ${batch.number} attests another predecessor`
            : null;
    if (wrong !== null) throw corrupt(name, offset, wrong);
  }

  #records(
    name: string,
    bytes: Uint8Array,
    offset: number,
    batch: BatchHeader,
  ): readonly PlacedRecord[] {
    try {
      return readBatchRecords(bytes, offset, batch);
    } catch (error) {
      if (error instanceof MalformedBytesError) throw corrupt(name, offset, error.message);
      throw error;
    }
  }

  #take(name: string, segment: number, offset: number, records: readonly PlacedRecord[]): void {
    for (const { record, offset: at, length } of records) {
      try {
        this.index.apply(record, segment, at, length);
      } catch (error) {
        if (error instanceof LogOrderError) throw corrupt(name, offset, error.message);
        throw error;
      }
      if (record.type === 'entries' && this.index.find(record.key) !== null)
        this.entries.append(record.key, record.entries);
    }
  }
}

/** Count of bytes from `offset` to the last one that isn't zero. */
function lengthUsed(bytes: Uint8Array, offset: number): number {
  for (let at = bytes.length - 1; at >= offset; at -= 1) {
    if (bytes[at] !== 0) return at + 1 - offset;
  }
  return 0;
}
