import { flushCandidates, type Message, type SessionHead } from '@fleetlm/conversation';
import type { LedGroup } from '../ports.ts';

/** Rows of one batch; also bounded in bytes, so that a batch of large messages stays small. */
export const BATCH_ROWS_MAX = 5000;
const BATCH_BYTES_MAX = 4 * 1024 * 1024;

/** What of one group goes to Postgres in one batch. */
export interface GroupBatch {
  readonly group: number;
  readonly messages: readonly Message[];
  readonly sessions: readonly SessionHead[];
}

/** Takes what is above the watermarks, oldest first, leaving out sessions in `conflicted`. */
export function takeBatch(
  led: LedGroup,
  conflicted: ReadonlySet<string>,
  rowsMax = BATCH_ROWS_MAX,
): GroupBatch {
  const messages: Message[] = [];
  const sessions: SessionHead[] = [];
  let bytes = 0;
  for (const candidate of flushCandidates(led.state, rowsMax + conflicted.size)) {
    if (conflicted.has(candidate.session.id)) continue;
    if (messages.length > 0 && (messages.length >= rowsMax || bytes >= BATCH_BYTES_MAX)) break;
    const taken: Message[] = [];
    for (const message of candidate.messages) {
      if (
        messages.length + taken.length >= rowsMax ||
        (bytes >= BATCH_BYTES_MAX && taken.length > 0)
      )
        break;
      bytes += message.payload.length;
      taken.push(message);
    }
    messages.push(...taken);
    // The row must not claim messages that are not there yet.
    const through = taken.at(-1)?.seq ?? candidate.session.flushedSeq;
    sessions.push({ ...candidate.session, lastSeq: Math.min(candidate.session.lastSeq, through) });
  }
  return { group: led.group, messages, sessions };
}

/** The watermarks that a written batch reaches; sessions with a conflict stay where they are. */
export function watermarksOf(
  batch: GroupBatch,
  conflicted: ReadonlySet<string>,
): readonly {
  readonly sessionId: string;
  readonly seq: number;
  readonly sessionVersion: number;
}[] {
  return batch.sessions
    .filter(({ id }) => !conflicted.has(id))
    .map(({ id, lastSeq, version }) => ({ sessionId: id, seq: lastSeq, sessionVersion: version }));
}
