import type { WebhookMessage, WebhookRequest } from '@fleetlm/protocol';
import { REGENERATE_KIND, TOOL_RESPONSE_KIND, threadOf } from '@fleetlm/protocol/thread';
import type { AgentRecord, Message } from '../ports.ts';
import { webhookMessage } from './webhook-body.ts';

/** Read at once, at least: the newest message may be one that names others. */
const READ_MIN = 16;
const READ_MAX = 500;

/** What an agent is sent. */
export interface AgentHistory {
  /** Ascending. */
  readonly messages: readonly WebhookMessage[];
  readonly trigger: WebhookRequest['trigger'];
  /** The message that the answer goes on with; null: the answer is a message of its own. */
  readonly continues: WebhookMessage | null;
}

/**
 * The conversation as its agent is sent it: by its mode the newest messages, the very newest, or all of them, without what was
 * edited or asked for again. `readBefore` gives the newest messages below a seq, ascending; what is appended
 * meanwhile belongs to the next answer.
 */
export async function threadHistory(
  lastSeq: number,
  mode: AgentRecord['messageHistoryMode'],
  limit: number,
  readBefore: (
    beforeSeq: number,
    limit: number,
  ) => readonly Message[] | Promise<readonly Message[]>,
): Promise<AgentHistory> {
  const wanted = wantedMessages(mode, limit);
  let log: readonly WebhookMessage[] = [];
  let from = lastSeq + 1;
  let thread = threadOf(log, { isWhole: from === 1 });
  for (
    let size = Math.min(READ_MAX, Math.max(READ_MIN, wanted));
    from > 1 && (thread.messages.length < wanted || thread.needsOlder);
    size = Math.min(READ_MAX, size * 2)
  ) {
    const older = await readBefore(from, size);
    log = [...older.map(webhookMessage), ...log];
    from = log[0]?.seq ?? 1;
    thread = threadOf(log, { isWhole: from === 1 });
  }
  const asked = log.findLast(({ role }) => role === 'user')?.kind;
  const last = thread.messages.at(-1);
  return {
    messages: thread.messages.slice(-wanted).map(withParts),
    trigger: asked === REGENERATE_KIND ? 'regenerate-message' : 'submit-message',
    continues: asked === TOOL_RESPONSE_KIND && last?.role === 'assistant' ? withParts(last) : null,
  };
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
  const { content, metadata } = message;
  const id = typeof metadata.continues === 'string' ? metadata.continues : message.id;
  const parts = Array.isArray(content.parts) ? content.parts : message.parts;
  return { ...message, id, parts };
}
