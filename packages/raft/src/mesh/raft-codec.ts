import { ByteReader, ByteWriter, MalformedBytesError, VARINT_BYTES_MAX } from '../codec/bytes.ts';
import type { Entry, EntryType, Message, ReplicaId } from '../core/index.ts';
import {
  type Checksum,
  type Decoded,
  decoding,
  FRAME_HEADER_BYTES,
  FRAME_KIND,
  seal,
} from './raft-frame.ts';
import {
  readSnapshotMetadata,
  snapshotBytesBound,
  writeSnapshotMetadata,
} from './snapshot-codec.ts';

/**
 * Raft messages of many groups from one node to another, in one frame. After the frame's head: from, to and
 * count (varints), then `count` messages:
 *
 * ```
 * type (1)  group  term  and the fields of that type; numbers are varints
 * ```
 *
 * The replica's id is its node's number, so sender and receiver stand once a frame. A heartbeat of a young
 * group takes five bytes.
 */
export interface MessageBatch {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  /** groups[i] is the group of messages[i]. */
  readonly groups: readonly number[];
  readonly messages: readonly Message[];
}

/** Never changed, only added to: a type of message that is missing here does not compile. */
const MESSAGE_CODES: Record<Message['type'], number> = {
  heartbeat: 0,
  'heartbeat-response': 1,
  append: 2,
  'append-response': 3,
  vote: 4,
  'vote-response': 5,
  'pre-vote': 6,
  'pre-vote-response': 7,
  snapshot: 8,
  'timeout-now': 9,
  'transfer-leader': 10,
  'read-index': 11,
  'read-index-response': 12,
  'commit-hint': 13,
};
const MESSAGE_TYPES: readonly Message['type'][] = [
  'heartbeat',
  'heartbeat-response',
  'append',
  'append-response',
  'vote',
  'vote-response',
  'pre-vote',
  'pre-vote-response',
  'snapshot',
  'timeout-now',
  'transfer-leader',
  'read-index',
  'read-index-response',
  'commit-hint',
];
const ENTRY_TYPES: readonly EntryType[] = ['normal', 'conf-change', 'conf-change-v2'];
/** Type, group and term. */
const MESSAGE_BYTES_MIN = 3;
/** Type, term and length of the data; the index follows from the message. */
const ENTRY_BYTES_MIN = 3;
const ENTRY_OVERHEAD_BYTES = 1 + 2 * VARINT_BYTES_MAX;
const MESSAGE_OVERHEAD_BYTES = 1 + 8 * VARINT_BYTES_MAX;
const NO_ENTRIES: readonly Entry[] = [];

/** An upper bound of a message's encoded size in bytes. */
export function messageBytesBound(message: Message): number {
  if (message.type === 'append') {
    let bytes = MESSAGE_OVERHEAD_BYTES;
    for (const entry of message.entries) bytes += entry.data.length + ENTRY_OVERHEAD_BYTES;
    return bytes;
  }
  if (message.type === 'snapshot')
    return MESSAGE_OVERHEAD_BYTES + snapshotBytesBound(message.snapshot);
  return MESSAGE_OVERHEAD_BYTES;
}

/** `bytesBound`: the sum of `messageBytesBound` of the messages. */
export function encodeMessages(
  batch: MessageBatch,
  bytesBound: number,
  crc32c: Checksum,
): Uint8Array {
  const out = new ByteWriter(FRAME_HEADER_BYTES + 3 * VARINT_BYTES_MAX + bytesBound);
  out.u8(FRAME_KIND.messages);
  out.skip(FRAME_HEADER_BYTES - 1);
  out.varint(batch.from);
  out.varint(batch.to);
  out.varint(batch.messages.length);
  for (let at = 0; at < batch.messages.length; at += 1) {
    const message = batch.messages[at];
    const group = batch.groups[at];
    if (message === undefined || group === undefined)
      throw new RangeError('groups and messages differ in length');
    writeMessage(out, group, message);
  }
  return seal(out, crc32c);
}

/** Any bytes: an error value, never a throw. The frame's checksum was checked by `openFrame`. */
export function decodeMessages(frame: Uint8Array): Decoded<MessageBatch> {
  return decoding(() => {
    const reader = new ByteReader(frame, FRAME_HEADER_BYTES);
    const from = reader.varint();
    const to = reader.varint();
    if (from === 0 || to === 0)
      throw new MalformedBytesError('a frame without a sender or receiver');
    const count = reader.count(MESSAGE_BYTES_MIN);
    const groups: number[] = [];
    const messages: Message[] = [];
    for (let at = 0; at < count; at += 1) {
      const type = MESSAGE_TYPES[reader.u8()];
      if (type === undefined) throw new MalformedBytesError('unknown type of message');
      groups.push(reader.varint());
      messages.push(readMessage(reader, type, from, to));
    }
    reader.end();
    return { from, to, groups, messages };
  });
}

