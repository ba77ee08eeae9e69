import { firstTailSeqOf, type GroupRecord } from '../group-record.ts';
import { ClientMessageIds } from '../session/client-message-ids.ts';
import type { InboxRecord } from '../session/inbox-record.ts';
import { MessageTail } from '../session/message-tail.ts';
import type { SessionHead } from '../session/session-head.ts';
import { SessionRecord } from '../session/session-record.ts';
import { UnreadMarks } from '../session/unread-marks.ts';
import { FormatError } from './plain-fields.ts';
import type { SessionSnapshot } from './session-snapshot.ts';

/** The session that a snapshot was made of, in no index yet. Throws a FormatError when its fields contradict each other. */
export function sessionFromSnapshot(
  group: GroupRecord,
  inbox: InboxRecord,
  from: SessionSnapshot,
  path: string,
): SessionRecord {
  if (from.inboxVersion > inbox.version || from.activity > from.inboxVersion)
    throw new FormatError(`${path}.inboxVersion`, 'does not fit its inbox');
  const tail = readRecords(`${path}.tail`, () =>
    MessageTail.fromBytes(from.tail, from.tailFirstSeq),
  );
  if (tail.firstSeq < firstTailSeqOf(from) || tail.firstSeq > from.flushedSeq + 1)
    throw new FormatError(
      `${path}.tailFirstSeq`,
      `must be from ${firstTailSeqOf(from)} to ${from.flushedSeq + 1}`,
    );
  if (tail.firstSeq + tail.count !== from.lastSeq + 1)
    throw new FormatError(`${path}.tail`, `must end with message ${from.lastSeq}`);
  const unread = readRecords(`${path}.unread`, () =>
    UnreadMarks.fromWords(from.unread.words, from.unread.firstWord, from.lastReadSeq, from.lastSeq),
  );
  const head: SessionHead = {
    ...from,
    userId: inbox.userId,
    agentId: group.sharedAgentId(from.agentId),
    metadata: new Uint8Array(from.metadata),
    unreadCount: unread.count,
    // The record knows it by its requests.
    awaitsUser: false,
  };
  return new SessionRecord(head, {
    tail,
    clientMessageIds: readRecords(`${path}.clientMessageIds`, () =>
      ClientMessageIds.fromBytes(from.clientMessageIds, from.lastSeq),
    ),
    unread,
    inbox,
    checkpoint: from.checkpoint,
    requests: from.requests ?? null,
    voidSeqs: from.voidSeqs,
    cleanSinceMs: from.updatedAtMs,
    newer: null,
    older: null,
  });
}

/** Packed records say themselves what is wrong; this says where. */
export function readRecords<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new FormatError(path, `is damaged: ${error.message}`);
    throw error;
  }
}
