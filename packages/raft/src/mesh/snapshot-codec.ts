import { ByteReader, ByteWriter, MalformedBytesError, VARINT_BYTES_MAX } from '../codec/bytes.ts';
import type { ConfState, ReplicaId, SnapshotMetadata } from '../core/index.ts';
import {
  type Checksum,
  type Decoded,
  decoding,
  FRAME_HEADER_BYTES,
  FRAME_KIND,
  seal,
} from './raft-frame.ts';

/**
 * A piece of a snapshot on its way to a follower. Every piece says all of what it belongs to, so that a
 * receiver may join, resume or refuse at any of them.
 */
export interface SnapshotChunk {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly group: number;
  /** The leader's term: the term of the snapshot message that the last piece stands for. */
  readonly term: number;
  readonly snapshot: SnapshotMetadata;
  readonly totalBytes: number;
  readonly offset: number;
  /** A view into the frame: it is written to a file before the next turn. */
  readonly data: Uint8Array;
}

/** What the receiver says to a piece. */
export interface SnapshotAnswer {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly group: number;
  readonly index: number;
  readonly term: number;
  /**
   * `next`: goes on at `offset`; `done`: durable and handed to the replica; `refused`: not wanted or not possible;
   * `too-large`: never possible, the receiver takes `offset` bytes at most.
   */
  readonly status: 'next' | 'done' | 'refused' | 'too-large';
  readonly offset: number;
}

const STATUSES = ['next', 'done', 'refused', 'too-large'] as const;

/** One piece of a snapshot as a frame, sealed by a checksum. */
export function encodeSnapshotChunk(chunk: SnapshotChunk, crc32c: Checksum): Uint8Array {
  const bound =
    FRAME_HEADER_BYTES +
    7 * VARINT_BYTES_MAX +
    snapshotBytesBound(chunk.snapshot) +
    chunk.data.length;
  const out = new ByteWriter(bound);
  out.u8(FRAME_KIND.snapshotChunk);
  out.skip(FRAME_HEADER_BYTES - 1);
  out.varint(chunk.from);
  out.varint(chunk.to);
  out.varint(chunk.group);
  out.varint(chunk.term);
  writeSnapshotMetadata(out, chunk.snapshot);
  out.varint(chunk.totalBytes);
  out.varint(chunk.offset);
  out.varint(chunk.data.length);
  out.bytes(chunk.data);
  return seal(out, crc32c);
}

/** Total: malformed bytes are an error, not a throw. `data` is a view of the frame. */
export function decodeSnapshotChunk(frame: Uint8Array): Decoded<SnapshotChunk> {
  return decoding(() => {
    const reader = new ByteReader(frame, FRAME_HEADER_BYTES);
    const head = {
      from: reader.varint(),
      to: reader.varint(),
      group: reader.varint(),
      term: reader.varint(),
    };
    const snapshot = readSnapshotMetadata(reader);
    const totalBytes = reader.varint();
    const offset = reader.varint();
    const length = reader.varint();
    const at = reader.skip(length);
    reader.end();
    if (offset + length > totalBytes)
      throw new MalformedBytesError('a piece beyond the end of its snapshot');
    return { ...head, snapshot, totalBytes, offset, data: frame.subarray(at, at + length) };
  });
}

/** The answer to a piece as a frame, sealed by a checksum. */
export function encodeSnapshotAnswer(answer: SnapshotAnswer, crc32c: Checksum): Uint8Array {
  const out = new ByteWriter(FRAME_HEADER_BYTES + 7 * VARINT_BYTES_MAX);
  out.u8(FRAME_KIND.snapshotAnswer);
  out.skip(FRAME_HEADER_BYTES - 1);
  out.varint(answer.from);
  out.varint(answer.to);
  out.varint(answer.group);
  out.varint(answer.index);
  out.varint(answer.term);
  out.u8(STATUSES.indexOf(answer.status));
  out.varint(answer.offset);
  return seal(out, crc32c);
}

/** Total: malformed bytes are an error, not a throw. */
export function decodeSnapshotAnswer(frame: Uint8Array): Decoded<SnapshotAnswer> {
  return decoding(() => {
    const reader = new ByteReader(frame, FRAME_HEADER_BYTES);
    const from = reader.varint();
    const to = reader.varint();
    const group = reader.varint();
    const index = reader.varint();
    const term = reader.varint();
    const status = STATUSES[reader.u8()];
    if (status === undefined)
      throw new MalformedBytesError('unknown answer to a piece of a snapshot');
    const offset = reader.varint();
    reader.end();
    return { from, to, group, index, term, status, offset };
  });
}

export function snapshotBytesBound({ confState }: SnapshotMetadata): number {
  const { voters, learners, votersOutgoing, learnersNext } = confState;
  const ids = voters.length + learners.length + votersOutgoing.length + learnersNext.length;
  return 1 + (6 + ids) * VARINT_BYTES_MAX;
}

export function writeSnapshotMetadata(out: ByteWriter, snapshot: SnapshotMetadata): void {
  out.varint(snapshot.index);
  out.varint(snapshot.term);
  const { voters, learners, votersOutgoing, learnersNext, autoLeave } = snapshot.confState;
  for (const ids of [voters, learners, votersOutgoing, learnersNext]) {
    out.varint(ids.length);
    for (const id of ids) out.varint(id);
  }
  out.flag(autoLeave);
}

export function readSnapshotMetadata(reader: ByteReader): SnapshotMetadata {
  const index = reader.varint();
  const term = reader.varint();
  const ids = (): ReplicaId[] => {
    const list: ReplicaId[] = [];
    for (let rest = reader.count(1); rest > 0; rest -= 1) list.push(reader.varint());
    return list;
  };
  const confState: ConfState = {
    voters: ids(),
    learners: ids(),
    votersOutgoing: ids(),
    learnersNext: ids(),
    autoLeave: reader.flag(),
  };
  return { index, term, confState };
}
