import type { WebhookMessage } from '@fleetlm/protocol';
import {
  CONTEXT_KIND,
  namesOf,
  REGENERATE_KIND,
  type Thread,
  TOOL_RESPONSE_KIND,
  threadOf,
} from '@fleetlm/protocol/thread';
import { HISTORY_BYTES_MAX, HISTORY_MESSAGES_MAX } from '../../../limits.ts';
import type { AgentRecord, Message, Session } from '../../ports.ts';
import { type AgentHistory, webhookMessage } from '../call/webhook-body.ts';
import { type Compaction, compactionSchema, summaryMessage } from './compaction.ts';

/** The settings of an agent that decide what it is sent. */
export type HistorySettings = Pick<
  AgentRecord,
  'messageHistoryMode' | 'messageHistoryLimit' | 'messageHistoryParts'
>;

/** Read at once, at least: the newest message may be one that names others. */
const READ_MIN = 16;
const READ_MAX = 500;

/**
 * The conversation as its agent is sent it: by its mode the newest messages, the very newest, or all of them, without what was
 * edited or asked for again. `readBefore` gives the newest messages below a seq, ascending, at most so many; what is appended
 * behind `throughSeq` belongs to the next answer. Whatever the mode, no more than HISTORY_MESSAGES_MAX messages are read, nor older
 * ones than HISTORY_BYTES_MAX bytes hold.
 */
export async function threadHistory(
  throughSeq: number,
  { messageHistoryMode: mode, messageHistoryLimit: limit, messageHistoryParts }: HistorySettings,
  readBefore: (
    beforeSeq: number,
    limit: number,
  ) => readonly Message[] | Promise<readonly Message[]>,
): Promise<AgentHistory> {
  const wanted = wantedMessages(mode, limit);
  let log: readonly WebhookMessage[] = [];
  let from = throughSeq + 1;
  let bytes = 0;
  let joined = 0;
  let thread = threadOf(log, { isWhole: from === 1 });
  let compaction: Compaction | null = null;
  const join = (): void => {
    joined = log.length;
    thread = threadOf(log, { isWhole: from === 1 });
    compaction = mode === 'last' ? null : newestCompaction(thread.messages, log);
  };
  for (
    let size = Math.min(READ_MAX, Math.max(READ_MIN, wanted));
    from > 1 &&
    log.length < HISTORY_MESSAGES_MAX &&
    bytes < HISTORY_BYTES_MAX &&
    (thread.needsOlder || needsMore(thread.messages, compaction, from, wanted));
    size = Math.min(READ_MAX, size * 2)
  ) {
    const older = await readBefore(from, Math.min(size, HISTORY_MESSAGES_MAX - log.length));
    // Messages that are gone are not waited for.
    if (older.length === 0) break;
    for (const { payload } of older) bytes += payload.length;
    log = [...older.map(webhookMessage), ...log];
    from = log[0]?.seq ?? 1;
    // Put together anew only when there is twice as much: each time costs all that was read.
    if (from === 1 || log.length >= 2 * joined) join();
  }
  if (joined < log.length) join();
  const asked = log.findLast(({ role }) => role === 'user');
  const continued = asked?.kind === TOOL_RESPONSE_KIND ? decidedMessage(thread, asked) : -1;
  const continues = thread.messages[continued];
  // A message that is continued comes last, whatever the agent has sent by itself since.
  const messages =
    continues === undefined ? thread.messages : thread.messages.slice(0, continued + 1);
  const sent = newest(messages, compaction, wanted);
  return {
    messages: messageHistoryParts === 'text' ? withoutTools(sent, continues !== undefined) : sent,
    ...extentOf(messages, sent, compaction, from),
    trigger: asked?.kind === REGENERATE_KIND ? 'regenerate-message' : 'submit-message',
    continues: continues === undefined ? null : withParts(continues),
  };
}

/** What of the session a run answers: a message of the user that came after its start is the next turn. */
export function throughSeqOf({ dispatch, lastUserSeq, lastSeq }: Session): number {
  return dispatch.status === 'running' && dispatch.throughSeq < lastUserSeq
    ? dispatch.throughSeq
    : lastSeq;
}

