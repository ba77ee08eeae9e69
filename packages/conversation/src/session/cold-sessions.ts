import { readU32, readU48, textEquals, writeU32 } from './byte-fields.ts';
import {
  ACTIVITY_AT,
  type ColdGaps,
  decodeCold,
  encodeCold,
  ID_AT,
  INBOX_VERSION_AT,
  LENGTH_AT,
  LINK_AT,
  metadataBytesAt,
} from './cold-record.ts';
import type { SessionHead } from './session-head.ts';

const CAPACITY_MIN = 1024;
const SLOTS_MIN = 16;
const EMPTY = 0;
const REMOVED = 0xffff_ffff;

/** Names a cold session for as long as it is one. */
export type ColdHandle = number;
export const NO_HANDLE: ColdHandle = -1;

/**
 * The heads of sessions that have left memory, in one buffer, found by id: open addressing with linear probing over the
 * handles, so that a million of them is three arrays and no object.
 */
export class ColdSessions {
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #deadBytes = 0;
  /** Where a handle's record is; bytes move, handles stay. */
  #offsets: Uint32Array = new Uint32Array(0);
  #handles = 0;
  #free: ColdHandle[] = [];
  /** Handle + 1. */
  #slots: Uint32Array = new Uint32Array(SLOTS_MIN);
  #slotsUsed = 0;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  /** Of all three arrays. */
  get bytesInMemory(): number {
    return this.#bytes.byteLength + this.#offsets.byteLength + this.#slots.byteLength;
  }

  add(head: SessionHead, gaps: ColdGaps): ColdHandle {
    return this.addRecord(encodeCold(head, gaps), head.id);
  }

  addRecord(record: Uint8Array, id: string): ColdHandle {
    this.#reserve(record.length);
    const handle = this.#free.pop() ?? this.#newHandle();
    this.#offsets[handle] = this.#end;
    this.#bytes.set(record, this.#end);
    this.#end += record.length;
    this.setLink(handle, NO_HANDLE);
    if ((this.#slotsUsed + 1) * 3 > this.#slots.length * 2) this.#rehash();
    this.#putSlot(id, handle);
    this.#count += 1;
    return handle;
  }

  find(id: string): ColdHandle {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(id) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? EMPTY;
      if (found === EMPTY) return NO_HANDLE;
      if (found !== REMOVED && this.#hasId(found - 1, id)) return found - 1;
    }
  }

  remove(id: string): void {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(id) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? EMPTY;
      if (found === EMPTY) return;
      if (found === REMOVED || !this.#hasId(found - 1, id)) continue;
      this.#slots[slot] = REMOVED;
      this.#deadBytes += this.#lengthAt(this.#offsetOf(found - 1));
      this.#offsets[found - 1] = REMOVED;
      this.#free.push(found - 1);
      this.#count -= 1;
      if (this.#deadBytes > CAPACITY_MIN && this.#deadBytes * 2 > this.#end) this.#compact(0);
      return;
    }
  }

  read(handle: ColdHandle): { readonly head: SessionHead; readonly gaps: ColdGaps } {
    return decodeCold(this.#bytes, this.#offsetOf(handle));
  }

  activityOf(handle: ColdHandle): number {
    return readU48(this.#bytes, this.#offsetOf(handle) + ACTIVITY_AT);
  }

  inboxVersionOf(handle: ColdHandle): number {
    return readU48(this.#bytes, this.#offsetOf(handle) + INBOX_VERSION_AT);
  }

  metadataBytesOf(handle: ColdHandle): number {
    return metadataBytesAt(this.#bytes, this.#offsetOf(handle));
  }

  /** The next one in its inbox; what the link means is the inbox's business. */
  linkOf(handle: ColdHandle): ColdHandle {
    return readU32(this.#bytes, this.#offsetOf(handle) + LINK_AT) - 1;
  }

  setLink(handle: ColdHandle, next: ColdHandle): void {
    writeU32(this.#bytes, this.#offsetOf(handle) + LINK_AT, next + 1);
  }

  /** In no order that means anything. */
  *handles(): Generator<ColdHandle> {
    for (let handle = 0; handle < this.#handles; handle += 1)
      if (this.#offsets[handle] !== REMOVED) yield handle;
  }

  /** The record's bytes as a snapshot has them, without the link. */
  record(handle: ColdHandle): Uint8Array {
    const offset = this.#offsetOf(handle);
    const record = this.#bytes.slice(offset, offset + this.#lengthAt(offset));
    writeU32(record, LINK_AT, 0);
    return record;
  }

  #hasId(handle: ColdHandle, id: string): boolean {
    return textEquals(this.#bytes, this.#offsetOf(handle) + ID_AT, id);
  }

  #offsetOf(handle: ColdHandle): number {
    const offset = this.#offsets[handle];
    if (offset === undefined || offset === REMOVED) throw new RangeError(`no handle ${handle}`);
    return offset;
  }

  #lengthAt(offset: number): number {
    return readU32(this.#bytes, offset + LENGTH_AT);
  }

  #newHandle(): ColdHandle {
    if (this.#handles === this.#offsets.length) {
      const grown = new Uint32Array(Math.max(SLOTS_MIN, grownBy(this.#handles)));
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#handles += 1;
    return this.#handles - 1;
  }

  #putSlot(id: string, handle: ColdHandle): void {
    const mask = this.#slots.length - 1;
    let slot = hashOf(id) & mask;
    while ((this.#slots[slot] ?? EMPTY) !== EMPTY) slot = (slot + 1) & mask;
    this.#slots[slot] = handle + 1;
    this.#slotsUsed += 1;
  }

  /** Makes room for twice as many as there are, and forgets removed ones. */
  #rehash(): void {
    let length = SLOTS_MIN;
    while (length < this.#count * 3) length *= 2;
    const former = this.#slots;
    this.#slots = new Uint32Array(length);
    this.#slotsUsed = 0;
    for (const found of former) {
      if (found === EMPTY || found === REMOVED) continue;
      this.#putSlot(this.read(found - 1).head.id, found - 1);
    }
  }

  #reserve(length: number): void {
    if (this.#end + length > this.#bytes.length) this.#compact(length);
  }

  /** Moves live records together, with room for `more` bytes and some. */
  #compact(more: number): void {
    const live = this.#end - this.#deadBytes;
    const bytes = new Uint8Array(Math.max(CAPACITY_MIN, grownBy(live + more)));
    let end = 0;
    for (const handle of this.handles()) {
      const offset = this.#offsetOf(handle);
      const length = this.#lengthAt(offset);
      bytes.set(this.#bytes.subarray(offset, offset + length), end);
      this.#offsets[handle] = end;
      end += length;
    }
    this.#bytes = bytes;
    this.#end = end;
    this.#deadBytes = 0;
  }
}

function grownBy(size: number): number {
  return size + (size >> 2) + 1;
}

/** FNV-1a over the code units, finished as MurmurHash3 is: ids differ in their last characters. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1)
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