function writeMessage(out: ByteWriter, group: number, message: Message): void {
  out.u8(MESSAGE_CODES[message.type]);
  out.varint(group);
  out.varint(message.term);
  switch (message.type) {
    case 'heartbeat':
      out.varint(message.commit);
      out.varint(message.readRound);
      return;
    case 'heartbeat-response':
      out.varint(message.readRound);
      return;
    case 'append':
      out.varint(message.index);
      out.varint(message.logTerm);
      out.varint(message.commit);
      out.varint(message.entries.length);
      for (const entry of message.entries) writeEntry(out, entry);
      return;
    case 'append-response':
      out.varint(message.index);
      out.flag(message.reject);
      out.varint(message.rejectHint);
      out.varint(message.logTerm);
      out.varint(message.commit);
      return;
    case 'vote':
    case 'pre-vote':
      out.varint(message.index);
      out.varint(message.logTerm);
      out.flag(message.force);
      return;
    case 'vote-response':
    case 'pre-vote-response':
      out.flag(message.reject);
      return;
    case 'commit-hint':
      out.varint(message.index);
      out.varint(message.logTerm);
      return;
    case 'snapshot':
      writeSnapshotMetadata(out, message.snapshot);
      return;
    case 'timeout-now':
      return;
    case 'transfer-leader':
      out.varint(message.transferee);
      return;
    case 'read-index':
      out.varint(message.requestId);
      return;
    case 'read-index-response':
      out.varint(message.requestId);
      out.varint(message.index);
      out.flag(message.reject);
      return;
  }
}

/** Fields are read in the order in which they stand here. */
function readMessage(
  r: ByteReader,
  type: Message['type'],
  from: ReplicaId,
  to: ReplicaId,
): Message {
  const term = r.varint();
  switch (type) {
    case 'heartbeat':
      return { type, from, to, term, commit: r.varint(), readRound: r.varint() };
    case 'heartbeat-response':
      return { type, from, to, term, readRound: r.varint() };
    case 'append': {
      const index = r.varint();
      const logTerm = r.varint();
      const commit = r.varint();
      return { type, from, to, term, index, logTerm, commit, entries: readEntries(r, index) };
    }
    case 'append-response': {
      const index = r.varint();
      const reject = r.flag();
      return {
        type,
        from,
        to,
        term,
        index,
        reject,
        rejectHint: r.varint(),
        logTerm: r.varint(),
        commit: r.varint(),
      };
    }
    case 'vote':
    case 'pre-vote':
      return { type, from, to, term, index: r.varint(), logTerm: r.varint(), force: r.flag() };
    case 'vote-response':
    case 'pre-vote-response':
      return { type, from, to, term, reject: r.flag() };
    case 'commit-hint':
      return { type, from, to, term, index: r.varint(), logTerm: r.varint() };
    case 'snapshot':
      return { type, from, to, term, snapshot: readSnapshotMetadata(r) };
    case 'timeout-now':
      return { type, from, to, term };
    case 'transfer-leader':
      return { type, from, to, term, transferee: r.varint() };
    case 'read-index':
      return { type, from, to, term, requestId: r.varint() };
    case 'read-index-response':
      return { type, from, to, term, requestId: r.varint(), index: r.varint(), reject: r.flag() };
  }
}

function writeEntry(out: ByteWriter, entry: Entry): void {
  out.u8(ENTRY_TYPES.indexOf(entry.type));
  out.varint(entry.term);
  out.varint(entry.data.length);
  out.bytes(entry.data);
}

/**
 * The entries stay in memory long after the frame (the tail of the log), so their bytes are copied, once a
 * message: a view would keep alive everything that came in the same read of the socket, which would make
 * nonsense of the budget for entries in memory.
 */
function readEntries(reader: ByteReader, previousIndex: number): readonly Entry[] {
  const count = reader.count(ENTRY_BYTES_MIN);
  if (count === 0) return NO_ENTRIES;
  if (previousIndex + count > Number.MAX_SAFE_INTEGER)
    throw new MalformedBytesError('an index above 2^53 - 1');
  const start = reader.position;
  const types: EntryType[] = [];
  const terms: number[] = [];
  const positions: number[] = [];
  const lengths: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const type = ENTRY_TYPES[reader.u8()];
    if (type === undefined) throw new MalformedBytesError('unknown type of entry');
    types.push(type);
    terms.push(reader.varint());
    const length = reader.varint();
    lengths.push(length);
    positions.push(reader.skip(length) - start);
  }
  const copy = reader.copySince(start);
  return types.map((type, at) => {
    const position = positions[at] ?? 0;
    const data = copy.subarray(position, position + (lengths[at] ?? 0));
    return { index: previousIndex + 1 + at, term: terms[at] ?? 0, type, data };
  });
}
