import {
  byteAt,
  readText,
  readU16,
  readU32,
  readU48,
  textBytes,
  textEnd,
  writeText,
  writeU16,
  writeU32,
  writeU48,
} from './byte-fields.ts';
import type { DispatchState, Session, SessionHead, SessionStatus } from './state.ts';

/*
 * One record: length u32, link u32, activity u48, inbox version u48, counters u32, void seqs u16, flags u8, then the
 * numbers, ids and texts of a session's head. The link is the owner's; the rest is part of the snapshot's version.
 */
export const LENGTH_AT = 0;
export const LINK_AT = 4;
export const ACTIVITY_AT = 8;
export const INBOX_VERSION_AT = 14;
const COUNTERS_AT = 20;
const VOID_SEQS_AT = 24;
const FLAGS_AT = 26;
const LAST_SEQ_AT = 27;
const READ_SEQ_AT = 31;
const UNREAD_AT = 35;
const USER_SEQ_AT = 39;
const INSERTED_AT = 43;
const UPDATED_AT = 49;
const EPOCH_AT = 55;
const VERSION_AT = 61;
const FLUSHED_VERSION_AT = 67;
const DEBOUNCE_AT = 73;
export const ID_AT = 77;
const FLAG_ARCHIVED = 1;
const FLAG_FAILED = 2;
const FLAG_MESSAGE = 4;
const FLAG_BY_AGENT = 8;
const FLAG_ERASED = 16;

const STATUS_FLAGS: Readonly<Record<SessionStatus, number>> = {
  active: 0,
  archived: FLAG_ARCHIVED,
  erased: FLAG_ERASED,
};

/** What a restore adds to a session that stays cold, beyond what its archived state says. */
export interface ColdGaps {
  readonly counters: number;
  readonly voidSeqs: number;
}

export const NO_GAPS: ColdGaps = { counters: 0, voidSeqs: 0 };

/**
 * The head of a session that has left memory, as bytes: a tenth of the objects, and nothing for the collector to walk. Only
 * a session that is flushed and has no work can be one: throws a TypeError for another.
 */
export function encodeCold(head: SessionHead, gaps: ColdGaps): Uint8Array {
  const { dispatch, lastMessage, metadata } = head;
  if (dispatch.status === 'waiting' || dispatch.status === 'running')
    throw new TypeError('a session with work stays in memory');
  const failed = dispatch.status === 'failed' ? dispatch : null;
  const length =
    ID_AT +
    textBytes(head.id) +
    textBytes(head.userId) +
    textBytes(head.agentId) +
    4 +
    metadata.length +
    (failed === null ? 0 : 6 + textBytes(failed.error)) +
    (lastMessage === null ? 0 : 6 + textBytes(lastMessage.kind) + textBytes(lastMessage.preview));
  const bytes = new Uint8Array(length);
  writeU32(bytes, LENGTH_AT, length);
  writeU48(bytes, ACTIVITY_AT, head.activity);
  writeU48(bytes, INBOX_VERSION_AT, head.inboxVersion);
  writeU32(bytes, COUNTERS_AT, gaps.counters);
  writeU16(bytes, VOID_SEQS_AT, gaps.voidSeqs);
  bytes[FLAGS_AT] =
    STATUS_FLAGS[head.status] |
    (failed === null ? 0 : FLAG_FAILED) |
    (lastMessage === null ? 0 : FLAG_MESSAGE) |
    (lastMessage?.sender.type === 'agent' ? FLAG_BY_AGENT : 0);
  writeU32(bytes, LAST_SEQ_AT, head.lastSeq);
  writeU32(bytes, READ_SEQ_AT, head.lastReadSeq);
  writeU32(bytes, UNREAD_AT, head.unreadCount);
  writeU32(bytes, USER_SEQ_AT, head.lastUserSeq);
  writeU48(bytes, INSERTED_AT, head.insertedAtMs);
  writeU48(bytes, UPDATED_AT, head.updatedAtMs);
  writeU48(bytes, EPOCH_AT, dispatch.epoch);
  writeU48(bytes, VERSION_AT, head.version);
  writeU48(bytes, FLUSHED_VERSION_AT, head.flushedVersion);
  writeU32(bytes, DEBOUNCE_AT, head.debounceMs);
  let at = writeText(bytes, ID_AT, head.id);
  at = writeText(bytes, at, head.userId);
  at = writeText(bytes, at, head.agentId);
  writeU32(bytes, at, metadata.length);
  bytes.set(metadata, at + 4);
  at += 4 + metadata.length;
  if (failed !== null) {
    writeU48(bytes, at, failed.attempt);
    at = writeText(bytes, at + 6, failed.error);
  }
  if (lastMessage !== null) {
    writeU48(bytes, at, lastMessage.insertedAtMs);
    at = writeText(bytes, at + 6, lastMessage.kind);
    writeText(bytes, at, lastMessage.preview);
  }
  return bytes;
}

