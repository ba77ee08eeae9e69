import { type LogMessage, TOOL_RESPONSE_KIND, threadOf } from '@fleetlm/protocol/thread';
import { partsOf, type UiPart } from '@fleetlm/protocol/ui-stream';
import type { Runtime } from '../../runtime/runtime-api.ts';
import type { Refusals } from '../refusals.ts';
import { messageBody } from '../wire.ts';

/** How far back a browser's request may reach: an older message can't be edited or answered again. */
const LOG_MAX = 500;

/** A message as the thread has it, by the id that readers know. */
export interface ThreadMessage {
  readonly id: string;
  readonly role: 'user' | 'assistant';
  readonly parts: readonly UiPart[];
}

export interface ChatThread {
  readonly messages: readonly ThreadMessage[];
  /** The newest entry of the user answers tool calls: the next answer continues the last message. */
  readonly isContinued: boolean;
}

/** Errors of reading the conversation. */
export type ThreadRefusals = Refusals<
  'not_found' | 'archive_unavailable' | 'no_quorum' | 'timeout' | 'overloaded' | 'internal'
>;

/** The newest part of the conversation behind a chat. */
export async function chatThread(
  runtime: Runtime,
  session: { readonly id: string; readonly lastSeq: number; readonly userId: string },
  { value }: ThreadRefusals,
): Promise<ChatThread> {
  const { id: sessionId, lastSeq, userId } = session;
  const page = value(
    await runtime.readMessages({ sessionId, beforeSeq: lastSeq + 1, limit: LOG_MAX }),
  );
  const log = page.messages.map(messageBody);
  const { messages } = threadOf(log, { isWhole: (log[0]?.seq ?? 1) === 1 });
  return {
    messages: messages.map((message) => ({
      id: shownId(message),
      role: message.sender_id === userId ? 'user' : 'assistant',
      parts: partsOf(message),
    })),
    isContinued: log.findLast(({ sender_id }) => sender_id === userId)?.kind === TOOL_RESPONSE_KIND,
  };
}

/** What its readers call it: the id under which it began, or the one that its browser gave it. */
function shownId({ id, metadata }: LogMessage): string {
  const { continues, client_message_id } = metadata;
  if (typeof continues === 'string') return continues;
  return typeof client_message_id === 'string' ? client_message_id : id;
}
