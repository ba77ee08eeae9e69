import {
  type Message,
  readColdMessages,
  readMessages,
  type Session,
  type SessionHead,
  type TailPage,
} from '@fleetlm/conversation';
import { type Archive, ArchiveUnavailableError } from '../effects/ports.ts';

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
 * A page of a live session: what is in memory from there, what has left it from the archive. The answer is a
 * value at once when memory has it all, so that nothing is awaited on the common way. Rejects with an
 * ArchiveUnavailableError.
 */
export function readPage(
  session: Session,
  range: PageRange,
  archive: Archive,
): MessagePage | Promise<MessagePage> {
  return completed(session.id, readMessages(session, range, range.limit), archive);
}

/** The same page of a session that has left memory: nothing brings it back for that. */
export function readColdPage(
  head: SessionHead,
  range: PageRange,
  archive: Archive,
): MessagePage | Promise<MessagePage> {
  return completed(head.id, readColdMessages(head, range, range.limit), archive);
}

function completed(
  sessionId: string,
  { messages, lastSeq, hasMore, archive: range }: TailPage,
  archive: Archive,
): MessagePage | Promise<MessagePage> {
  const page = { messages, lastSeq, hasMore };
  return range === null ? page : withArchived(sessionId, range, archive, page);
}

async function withArchived(
  sessionId: string,
  { afterSeq, throughSeq }: { readonly afterSeq: number; readonly throughSeq: number },
  archive: Archive,
  page: MessagePage,
): Promise<MessagePage> {
  const limit = throughSeq - afterSeq;
  const older = await archive.messagesAfter(sessionId, afterSeq, throughSeq, limit);
  const isWhole =
    older.length === limit && older.every((message, at) => message.seq === afterSeq + 1 + at);
  // A hole would look like lost messages to whoever reads this page: better an error than a gap.
  if (!isWhole)
    throw new ArchiveUnavailableError(
      `it has ${older.length} of the messages ${afterSeq + 1} to ${throughSeq} of session ${sessionId}`,
    );
  return { ...page, messages: [...older, ...page.messages] };
}
