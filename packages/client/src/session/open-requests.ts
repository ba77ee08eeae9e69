import { namesOf, openRequestsOf, TOOL_RESPONSE_KIND, threadOf } from '@fleetlm/protocol/thread';
import { partsOf, stringField } from '@fleetlm/protocol/ui-stream';
import type { Message } from '../wire.ts';
import type { Row } from './rows.ts';

/** Whether a committed message of the user is work for the agent: a decision that leaves others of its message open is none. */
export function callsAgent(messages: readonly Message[], sent: Message): boolean {
  if (sent.kind !== TOOL_RESPONSE_KIND) return true;
  const name = stringField(sent.content, 'message_id');
  const thread = threadOf(messages, { isWhole: true }).messages;
  const asking = thread.findLast((message) => namesOf(message).some((own) => own === name));
  return asking === undefined || !hasOpenRequests(asking);
}

/** The id of the message whose tool calls still wait for the user; what the user writes instead overtakes them. Null: none. */
export function answerableId(rows: readonly Row[], userId: string): string | null {
  for (const row of rows.toReversed()) {
    if (row.type === 'outgoing') {
      // What was refused for good was never said.
      if (row.entry.status === 'failed') continue;
      return null;
    }
    if (row.message.sender_id === userId) return null;
    if (hasOpenRequests(row.message)) return row.message.id;
  }
  return null;
}

function hasOpenRequests(message: Message): boolean {
  const { approvals, outputs } = openRequestsOf(partsOf(message));
  return approvals.length + outputs.length > 0;
}
