import type { HeadFieldOf, SessionHead } from '../session/session-head.ts';
import { SessionRecord } from '../session/session-record.ts';
import type { AnswerCheckpoint, OpenRequests } from '../state.ts';

/** A session as a snapshot has it. `tail` and `clientMessageIds` are packed records. */
export interface SessionSnapshot extends Pick<SessionHead, HeadFieldOf<'snapshot'>> {
  readonly tailFirstSeq: number;
  readonly tail: Uint8Array;
  readonly clientMessageIds: Uint8Array;
  readonly checkpoint: AnswerCheckpoint | null;
  /** Left out when there are none. */
  readonly requests?: OpenRequests;
  readonly voidSeqs: number;
  readonly unread: { readonly firstWord: number; readonly words: readonly number[] };
}

/**
 * The session as it is now; later commands don't change it. Message bytes are views, not copies. Of messages below the
 * watermark only as many of the newest as fit in `tailBytesMax`. Written out: a spread would double what a snapshot costs.
 */
export function sessionSnapshot(
  session: SessionRecord,
  tailBytesMax = Number.POSITIVE_INFINITY,
): SessionSnapshot {
  const { tail, clientMessageIds, checkpoint, requests, voidSeqs, unread } =
    SessionRecord.internals(session);
  const snapshot: SessionSnapshot = {
    id: session.id,
    userId: session.userId,
    agentId: session.agentId,
    metadata: session.metadata,
    status: session.status,
    lastSeq: session.lastSeq,
    lastReadSeq: session.lastReadSeq,
    insertedAtMs: session.insertedAtMs,
    updatedAtMs: session.updatedAtMs,
    activity: session.activity,
    inboxVersion: session.inboxVersion,
    lastUserSeq: session.lastUserSeq,
    dispatch: session.dispatch,
    debounceMs: session.debounceMs,
    lastMessage: session.lastMessage,
    flushedSeq: session.flushedSeq,
    version: session.version,
    flushedVersion: session.flushedVersion,
    ...tail.newest(session.flushedSeq + 1, tailBytesMax),
    clientMessageIds: clientMessageIds.view(),
    checkpoint,
    voidSeqs,
    unread: { firstWord: unread.firstWord, words: [...unread.words] },
  };
  return requests === null ? snapshot : { ...snapshot, requests };
}
