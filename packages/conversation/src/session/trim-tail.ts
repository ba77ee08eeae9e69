import { TAIL_BYTES_MAX, TAIL_MESSAGES_MIN } from '../state.ts';
import type { TailSize } from './message-tail.ts';
import { SessionRecord } from './session-record.ts';

export const TAIL_KEPT: TailSize = { messages: TAIL_MESSAGES_MIN, bytes: TAIL_BYTES_MAX };

/** Of the messages that are in Postgres only the newest stay in memory. */
export function trimTail(session: SessionRecord): void {
  SessionRecord.internals(session).tail.trim(session.flushedSeq + 1, TAIL_KEPT);
}
