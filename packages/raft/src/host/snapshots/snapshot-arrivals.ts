import {
  encodeSnapshotAnswer,
  type SnapshotAnswer,
  type SnapshotChunk,
} from '../../mesh/snapshot-codec.ts';
import type { SnapshotReceiver as SnapshotFile, WalFailure } from '../../wal/index.ts';
import type { HostLimits, HostOptions } from '../host-options.ts';
import type { Replica } from '../replica.ts';
import type { LargeSnapshots } from './large-snapshots.ts';

/** A snapshot that is coming in. */
interface Arrival {
  readonly index: number;
  readonly snapshotTerm: number;
  readonly totalBytes: number;
  /** Null while it is being opened. */
  file: SnapshotFile | null;
  /** Pieces that wait for the disk, in order; copies, since a piece is a view into its frame. */
  readonly pieces: Uint8Array[];
  /** Offset after the last of them. */
  expected: number;
  isWriting: boolean;
  /** The newest piece: whom to answer, and in which term. */
  chunk: SnapshotChunk;
  lastChunkMs: number;
}

/** An arrival without a new piece for this long is thrown away. */
const ARRIVAL_TIMEOUT_MS = 30_000;

export interface SnapshotArrivalsParts<TReply> {
  readonly options: HostOptions;
  readonly limits: HostLimits;
  readonly large: LargeSnapshots;
  readonly mark: (replica: Replica<TReply>) => void;
  readonly guard: (work: () => void) => void;
  readonly fatal: (failure: WalFailure) => void;
}

/**
 * Snapshots from leaders: the pieces are written to a file, the whole is verified and made durable under the
 * group's name, and only then the core is informed. A sender that begins anew goes on where the last one stopped,
 * as long as it sends the same snapshot. An answer is given once a piece is written: that is the back-pressure.
 */
export class SnapshotArrivals<TReply> {
  readonly #parts: SnapshotArrivalsParts<TReply>;
  readonly #arrivals = new Map<number, Arrival>();

  constructor(parts: SnapshotArrivalsParts<TReply>) {
    this.#parts = parts;
  }

  receive(replica: Replica<TReply>, chunk: SnapshotChunk): void {
    if (chunk.term < replica.term) {
      this.#answer(chunk, 'refused', 0);
      return;
    }
    if (replica.applied >= chunk.snapshot.index) {
      this.#answer(chunk, 'done', chunk.totalBytes);
      return;
    }
    if (chunk.totalBytes > this.#parts.limits.snapshotBytesMax) {
      this.#refuseLarge(chunk);
      return;
    }
    const arrival = this.#arrivalOf(replica, chunk);
    if (arrival === null) {
      this.#answer(chunk, 'refused', 0);
      return;
    }
    arrival.lastChunkMs = this.#parts.options.clock.now();
    arrival.chunk = chunk;
    const { snapshotChunkBytes, snapshotWindowChunks } = this.#parts.limits;
    const waiting = arrival.expected - (arrival.file?.nextOffset ?? 0);
    const isNext =
      chunk.offset === arrival.expected && (chunk.data.length > 0 || arrival.totalBytes === 0);
    if (isNext && waiting < 2 * snapshotChunkBytes * snapshotWindowChunks) {
      arrival.pieces.push(chunk.data.slice());
      arrival.expected += chunk.data.length;
    }
    if (arrival.isWriting || arrival.file === null) return;
    if (arrival.pieces.length > 0) this.#write(replica, arrival, arrival.file);
    else this.#answer(chunk, 'next', arrival.file.nextOffset);
  }

