import { type FlushCandidate, flushCandidates } from '@fleetlm/conversation';
import type { LedGroup, Message } from '../ports.ts';

/** Rows of one batch; also bounded in bytes, so that a batch of large messages stays small. */
export const BATCH_ROWS_MAX = 5000;
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;

/** What of one group goes to Postgres in one batch, and the watermarks that it reaches. */
export interface GroupBatch {
  readonly messages: readonly Message[];
  readonly sessions: readonly FlushCandidate['session'][];
  readonly watermarks: readonly FlushCandidate['watermark'][];
}

/** Takes what is above the watermarks, longest waiting first, leaving out sessions in `conflicted`. */
export function takeBatch(
  led: LedGroup,
  conflicted: ReadonlySet<string>,
  limits: { readonly rows: number; readonly bytes: number } = {
    rows: BATCH_ROWS_MAX,
    bytes: BATCH_BYTES_MAX,
  },
): GroupBatch {
  const messages: Message[] = [];
  const sessions: FlushCandidate['session'][] = [];
  const watermarks: FlushCandidate['watermark'][] = [];
  let bytes = 0;
  for (const candidate of flushCandidates(led.state, limits.rows)) {
    if (conflicted.has(candidate.session.id)) continue;
    if (bytes >= limits.bytes) break;
    let through = candidate.watermark.seq - candidate.messages.length;
    for (const message of candidate.messages) {
      if (bytes >= limits.bytes) break;
      bytes += message.payload.length;
      messages.push(message);
      through = message.seq;
    }
    sessions.push(candidate.session);
    watermarks.push({ ...candidate.watermark, seq: through });
  }
  return { messages, sessions, watermarks };
}
