import { type HeadFieldOf, headOf, type SessionHead } from './session-head.ts';
import { SessionRecord } from './session-record.ts';
import type { AnswerCheckpoint } from './state.ts';

/** A session as a snapshot has it. `tail` and `clientMessageIds` are packed records. */
export interface SessionSnapshot extends Pick<SessionHead, HeadFieldOf<'snapshot'>> {
  readonly tailFirstSeq: number;
  readonly tail: Uint8Array;
  readonly clientMessageIds: Uint8Array;
  readonly checkpoint: AnswerCheckpoint | null;
  readonly voidSeqs: number;
  readonly unread: { readonly firstWord: number; readonly words: readonly number[] };
}

/**
 * The session as it is now; later commands don't change it. Message bytes are views, not copies. Of messages below the
 * watermark only as many of the newest as fit in `tailBytesMax`.
 */
export function sessionSnapshot(
  session: SessionRecord,
  tailBytesMax = Number.POSITIVE_INFINITY,
): SessionSnapshot {
  const { tail, clientMessageIds, checkpoint, voidSeqs, unread } = SessionRecord.internals(session);
  const { unreadCount: _, ...head } = headOf(session);
  return {
    ...head,
    ...tail.newest(session.flushedSeq + 1, tailBytesMax),
    clientMessageIds: clientMessageIds.view(),
    checkpoint,
    voidSeqs,
    unread: { firstWord: unread.firstWord, words: [...unread.words] },
  };
}