  #refuseLarge(chunk: SnapshotChunk): void {
    const { snapshotBytesMax: bytesMax } = this.#parts.limits;
    const { group, from: peer, snapshot, totalBytes: bytes } = chunk;
    const { index } = snapshot;
    this.#parts.large.report({ stage: 'received', group, peer, index, bytes, bytesMax });
    this.#answer(chunk, 'too-large', bytesMax);
  }

  /** The arrival that this piece belongs to; null: not now, or not this. */
  #arrivalOf(replica: Replica<TReply>, chunk: SnapshotChunk): Arrival | null {
    const { index, term } = chunk.snapshot;
    const current = this.#arrivals.get(replica.group);
    if (current !== undefined) {
      const isSame =
        current.index === index &&
        current.snapshotTerm === term &&
        current.totalBytes === chunk.totalBytes;
      if (isSame) return current;
      // An older snapshot is of no use, and what is being written can't be pulled away.
      if (index <= current.index || current.isWriting || current.file === null) return null;
      this.#drop(replica.group, current);
    }
    if (replica.received !== null) return null;
    if (this.#arrivals.size >= this.#parts.limits.snapshotTransfersMax * 2) return null;
    const arrival: Arrival = {
      index,
      snapshotTerm: term,
      totalBytes: chunk.totalBytes,
      file: null,
      pieces: [],
      expected: 0,
      isWriting: false,
      chunk,
      lastChunkMs: 0,
    };
    this.#arrivals.set(replica.group, arrival);
    const { snapshots } = this.#parts.options;
    snapshots.receiver(replica.log.key, chunk.snapshot, chunk.totalBytes, (result) => {
      if (this.#arrivals.get(replica.group) !== arrival) {
        if (result.ok) result.value.abort(nothing);
      } else if (!result.ok) this.#failed(replica, arrival, result.failure);
      else {
        arrival.file = result.value;
        this.#write(replica, arrival, result.value);
      }
    });
    return arrival;
  }

  /** One piece after the other; after the last one the file is finished. */
  #write(replica: Replica<TReply>, arrival: Arrival, file: SnapshotFile): void {
    const piece = arrival.pieces.shift();
    if (file.nextOffset === arrival.totalBytes) {
      this.#finish(replica, arrival, file);
      return;
    }
    if (piece === undefined) return;
    arrival.isWriting = true;
    file.write(file.nextOffset, piece, (result) => {
      arrival.isWriting = false;
      if (this.#arrivals.get(replica.group) !== arrival) return;
      if (!result.ok) {
        this.#failed(replica, arrival, result.failure);
        return;
      }
      this.#answer(arrival.chunk, 'next', result.value);
      this.#write(replica, arrival, file);
    });
  }

  #finish(replica: Replica<TReply>, arrival: Arrival, file: SnapshotFile): void {
    arrival.isWriting = true;
    const { options, guard } = this.#parts;
    file.finish((failure) => {
      if (failure !== null) {
        this.#failed(replica, arrival, failure);
        return;
      }
      options.snapshots.load(replica.log.key, (result) => {
        this.#arrivals.delete(replica.group);
        if (!result.ok) this.#failed(replica, arrival, result.failure);
        else if (result.value !== null) {
          const { metadata, data } = result.value;
          guard(() => this.#hand(replica, { ...arrival.chunk, snapshot: metadata }, data));
        }
      });
    });
  }

  /** The file is durable: now the core may take it, if it still wants it. */
  #hand(replica: Replica<TReply>, chunk: SnapshotChunk, data: Uint8Array): void {
    if (replica.phase !== 'running' || replica.node === null) return;
    const { from, to, term, snapshot } = chunk;
    replica.log.setFile(snapshot);
    replica.received = { index: snapshot.index, term: snapshot.term, data };
    replica.node.step({ type: 'snapshot', from, to, term, snapshot });
    this.#parts.mark(replica);
    this.#answer(chunk, 'done', chunk.totalBytes);
  }

  #failed(replica: Replica<TReply>, arrival: Arrival, failure: WalFailure): void {
    this.#arrivals.delete(replica.group);
    if (failure.kind === 'full') this.#answer(arrival.chunk, 'refused', 0);
    else if (replica.phase === 'running') this.#parts.fatal(failure);
  }

  tick(nowMs: number): void {
    for (const [group, arrival] of this.#arrivals) {
      const isLate = nowMs - arrival.lastChunkMs > ARRIVAL_TIMEOUT_MS;
      if (isLate && !arrival.isWriting && arrival.file !== null) this.#drop(group, arrival);
    }
  }

  forget(group: number): void {
    const arrival = this.#arrivals.get(group);
    if (arrival !== undefined) this.#drop(group, arrival);
  }

  #drop(group: number, arrival: Arrival): void {
    this.#arrivals.delete(group);
    arrival.file?.abort(nothing);
  }

  #answer(chunk: SnapshotChunk, status: SnapshotAnswer['status'], offset: number): void {
    const { transport, crc32c, nodeNumber } = this.#parts.options;
    const { from, group, term, snapshot } = chunk;
    const answer: SnapshotAnswer = {
      from: nodeNumber,
      to: from,
      group,
      index: snapshot.index,
      term,
      status,
      offset,
    };
    transport.send(from, encodeSnapshotAnswer(answer, crc32c), 'raft');
  }
}

function nothing(): void {}
