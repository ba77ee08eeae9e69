import type { Sender } from '../commands/commands.ts';
import { CLIENT_CLOCK_AHEAD_MAX_MS, CLIENT_MESSAGE_IDS_MAX } from '../state.ts';
import {
  byteAt,
  readU16,
  readU32,
  readU48,
  textLength,
  writeU16,
  writeU32,
  writeU48,
} from './byte-fields.ts';
import { idBytes, idEnd, idEquals, isPackable, readId, writeId } from './byte-ids.ts';
import { ByteLog, type ByteMeter } from './byte-log.ts';
import { idTimeMs, mayHaveTime, packedTimeMs } from './id-time.ts';

/*
 * One record: length u16, hash u32, flags u8, seq u32, time u48, message id, client message id (each 16 bytes or
 * text). The layout is part of the snapshot's version.
 */
const HEADER_BYTES = 17;
const FLAG_AGENT = 1;
const FLAG_PACKED_MESSAGE_ID = 2;
const FLAG_PACKED_CLIENT_ID = 4;
/** A record without ids whose time is that of the latest id that has left the window. */
const FLAG_HORIZON = 8;
const FLAGS_KNOWN = FLAG_AGENT | FLAG_PACKED_MESSAGE_ID | FLAG_PACKED_CLIENT_ID | FLAG_HORIZON;
const NOTHING = new Uint8Array(0);
/** With more ids than this, most ids that are not among them are ruled out without walking through the records. */
const SLOTS_FROM = 32;
/** A power of two. */
const SLOTS = 2_048;

/** Of what a client message id became. */
export interface KnownMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly insertedAtMs: number;
}

/**
 * The newest CLIENT_MESSAGE_IDS_MAX client message ids of a session, of the user and of the agent each, and their
 * messages. Ids that carry their time (ULID, UUIDv7) are known to be too old once they have left this window.
 */
export class ClientMessageIds {
  /** Null: the sender has sent nothing yet, as the agent of nearly every session. */
  readonly #bySender: Record<Sender['type'], SenderIds | null> = { user: null, agent: null };
  #meter: ByteMeter | null = null;

  static empty(): ClientMessageIds {
    return new ClientMessageIds();
  }

  /**
   * From a snapshot's bytes, which are copied: of each sender the horizon, where there is one, and the records in order.
   * Throws a RangeError when they are not whole, valid records.
   */
  static fromBytes(bytes: Uint8Array, lastSeq: number): ClientMessageIds {
    const ids = ClientMessageIds.empty();
    for (let offset = 0; offset < bytes.length; ) {
      const { end, flags } = checkedRecord(bytes, offset);
      ids.#of((flags & FLAG_AGENT) === 0 ? 'user' : 'agent').take(bytes, offset, end, lastSeq);
      offset = end;
    }
    return ids;
  }

  /** What is added later does not change it. */
  view(): Uint8Array {
    const { user, agent } = this.#bySender;
    const parts = [
      user?.horizonRecord(0) ?? NOTHING,
      user?.view() ?? NOTHING,
      agent?.horizonRecord(FLAG_AGENT) ?? NOTHING,
      agent?.view() ?? NOTHING,
    ];
    const filled = parts.filter(({ length }) => length > 0);
    const [only] = filled;
    return only !== undefined && filled.length === 1 ? only : joined(filled);
  }

  /** Null: not in the window of this sender. */
  find(senderType: Sender['type'], clientMessageId: string): KnownMessage | null {
    return this.#bySender[senderType]?.find(clientMessageId) ?? null;
  }

  /**
   * Whether an id that is not in the window may have been in it before. An id that the node made itself, the message's own,
   * says nothing about its sender's clock.
   */
  isExpired(senderType: Sender['type'], clientMessageId: string, messageId: string): boolean {
    if (clientMessageId === messageId) return false;
    const madeAtMs = idTimeMs(clientMessageId);
    return madeAtMs !== null && madeAtMs <= (this.#bySender[senderType]?.horizonMs ?? 0);
  }

  /** Remembers the id and forgets the sender's oldest when there are too many. */
  add(senderType: Sender['type'], clientMessageId: string, message: KnownMessage): void {
    const flag = senderType === 'agent' ? FLAG_AGENT : 0;
    this.#of(senderType).add(flag, clientMessageId, message);
  }

  /** Its memory counts in `meter` from now on; null: in none. */
  countIn(meter: ByteMeter | null): void {
    this.#meter = meter;
    this.#bySender.user?.countIn(meter);
    this.#bySender.agent?.countIn(meter);
  }

  #of(senderType: Sender['type']): SenderIds {
    const known = this.#bySender[senderType];
    if (known !== null) return known;
    const ids = new SenderIds();
    ids.countIn(this.#meter);
    this.#bySender[senderType] = ids;
    return ids;
  }
}

/** The window of one sender. */
class SenderIds {
  #log = new ByteLog();
  #count = 0;
  #newestSeq = 0;
  /** By the lowest bits of a hash, how many of the ids have it: derived. 512 ids are walked through for every message without. */
  #slots: Uint16Array | null = null;
  /** The latest time of an id that has left the window; 0: none with a time has. */
  horizonMs = 0;

