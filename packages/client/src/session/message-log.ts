import type { Message } from '../wire.ts';

/** Messages that arrived before the ones in front of them, kept while the gap is being asked for. When full the newest go: a rejoin brings them again. */
export const AHEAD_MESSAGES_MAX = 500;

/**
 * A gap-free window of a conversation.
 * Invariant: messages[i].seq === afterSeq + 1 + i.
 */
export interface MessageLog {
  /** The seq before the first message held; 0: the window begins at the beginning. */
  readonly afterSeq: number;
  readonly messages: readonly Message[];
  /** Later messages beyond a gap, ascending, each seq once. */
  readonly ahead: readonly Message[];
}

export function emptyLog(afterSeq: number): MessageLog {
  return { afterSeq, messages: [], ahead: [] };
}

/** The newest seq that is held without a gap before it. */
export function lastSeqOf(log: MessageLog): number {
  return log.afterSeq + log.messages.length;
}

export function hasGap(log: MessageLog): boolean {
  return log.ahead.length > 0;
}

/** Adds messages in any order, each at least once; what is already there is dropped. Same log when nothing is new. */
export function mergeMessages(log: MessageLog, incoming: readonly Message[]): MessageLog {
  const last = lastSeqOf(log);
  const fresh = incoming.filter((message) => message.seq > last);
  if (fresh.length === 0) return log;
  const waiting = new Map<number, Message>();
  for (const message of [...log.ahead, ...fresh])
    if (!waiting.has(message.seq)) waiting.set(message.seq, message);
  const ascending = [...waiting.values()].sort((a, b) => a.seq - b.seq);
  const contiguous = ascending.findIndex((message, index) => message.seq !== last + 1 + index);
  const count = contiguous === -1 ? ascending.length : contiguous;
  return {
    afterSeq: log.afterSeq,
    messages: count === 0 ? log.messages : [...log.messages, ...ascending.slice(0, count)],
    ahead: ascending.slice(count, count + AHEAD_MESSAGES_MAX),
  };
}

/** Puts an older page in front. A page that does not end right before the window is not taken. */
export function prependMessages(log: MessageLog, older: readonly Message[]): MessageLog {
  const fitting = older
    .filter((message) => message.seq <= log.afterSeq)
    .sort((a, b) => a.seq - b.seq);
  const first = fitting[0];
  if (first === undefined) return log;
  const whole =
    fitting.every((message, index) => message.seq === first.seq + index) &&
    fitting.at(-1)?.seq === log.afterSeq;
  return whole ? { ...log, afterSeq: first.seq - 1, messages: [...fitting, ...log.messages] } : log;
}
