import type { SentMessage } from './user.ts';

/** What was found when everything was read back. */
export interface Verdict {
  /** Acknowledged, but not there (or not under the number and id that was acknowledged). */
  readonly lost: number;
  /** One send that is there more than once. */
  readonly duplicated: number;
  /** Numbers missing from 1..n. */
  readonly gaps: number;
}

export interface StoredMessage {
  readonly id: string;
  readonly seq: number;
  readonly text: string;
}

/** Compares what a session holds with what was acknowledged to its user. */
export function verifySession(
  stored: readonly StoredMessage[],
  acked: readonly SentMessage[],
): Verdict {
  const bySeq = new Map(stored.map((message) => [message.seq, message]));
  const lost = acked.filter((message) => {
    const found = bySeq.get(message.seq);
    return found === undefined || found.id !== message.id || found.text !== message.text;
  }).length;
  const times = new Map<string, number>();
  for (const message of stored) times.set(message.text, (times.get(message.text) ?? 0) + 1);
  const duplicated = [...times.values()].filter((count) => count > 1).length;
  const highest = stored.reduce((max, message) => Math.max(max, message.seq), 0);
  return { lost, duplicated, gaps: highest - bySeq.size };
}