  countIn(meter: ByteMeter | null): void {
    this.#log.countIn(meter);
  }

  view(): Uint8Array {
    return this.#log.view();
  }

  horizonRecord(flags: number): Uint8Array {
    if (this.horizonMs === 0) return NOTHING;
    const record = new Uint8Array(HEADER_BYTES);
    writeU16(record, 0, HEADER_BYTES);
    record[6] = flags | FLAG_HORIZON;
    writeU48(record, 11, this.horizonMs);
    return record;
  }

  /** A checked record of a snapshot. */
  take(bytes: Uint8Array, offset: number, end: number, lastSeq: number): void {
    if ((byteAt(bytes, offset + 6) & FLAG_HORIZON) !== 0) {
      if (this.horizonMs !== 0 || this.#count > 0) throw new RangeError('a horizon comes first');
      this.horizonMs = readU48(bytes, offset + 11);
      return;
    }
    const seq = readU32(bytes, offset + 7);
    if (seq <= this.#newestSeq || seq > lastSeq)
      throw new RangeError(`seq ${seq} follows ${this.#newestSeq}`);
    this.#newestSeq = seq;
    this.#count += 1;
    if (this.#count > CLIENT_MESSAGE_IDS_MAX)
      throw new RangeError(`${this.#count} client message ids`);
    const at = this.#log.reserve(end - offset);
    this.#log.bytes.set(bytes.subarray(offset, end), at);
  }

  find(clientMessageId: string): KnownMessage | null {
    const { bytes, end } = this.#log;
    const hash = hashOf(clientMessageId);
    if (this.#slots !== null && this.#slots[hash % SLOTS] === 0) return null;
    // Byte by byte, because nearly every record differs in the first one.
    const byte0 = hash & 0xff;
    const byte1 = (hash >>> 8) & 0xff;
    const byte2 = (hash >>> 16) & 0xff;
    const byte3 = hash >>> 24;
    let next = this.#log.start;
    while (next < end) {
      const offset = next;
      next += (bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8);
      if (bytes[offset + 2] !== byte0 || bytes[offset + 3] !== byte1) continue;
      if (bytes[offset + 4] !== byte2 || bytes[offset + 5] !== byte3) continue;
      const flags = byteAt(bytes, offset + 6);
      const packedMessageId = (flags & FLAG_PACKED_MESSAGE_ID) !== 0;
      const clientIdAt = idEnd(bytes, offset + HEADER_BYTES, packedMessageId);
      const packedClientId = (flags & FLAG_PACKED_CLIENT_ID) !== 0;
      if (!idEquals(bytes, clientIdAt, clientMessageId, packedClientId)) continue;
      return {
        seq: readU32(bytes, offset + 7),
        messageId: readId(bytes, offset + HEADER_BYTES, packedMessageId),
        insertedAtMs: readU48(bytes, offset + 11),
      };
    }
    return null;
  }

  add(senderFlag: number, clientMessageId: string, message: KnownMessage): void {
    const packedMessageId = isPackable(message.messageId);
    const packedClientId = isPackable(clientMessageId);
    const length =
      HEADER_BYTES +
      idBytes(message.messageId, packedMessageId) +
      idBytes(clientMessageId, packedClientId);
    const offset = this.#log.reserve(length);
    const { bytes } = this.#log;
    writeU16(bytes, offset, length);
    const hash = hashOf(clientMessageId);
    writeU32(bytes, offset + 2, hash);
    bytes[offset + 6] =
      senderFlag |
      (packedMessageId ? FLAG_PACKED_MESSAGE_ID : 0) |
      (packedClientId ? FLAG_PACKED_CLIENT_ID : 0);
    writeU32(bytes, offset + 7, message.seq);
    writeU48(bytes, offset + 11, message.insertedAtMs);
    const clientIdAt = writeId(bytes, offset + HEADER_BYTES, message.messageId, packedMessageId);
    writeId(bytes, clientIdAt, clientMessageId, packedClientId);
    this.#newestSeq = message.seq;
    this.#count += 1;
    if (this.#slots !== null) countHash(this.#slots, hash, 1);
    else if (this.#count > SLOTS_FROM) this.#slots = this.#countedHashes();
    if (this.#count > CLIENT_MESSAGE_IDS_MAX) this.#forgetOldest();
  }

  #countedHashes(): Uint16Array {
    const slots = new Uint16Array(SLOTS);
    const { bytes, start, end } = this.#log;
    for (let offset = start; offset < end; offset += readU16(bytes, offset))
      countHash(slots, readU32(bytes, offset + 2), 1);
    return slots;
  }

  #forgetOldest(): void {
    const { bytes, start } = this.#log;
    if (this.#slots !== null) countHash(this.#slots, readU32(bytes, start + 2), -1);
    const madeAtMs = madeAt(bytes, start);
    const isPlausible =
      madeAtMs !== null && madeAtMs <= readU48(bytes, start + 11) + CLIENT_CLOCK_AHEAD_MAX_MS;
    if (isPlausible) this.horizonMs = Math.max(this.horizonMs, madeAtMs);
    this.#log.drop(readU16(bytes, start));
    this.#count -= 1;
  }
}

function countHash(slots: Uint16Array, hash: number, by: 1 | -1): void {
  slots[hash % SLOTS] = (slots[hash % SLOTS] ?? 0) + by;
}

/** When the client made the id of the record at `offset`; null: it does not say, or it is the message's own. */
function madeAt(bytes: Uint8Array, offset: number): number | null {
  const flags = byteAt(bytes, offset + 6);
  const isMessageIdPacked = (flags & FLAG_PACKED_MESSAGE_ID) !== 0;
  const isClientIdPacked = (flags & FLAG_PACKED_CLIENT_ID) !== 0;
  const messageIdAt = offset + HEADER_BYTES;
  const clientIdAt = idEnd(bytes, messageIdAt, isMessageIdPacked);
  if (isMessageIdPacked && isClientIdPacked) {
    const isOwn = isSame(bytes, messageIdAt, clientIdAt, clientIdAt - messageIdAt);
    return isOwn ? null : packedTimeMs(bytes, clientIdAt);
  }
  // Most ids of clients say no time: that is known without a string of them.
  if (!isClientIdPacked && !mayHaveTime(textLength(bytes, clientIdAt))) return null;
  const clientMessageId = readId(bytes, clientIdAt, isClientIdPacked);
  const isOwn = clientMessageId === readId(bytes, messageIdAt, isMessageIdPacked);
  return isOwn ? null : idTimeMs(clientMessageId);
}

function isSame(bytes: Uint8Array, left: number, right: number, length: number): boolean {
  for (let at = 0; at < length; at += 1) if (bytes[left + at] !== bytes[right + at]) return false;
  return true;
}

/** FNV-1a over the code units; only narrows the search down, the id itself decides. */
function hashOf(clientMessageId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < clientMessageId.length; index += 1)
    hash = Math.imul(hash ^ clientMessageId.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function checkedRecord(
  bytes: Uint8Array,
  offset: number,
): { readonly end: number; readonly flags: number } {
  const end = offset + readU16(bytes, offset);
  const flags = byteAt(bytes, offset + 6);
  if (end > bytes.length || end < offset + HEADER_BYTES || (flags & ~FLAGS_KNOWN) !== 0)
    throw new RangeError(`no record of a client message id at byte ${offset}`);
  if ((flags & FLAG_HORIZON) !== 0) {
    if (end !== offset + HEADER_BYTES || (flags & ~(FLAG_AGENT | FLAG_HORIZON)) !== 0)
      throw new RangeError(`no horizon at byte ${offset}`);
    return { end, flags };
  }
  const clientIdAt = idEnd(bytes, offset + HEADER_BYTES, (flags & FLAG_PACKED_MESSAGE_ID) !== 0);
  const packedClientId = (flags & FLAG_PACKED_CLIENT_ID) !== 0;
  if (clientIdAt + 2 > end || idEnd(bytes, clientIdAt, packedClientId) !== end)
    throw new RangeError(`the record of a client message id at byte ${offset} is cut off`);
  if (readU32(bytes, offset + 2) !== hashOf(readId(bytes, clientIdAt, packedClientId)))
    throw new RangeError(`the record of a client message id at byte ${offset} has a wrong hash`);
  return { end, flags };
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
