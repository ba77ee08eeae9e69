import type { NewMessage, Sender } from '../commands/commands.ts';
import type { Message } from '../state.ts';
import {
  byteAt,
  readText,
  readU32,
  readU48,
  textBytes,
  textEnd,
  writeText,
  writeU32,
  writeU48,
} from './byte-fields.ts';
import { idBytes, idEnd, isPackable, readId, writeId } from './byte-ids.ts';
import { ByteLog, type ByteMeter } from './byte-log.ts';
import { SpilledFront, type SpillStore } from './spilled-front.ts';

/*
 * One record: length u32, flags u8, time u48, id (16 bytes or text), kind (text), payload to the end of the record.
 * The layout is part of the snapshot's version.
 */
const HEADER_BYTES = 11;
const FLAG_AGENT = 1;
const FLAG_PACKED_ID = 2;
const FLAGS_KNOWN = FLAG_AGENT | FLAG_PACKED_ID;

/** Whose messages these are: what records leave out because it is the same for the whole session. */
export interface TailOwner {
  readonly id: string;
  readonly userId: string;
  readonly agentId: string;
}

/** How much of a tail stays. */
export interface TailSize {
  readonly messages: number;
  readonly bytes: number;
}

/** What of a page's size counts here. */
export interface TailPageSize {
  readonly bytesMax: number;
  readonly envelopeBytes: number;
}

/** The newest messages of a session, packed. Invariant: holds exactly seq firstSeq to firstSeq + count - 1. */
export class MessageTail {
  readonly #log: ByteLog;
  /** Null: all of it is in memory. */
  #front: SpilledFront | null = null;
  #firstSeq: number;
  /** In memory. */
  #count: number;

  private constructor(log: ByteLog, firstSeq: number, count: number) {
    this.#log = log;
    this.#firstSeq = firstSeq;
    this.#count = count;
  }

  static empty(): MessageTail {
    return new MessageTail(new ByteLog(), 1, 0);
  }

  /** From a snapshot's bytes, which are copied. Throws a RangeError when they are not whole, valid records. */
  static fromBytes(bytes: Uint8Array, firstSeq: number): MessageTail {
    let count = 0;
    for (let offset = 0; offset < bytes.length; count += 1) offset = checkedEnd(bytes, offset);
    return new MessageTail(new ByteLog(new Uint8Array(bytes)), firstSeq, count);
  }

  get firstSeq(): number {
    return this.#firstSeq;
  }

  get count(): number {
    return this.#count + (this.#front?.count ?? 0);
  }

  /** Its memory counts in `meter` from now on; null: in none. */
  countIn(meter: ByteMeter | null): void {
    this.#log.countIn(meter);
  }

  /** Of all messages, in memory or not. */
  get bytes(): number {
    return this.bytesInMemory + (this.#front?.bytes ?? 0);
  }

  /** Of messages in memory. */
  get bytesInMemory(): number {
    return this.#log.end - this.#log.start;
  }

  /** Of the first message in memory. */
  get #logFirstSeq(): number {
    return this.#firstSeq + (this.#front?.count ?? 0);
  }

  /**
   * Moves the oldest messages out of memory, at most `bytesMax` in one go: all but the newest, as many of them as `keep` says.
   * What is read stays the same. Answers with the bytes moved; 0: there is nothing to move, or no room.
   */
  spill(store: SpillStore, keep: TailSize, bytesMax: number): number {
    const view = this.#log.view();
    const lengths: number[] = [];
    let length = 0;
    while (length < bytesMax && this.#count - lengths.length > 1) {
      const isKept =
        this.#count - lengths.length <= keep.messages && view.length - length <= keep.bytes;
      if (isKept) break;
      const next = readU32(view, length);
      lengths.push(next);
      length += next;
    }
    if (lengths.length === 0) return 0;
    const handle = store.write(view.subarray(0, length));
    if (handle === null) return 0;
    this.#front ??= new SpilledFront();
    this.#front.add({ handle, store, lengths: Uint32Array.from(lengths) });
    this.#log.drop(length);
    this.#count -= lengths.length;
    return length;
  }