/** Of the session in the record at `offset`. */
export function metadataBytesAt(bytes: Uint8Array, offset: number): number {
  const agentIdAt = textEnd(bytes, textEnd(bytes, offset + ID_AT));
  return readU32(bytes, textEnd(bytes, agentIdAt));
}

/** The head in the record at `offset`, and its gaps. */
export function decodeCold(
  bytes: Uint8Array,
  offset: number,
): { readonly head: SessionHead; readonly gaps: ColdGaps } {
  const flags = byteAt(bytes, offset + FLAGS_AT);
  const userIdAt = textEnd(bytes, offset + ID_AT);
  const agentIdAt = textEnd(bytes, userIdAt);
  const metadataAt = textEnd(bytes, agentIdAt);
  const dispatchAt = metadataAt + 4 + readU32(bytes, metadataAt);
  const userId = readText(bytes, userIdAt);
  const agentId = readText(bytes, agentIdAt);
  const dispatch = readDispatch(bytes, offset, dispatchAt, flags);
  const messageAt = (flags & FLAG_FAILED) !== 0 ? textEnd(bytes, dispatchAt + 6) : dispatchAt;
  const lastSeq = readU32(bytes, offset + LAST_SEQ_AT);
  const head: SessionHead = {
    id: readText(bytes, offset + ID_AT),
    userId,
    agentId,
    metadata: bytes.slice(metadataAt + 4, dispatchAt),
    status: statusOf(flags),
    lastSeq,
    lastReadSeq: readU32(bytes, offset + READ_SEQ_AT),
    insertedAtMs: readU48(bytes, offset + INSERTED_AT),
    updatedAtMs: readU48(bytes, offset + UPDATED_AT),
    activity: readU48(bytes, offset + ACTIVITY_AT),
    inboxVersion: readU48(bytes, offset + INBOX_VERSION_AT),
    unreadCount: readU32(bytes, offset + UNREAD_AT),
    lastUserSeq: readU32(bytes, offset + USER_SEQ_AT),
    dispatch,
    debounceMs: readU32(bytes, offset + DEBOUNCE_AT),
    lastMessage: readLastMessage(bytes, messageAt, flags, userId, agentId),
    flushedSeq: lastSeq,
    version: readU48(bytes, offset + VERSION_AT),
    flushedVersion: readU48(bytes, offset + FLUSHED_VERSION_AT),
  };
  const counters = readU32(bytes, offset + COUNTERS_AT);
  return { head, gaps: { counters, voidSeqs: readU16(bytes, offset + VOID_SEQS_AT) } };
}

function statusOf(flags: number): SessionStatus {
  if ((flags & FLAG_ERASED) !== 0) return 'erased';
  return (flags & FLAG_ARCHIVED) !== 0 ? 'archived' : 'active';
}

function readDispatch(
  bytes: Uint8Array,
  offset: number,
  dispatchAt: number,
  flags: number,
): DispatchState {
  const epoch = readU48(bytes, offset + EPOCH_AT);
  if ((flags & FLAG_FAILED) === 0) return { status: 'idle', epoch };
  const attempt = readU48(bytes, dispatchAt);
  return { status: 'failed', epoch, attempt, error: readText(bytes, dispatchAt + 6) };
}

function readLastMessage(
  bytes: Uint8Array,
  offset: number,
  flags: number,
  userId: string,
  agentId: string,
): Session['lastMessage'] {
  if ((flags & FLAG_MESSAGE) === 0) return null;
  const isByAgent = (flags & FLAG_BY_AGENT) !== 0;
  return {
    sender: { type: isByAgent ? 'agent' : 'user', id: isByAgent ? agentId : userId },
    insertedAtMs: readU48(bytes, offset),
    kind: readText(bytes, offset + 6),
    preview: readText(bytes, textEnd(bytes, offset + 6)),
  };
}
