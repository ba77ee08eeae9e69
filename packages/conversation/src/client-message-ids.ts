import { byteAt, readU16, readU32, readU48, writeU16, writeU32, writeU48 } from './byte-fields.ts';
import { idBytes, idEnd, idEquals, isPackable, readId, writeId } from './byte-ids.ts';
import { ByteLog } from './byte-log.ts';
import type { Sender } from './commands.ts';
import { CLIENT_MESSAGE_IDS_MAX } from './state.ts';

/*
 * One record: length u16, hash u32, flags u8, seq u32, time u48, message id, client message id (each 16 bytes or
 * text). The layout is part of the snapshot's version.
 */
const HEADER_BYTES = 17;
const FLAG_AGENT = 1;
const FLAG_PACKED_MESSAGE_ID = 2;
const FLAG_PACKED_CLIENT_ID = 4;
const FLAGS_KNOWN = FLAG_AGENT | FLAG_PACKED_MESSAGE_ID | FLAG_PACKED_CLIENT_ID;

/** Of what a client message id became. */
export interface KnownMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly insertedAtMs: number;
}

/** The newest CLIENT_MESSAGE_IDS_MAX client message ids of a session, per kind of sender, and their messages. */
export class ClientMessageIds {
  readonly #log: ByteLog;
  #count: number;

  private constructor(log: ByteLog, count: number) {
    this.#log = log;
    this.#count = count;
  }

  static empty(): ClientMessageIds {
    return new ClientMessageIds(new ByteLog(), 0);
  }

  /** From a snapshot's bytes, which are copied. Throws a RangeError when they are not whole, valid records. */
  static fromBytes(bytes: Uint8Array, lastSeq: number): ClientMessageIds {
    let count = 0;
    let seq = 0;
    for (let offset = 0; offset < bytes.length; count += 1) {
      const end = checkedEnd(bytes, offset);
      const next = readU32(bytes, offset + 7);
      if (next <= seq || next > lastSeq) throw new RangeError(`seq ${next} follows ${seq}`);
      seq = next;
      offset = end;
    }
    if (count > CLIENT_MESSAGE_IDS_MAX) throw new RangeError(`${count} client message ids`);
    return new ClientMessageIds(new ByteLog(new Uint8Array(bytes)), count);
  }

  /** Not copied; what is added later does not change it. */
  view(): Uint8Array {
    return this.#log.view();
  }

  /** Null: not seen among the newest CLIENT_MESSAGE_IDS_MAX. */
  find(senderType: Sender['type'], clientMessageId: string): KnownMessage | null {
    const { bytes, end } = this.#log;
    const hash = hashOf(clientMessageId);
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
      if (((flags & FLAG_AGENT) !== 0) !== (senderType === 'agent')) continue;
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

  /** Remembers the id and forgets the oldest when there are too many. */
  add(senderType: Sender['type'], clientMessageId: string, message: KnownMessage): void {
    const packedMessageId = isPackable(message.messageId);
    const packedClientId = isPackable(clientMessageId);
    const length =
      HEADER_BYTES +
      idBytes(message.messageId, packedMessageId) +
      idBytes(clientMessageId, packedClientId);
    const offset = this.#log.reserve(length);
    const { bytes } = this.#log;
    writeU16(bytes, offset, length);
    writeU32(bytes, offset + 2, hashOf(clientMessageId));
    bytes[offset + 6] =
      (senderType === 'agent' ? FLAG_AGENT : 0) |
      (packedMessageId ? FLAG_PACKED_MESSAGE_ID : 0) |
      (packedClientId ? FLAG_PACKED_CLIENT_ID : 0);
    writeU32(bytes, offset + 7, message.seq);
    writeU48(bytes, offset + 11, message.insertedAtMs);
    const clientIdAt = writeId(bytes, offset + HEADER_BYTES, message.messageId, packedMessageId);
    writeId(bytes, clientIdAt, clientMessageId, packedClientId);
    this.#count += 1;
    if (this.#count > CLIENT_MESSAGE_IDS_MAX) {
      this.#log.drop(readU16(this.#log.bytes, this.#log.start));
      this.#count -= 1;
    }
  }
}

/** FNV-1a over the code units; only narrows the search down, the id itself decides. */
function hashOf(clientMessageId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < clientMessageId.length; index += 1)
    hash = Math.imul(hash ^ clientMessageId.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function checkedEnd(bytes: Uint8Array, offset: number): number {
  const end = offset + readU16(bytes, offset);
  const flags = byteAt(bytes, offset + 6);
  if (end > bytes.length || (flags & ~FLAGS_KNOWN) !== 0)
    throw new RangeError(`no record of a client message id at byte ${offset}`);
  const clientIdAt = idEnd(bytes, offset + HEADER_BYTES, (flags & FLAG_PACKED_MESSAGE_ID) !== 0);
  const packedClientId = (flags & FLAG_PACKED_CLIENT_ID) !== 0;
  if (clientIdAt + 2 > end || idEnd(bytes, clientIdAt, packedClientId) !== end)
    throw new RangeError(`the record of a client message id at byte ${offset} is cut off`);
  if (readU32(bytes, offset + 2) !== hashOf(readId(bytes, clientIdAt, packedClientId)))
    throw new RangeError(`the record of a client message id at byte ${offset} has a wrong hash`);
  return end;
}
