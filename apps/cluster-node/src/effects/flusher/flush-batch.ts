import { type FlushCandidate, flushCandidates } from '@fleetlm/conversation';
import type { LedGroup, Message } from '../ports.ts';

/** Rows of one batch at most, whatever else; also bounded in bytes, so that a batch of large messages stays small. */
export const BATCH_ROWS_MAX = 2_000;
export const BATCH_ROWS_MIN = 50;
export const BATCH_BYTES_MAX = 1024 * 1024;

export interface BatchLimits {
  readonly rows: number;
  readonly bytes: number;
}

/** What of one group is in a batch, and the watermarks that it reaches. */
export interface GroupShare {
  readonly led: LedGroup;
  readonly watermarks: readonly FlushCandidate['watermark'][];
  /** The group may have more. */
  readonly isCut: boolean;
}

/** What goes to Postgres together. */
export interface FlushBatch {
  readonly messages: readonly Message[];
  readonly sessions: readonly FlushCandidate['session'][];
  readonly shares: readonly GroupShare[];
}

/**
 * Takes what is above the watermarks of as many groups as fit, in their order, of each what has waited longest. Sessions in
 * `except` are left out. Groups that have nothing have no share.
 */
export function takeBatch(
  groups: readonly LedGroup[],
  except: ReadonlySet<string>,
  limits: BatchLimits,
): FlushBatch {
  const messages: Message[] = [];
  const sessions: FlushCandidate['session'][] = [];
  const shares: GroupShare[] = [];
  let bytes = 0;
  for (const led of groups) {
    const rowsLeft = limits.rows - messages.length - sessions.length;
    if (rowsLeft <= 0 || bytes >= limits.bytes) break;
    const bytesMax = limits.bytes - bytes;
    const candidates = flushCandidates(led.state, rowsLeft, { bytesMax, except });
    if (candidates.length === 0) continue;
    for (const candidate of candidates) {
      sessions.push(candidate.session);
      messages.push(...candidate.messages);
      for (const { payload } of candidate.messages) bytes += payload.length;
    }
    shares.push({
      led,
      watermarks: candidates.map(({ watermark }) => watermark),
      isCut: messages.length + sessions.length >= limits.rows || bytes >= limits.bytes,
    });
  }
  return { messages, sessions, shares };
}
