import {
  type Message,
  type PageSize,
  pageBytes,
  readColdMessages,
  readMessages,
  type Session,
  type SessionHead,
  type TailPage,
} from '@fleetlm/conversation';
import { PAGE_BYTES_MAX } from '@fleetlm/protocol';
import { type Archive, type ArchivedPage, ArchiveUnavailableError } from '../effects/ports.ts';
import { MESSAGE_ENVELOPE_BYTES_MAX } from '../limits.ts';

export interface MessagePage {
  /** Ascending and gap-free. */
  readonly messages: readonly Message[];
  readonly lastSeq: number;
  readonly hasMore: boolean;
}

export type PageRange =
  | { readonly afterSeq: number; readonly limit: number }
  | { readonly beforeSeq: number; readonly limit: number };

/**
 * A page of a live session, at most PAGE_BYTES_MAX as its reader is sent it: what is in memory from there, what has left
 * it from the archive. The answer is a value at once when memory has it all, so that nothing is awaited on the common
 * way. Rejects with an ArchiveUnavailableError.
 */
export function readPage(
  session: Session,
  range: PageRange,
  archive: Archive,
): MessagePage | Promise<MessagePage> {
  const size = sizeOf(range);
  return completed(session.id, readMessages(session, range, size), range, size, archive);
}

/** The same page of a session that has left memory: nothing brings it back for that. */
export function readColdPage(
  head: SessionHead,
  range: PageRange,
  archive: Archive,
): MessagePage | Promise<MessagePage> {
  const size = sizeOf(range);
  return completed(head.id, readColdMessages(head, range, size), range, size, archive);
}

function sizeOf({ limit }: PageRange): PageSize {
  return { limit, bytesMax: PAGE_BYTES_MAX, envelopeBytes: MESSAGE_ENVELOPE_BYTES_MAX };
}

function completed(
  sessionId: string,
  page: TailPage,
  range: PageRange,
  size: PageSize,
  archive: Archive,
): MessagePage | Promise<MessagePage> {
  const { archive: left, ...inMemory } = page;
  // Nothing but the page: another node refuses an answer with a key too many.
  if (left === null) return inMemory;
  const missing = { ...left, sessionId };
  return 'afterSeq' in range
    ? withArchivedFront(missing, page, size, archive)
    : withArchivedBack(missing, page, size, archive);
}

interface Missing {
  readonly sessionId: string;
  readonly afterSeq: number;
  readonly throughSeq: number;
}

/** Forwards: the archive's messages come first, and what is in memory has what they leave of the page. */
async function withArchivedFront(
  missing: Missing,
  { messages, lastSeq, hasMore }: TailPage,
  size: PageSize,
  archive: Archive,
): Promise<MessagePage> {
  const { sessionId, afterSeq, throughSeq } = missing;
  const wanted = { ...size, limit: throughSeq - afterSeq };
  const older = await archive.messagesAfter(sessionId, afterSeq, throughSeq, wanted);
  requireWhole(older, missing, afterSeq + 1);
  if (older.isCut) return { messages: older.messages, lastSeq, hasMore: true };
  let bytes = pageBytes(older.messages, size);
  const end = messages.findIndex((message) => {
    bytes += pageBytes([message], size);
    return bytes > size.bytesMax;
  });
  const newer = end < 0 ? messages : messages.slice(0, end);
  return { messages: [...older.messages, ...newer], lastSeq, hasMore: hasMore || end >= 0 };
}

/** Backwards: what is in memory comes first, and the archive has what that leaves of the page. */
async function withArchivedBack(
  missing: Missing,
  { messages, lastSeq, hasMore }: TailPage,
  size: PageSize,
  archive: Archive,
): Promise<MessagePage> {
  const { sessionId, afterSeq, throughSeq } = missing;
  const bytesMax = size.bytesMax - pageBytes(messages, size);
  const wanted = { ...size, bytesMax, limit: throughSeq - afterSeq };
  const older = await archive.messagesBefore(sessionId, throughSeq + 1, wanted);
  const firstSeq = older.isCut ? throughSeq + 1 - older.messages.length : afterSeq + 1;
  requireWhole(older, missing, firstSeq);
  // The archive gives at least one; with others in front of it, it has to fit.
  if (messages.length > 0 && pageBytes(older.messages, size) > bytesMax)
    return { messages, lastSeq, hasMore: true };
  return { messages: [...older.messages, ...messages], lastSeq, hasMore: hasMore || older.isCut };
}

/** A hole would look like lost messages to the reader of this page: better an error than a gap. */
function requireWhole(
  { messages, isCut }: ArchivedPage,
  { sessionId, afterSeq, throughSeq }: Missing,
  firstSeq: number,
): void {
  const isGapless = messages.every((message, at) => message.seq === firstSeq + at);
  if (isGapless && (isCut || messages.length === throughSeq - afterSeq)) return;
  throw new ArchiveUnavailableError(
    `it has ${messages.length} of the messages ${afterSeq + 1} to ${throughSeq} of session ${sessionId}`,
  );
}
