import type { DispatchState, Session, SessionStatus } from '../state.ts';
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
import type { SessionHead } from './session-head.ts';

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
const EPOCH_AT = 55;
export const ID_AT = 77;

/** Fields of a head that are no plain numbers, or (`flushedSeq`) the same as another one: a cold session is flushed. */
type OtherField =
  | 'id'
  | 'userId'
  | 'agentId'
  | 'metadata'
  | 'status'
  | 'dispatch'
  | 'lastMessage'
  | 'flushedSeq'
  | 'awaitsUser';

/** Where each number of a head stands, and in how many bytes. */
const NUMBERS: Readonly<
  Record<Exclude<keyof SessionHead, OtherField>, { readonly at: number; readonly bytes: 4 | 6 }>
> = {
  activity: { at: ACTIVITY_AT, bytes: 6 },
  inboxVersion: { at: INBOX_VERSION_AT, bytes: 6 },
  lastSeq: { at: 27, bytes: 4 },
  lastReadSeq: { at: 31, bytes: 4 },
  unreadCount: { at: 35, bytes: 4 },
  lastUserSeq: { at: 39, bytes: 4 },
  insertedAtMs: { at: 43, bytes: 6 },
  updatedAtMs: { at: 49, bytes: 6 },
  version: { at: 61, bytes: 6 },
  flushedVersion: { at: 67, bytes: 6 },
  debounceMs: { at: 73, bytes: 4 },
};
type NumberField = keyof typeof NUMBERS;
const isNumberField = (field: string): field is NumberField => Object.hasOwn(NUMBERS, field);
const NUMBER_FIELDS = Object.keys(NUMBERS).filter(isNumberField);

const FLAG_ARCHIVED = 1;
const FLAG_FAILED = 2;
const FLAG_MESSAGE = 4;
const FLAG_BY_AGENT = 8;
const FLAG_ERASED = 16;
const FLAG_AWAITS_USER = 32;

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
  for (const field of NUMBER_FIELDS) {
    const { at, bytes: width } = NUMBERS[field];
    if (width === 4) writeU32(bytes, at, head[field]);
    else writeU48(bytes, at, head[field]);
  }
  writeU32(bytes, COUNTERS_AT, gaps.counters);
  writeU16(bytes, VOID_SEQS_AT, gaps.voidSeqs);
  bytes[FLAGS_AT] =
    STATUS_FLAGS[head.status] |
    (failed === null ? 0 : FLAG_FAILED) |
    (lastMessage === null ? 0 : FLAG_MESSAGE) |
    (lastMessage?.sender.type === 'agent' ? FLAG_BY_AGENT : 0) |
    (head.awaitsUser ? FLAG_AWAITS_USER : 0);
  writeU48(bytes, EPOCH_AT, dispatch.epoch);
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
  const number = (field: NumberField): number => {
    const { at, bytes: width } = NUMBERS[field];
    return width === 4 ? readU32(bytes, offset + at) : readU48(bytes, offset + at);
  };
  const head: SessionHead = {
    id: readText(bytes, offset + ID_AT),
    userId,
    agentId,
    metadata: bytes.slice(metadataAt + 4, dispatchAt),
    status: statusOf(flags),
    lastSeq: number('lastSeq'),
    lastReadSeq: number('lastReadSeq'),
    insertedAtMs: number('insertedAtMs'),
    updatedAtMs: number('updatedAtMs'),
    activity: number('activity'),
    inboxVersion: number('inboxVersion'),
    unreadCount: number('unreadCount'),
    awaitsUser: (flags & FLAG_AWAITS_USER) !== 0,
    lastUserSeq: number('lastUserSeq'),
    dispatch,
    debounceMs: number('debounceMs'),
    lastMessage: readLastMessage(bytes, messageAt, flags, userId, agentId),
    flushedSeq: number('lastSeq'),
    version: number('version'),
    flushedVersion: number('flushedVersion'),
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