  /** Not copied; what is added or dropped later does not change it. */
  view(): Uint8Array {
    return this.#front === null
      ? this.#log.view()
      : joined([...this.#front.views(), this.#log.view()]);
  }

  /** As `view`, but of the messages before `neededSeq` only the newest that fit in `bytesMax` together with the rest. */
  newest(
    neededSeq: number,
    bytesMax: number,
  ): { readonly tailFirstSeq: number; readonly tail: Uint8Array } {
    const view = this.view();
    let offset = 0;
    let tailFirstSeq = this.#firstSeq;
    for (; tailFirstSeq < neededSeq && view.length - offset > bytesMax; tailFirstSeq += 1)
      offset += readU32(view, offset);
    return { tailFirstSeq, tail: view.subarray(offset) };
  }

  /** Adds the message after the newest; its payload is copied, so the command's buffer may go. */
  add(message: NewMessage, senderType: Sender['type'], insertedAtMs: number): void {
    const { id, kind, payload } = message;
    const packed = isPackable(id);
    const length = HEADER_BYTES + idBytes(id, packed) + textBytes(kind) + payload.length;
    const offset = this.#log.reserve(length);
    const { bytes } = this.#log;
    writeU32(bytes, offset, length);
    bytes[offset + 4] = (senderType === 'agent' ? FLAG_AGENT : 0) | (packed ? FLAG_PACKED_ID : 0);
    writeU48(bytes, offset + 5, insertedAtMs);
    const kindAt = writeId(bytes, offset + HEADER_BYTES, id, packed);
    bytes.set(payload, writeText(bytes, kindAt, kind));
    this.#count += 1;
  }

  /** Drops the oldest messages before `neededSeq`, until as many and as large ones are left as `keep` says; the newest stays. */
  trim(neededSeq: number, keep: TailSize): void {
    while (this.#firstSeq < neededSeq && this.count > 1) {
      if (this.count <= keep.messages && this.bytes <= keep.bytes) return;
      this.#dropFirst();
    }
  }

  #dropFirst(): void {
    this.#firstSeq += 1;
    if (this.#front === null) {
      this.#log.drop(readU32(this.#log.bytes, this.#log.start));
      this.#count -= 1;
      return;
    }
    this.#front.dropFirst();
    if (this.#front.count === 0) this.#front = null;
  }

  clear(): void {
    this.#firstSeq += this.count;
    this.#front?.clear();
    this.#front = null;
    this.#log.drop(this.bytesInMemory);
    this.#count = 0;
  }

  /** Through which message, from `fromSeq` and not beyond `toSeq`, the records come to `bytesMax`; at least the first. */
  throughSeq(fromSeq: number, toSeq: number, bytesMax: number): number {
    const { bytes, end } = this.#log;
    let offset = this.#log.start;
    let total = 0;
    for (const record of this.#front?.records(this.#firstSeq, fromSeq) ?? []) {
      if (record.seq >= toSeq) return toSeq;
      total += readU32(record.bytes, record.offset);
      if (total >= bytesMax) return record.seq;
    }
    for (let seq = this.#logFirstSeq; seq < toSeq && offset < end; seq += 1) {
      const length = readU32(bytes, offset);
      offset += length;
      if (seq >= fromSeq) total += length;
      if (total >= bytesMax) return seq;
    }
    return toSeq;
  }

  /** The messages that are here with fromSeq <= seq <= toSeq, ascending. */
  read(owner: TailOwner, fromSeq: number, toSeq: number): Message[] {
    return [...this.#messages(owner, fromSeq, toSeq)];
  }

  /** As `read`, but only the first that fit in `size`; at least one. */
  readFirst(owner: TailOwner, fromSeq: number, toSeq: number, size: TailPageSize): Message[] {
    const messages: Message[] = [];
    let total = 0;
    for (const message of this.#messages(owner, fromSeq, toSeq)) {
      total += message.payload.length + size.envelopeBytes;
      if (total > size.bytesMax && messages.length > 0) break;
      messages.push(message);
    }
    return messages;
  }

  /** As `read`, but only the last that fit in `size`; at least one. */
  readLast(owner: TailOwner, fromSeq: number, toSeq: number, size: TailPageSize): Message[] {
    // Records can only be walked forwards: what is too much falls off the front again.
    const messages: Message[] = [];
    let total = 0;
    for (const message of this.#messages(owner, fromSeq, toSeq)) {
      messages.push(message);
      total += message.payload.length + size.envelopeBytes;
      while (total > size.bytesMax && messages.length > 1)
        total -= (messages.shift()?.payload.length ?? 0) + size.envelopeBytes;
    }
    return messages;
  }

  *#messages(owner: TailOwner, fromSeq: number, toSeq: number): Generator<Message> {
    const { bytes, end } = this.#log;
    let offset = this.#log.start;
    if (this.#front !== null && fromSeq < this.#logFirstSeq)
      for (const record of this.#front.records(this.#firstSeq, fromSeq)) {
        if (record.seq > toSeq) return;
        yield decode(record.bytes, record.offset, record.seq, owner);
      }
    for (let seq = this.#logFirstSeq; seq <= toSeq && offset < end; seq += 1) {
      if (seq >= fromSeq) yield decode(bytes, offset, seq, owner);
      offset += readU32(bytes, offset);
    }
  }
}

function decode(bytes: Uint8Array, offset: number, seq: number, owner: TailOwner): Message {
  const flags = byteAt(bytes, offset + 4);
  const packed = (flags & FLAG_PACKED_ID) !== 0;
  const idAt = offset + HEADER_BYTES;
  const kindAt = idEnd(bytes, idAt, packed);
  return {
    id: readId(bytes, idAt, packed),
    sessionId: owner.id,
    seq,
    sender:
      (flags & FLAG_AGENT) !== 0
        ? { type: 'agent', id: owner.agentId }
        : { type: 'user', id: owner.userId },
    kind: readText(bytes, kindAt),
    payload: bytes.subarray(textEnd(bytes, kindAt), offset + readU32(bytes, offset)),
    insertedAtMs: readU48(bytes, offset + 5),
  };
}

/** The end of the record at `offset`, after looking at every length in it. */
function checkedEnd(bytes: Uint8Array, offset: number): number {
  const end = offset + readU32(bytes, offset);
  const flags = byteAt(bytes, offset + 4);
  if (end > bytes.length || (flags & ~FLAGS_KNOWN) !== 0)
    throw new RangeError(`no message record at byte ${offset}`);
  const packed = (flags & FLAG_PACKED_ID) !== 0;
  const kindAt = idEnd(bytes, offset + HEADER_BYTES, packed);
  if (kindAt + 2 > end || textEnd(bytes, kindAt) > end)
    throw new RangeError(`the message record at byte ${offset} is cut off`);
  return end;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