/** The place of the message that a response decides; -1: it is none of the agent's. */
function decidedMessage(
  { messages }: Pick<Thread<WebhookMessage>, 'messages'>,
  { content }: WebhookMessage,
): number {
  const name = content.message_id;
  return messages.findLastIndex(
    (message) => message.role === 'assistant' && namesOf(message).some((own) => own === name),
  );
}

function needsMore(
  messages: readonly WebhookMessage[],
  compaction: Compaction | null,
  from: number,
  wanted: number,
): boolean {
  return messages.length < wanted && (compaction === null || from > compaction.through_seq);
}

/**
 * The newest summary of those that were made for an answer, and of those that were put from outside. It stays good as long as the
 * message that it ends with is in the conversation.
 */
function newestCompaction(
  messages: readonly WebhookMessage[],
  log: readonly WebhookMessage[],
): Compaction | null {
  const ids = new Set(messages.map(idOf));
  const made = messages.map((message) => ({ message, source: message.metadata.compaction }));
  const put = log
    .filter(({ kind }) => kind === CONTEXT_KIND)
    .map((message) => ({ message, source: message.content.compaction }));
  const newestFirst = [...made, ...put]
    .filter(({ message, source }) => message.role === 'assistant' && source !== undefined)
    .sort((a, b) => b.message.seq - a.message.seq);
  for (const { source } of newestFirst) {
    const parsed = compactionSchema.safeParse(source);
    if (parsed.success && ids.has(parsed.data.through_id)) return parsed.data;
  }
  return null;
}

/** How much of the conversation is sent; `from`: the first message that was read. */
function extentOf(
  messages: readonly WebhookMessage[],
  sent: readonly WebhookMessage[],
  compaction: Compaction | null,
  from: number,
): Pick<AgentHistory, 'isTruncated' | 'compactedThroughSeq'> {
  if (compaction === null)
    return { isTruncated: from > 1 || sent.length < messages.length, compactedThroughSeq: null };
  // The summary is in the place of the message that it ends with.
  const through = messages.findIndex((message) => idOf(message) === compaction.through_id);
  return {
    isTruncated: sent.length < messages.length - through,
    compactedThroughSeq: compaction.through_seq,
  };
}

/** Parts that are what was said, and not how it came about. */
const SAID: ReadonlySet<string> = new Set(['text', 'file']);

/** Replies without reasoning, tools and data; one that is nothing else is left out. `isContinued`: the last waits for its tools. */
function withoutTools(
  messages: readonly WebhookMessage[],
  isContinued: boolean,
): readonly WebhookMessage[] {
  const last = isContinued ? messages.at(-1) : undefined;
  return messages.flatMap((message) => {
    if (message.role === 'user' || message === last) return [message];
    const parts = message.parts.filter(({ type }) => SAID.has(type));
    if (parts.length === 0 && message.parts.length > 0) return [];
    const content = 'parts' in message.content ? { ...message.content, parts } : message.content;
    return [{ ...message, parts, content }];
  });
}

/** With a summary in front, where there is one, instead of what it stands for. */
function newest(
  thread: readonly WebhookMessage[],
  compaction: Compaction | null,
  wanted: number,
): readonly WebhookMessage[] {
  const messages = thread.map(withParts);
  const through = messages.findIndex(({ id }) => id === compaction?.through_id);
  const last = messages[through];
  if (compaction === null || last === undefined) return messages.slice(-wanted);
  const summary = summaryMessage(last.sender_id, last, compaction);
  return [summary, ...messages.slice(through + 1).slice(-wanted)];
}

function wantedMessages(mode: AgentRecord['messageHistoryMode'], limit: number): number {
  switch (mode) {
    case 'tail':
      return limit;
    case 'last':
      return 1;
    case 'entire':
      return Number.MAX_SAFE_INTEGER;
    default:
      return mode satisfies never;
  }
}

/** A message goes by the id under which it began, and its parts are those of its content as the thread has it. */
function withParts(message: WebhookMessage): WebhookMessage {
  const { content } = message;
  const parts = Array.isArray(content.parts) ? content.parts : message.parts;
  return { ...message, id: idOf(message), parts };
}

function idOf({ id, metadata }: WebhookMessage): string {
  return typeof metadata.continues === 'string' ? metadata.continues : id;
}
