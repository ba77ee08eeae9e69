import {
  type ChatRequest,
  invalidField,
  type MessagePart,
  type RunAgentInput,
  type RunContentPart,
  type RunMessage,
  type RunResume,
} from '@fleetlm/protocol';
import { isObject, isToolPart, type ToolPart, type UiPart } from '@fleetlm/protocol/ui-stream';
import type { Refusals } from '../refusals.ts';
import type { ThreadMessage } from '../rest/chat-thread.ts';

type UserMessage = Extract<RunMessage, { role: 'user' }>;
type ResultMessage = Extract<RunMessage, { role: 'tool' }>;

/** What an AG-UI client has sent, as a chat of the AI SDK would have sent it. Throws `invalid_request` or `conflict`. */
export function chatOfRun(
  input: RunAgentInput,
  thread: readonly ThreadMessage[],
  refusals: Refusals<'invalid_request' | 'conflict'>,
): ChatRequest {
  const { threadId, messages, resume = [] } = input;
  const newest = messages.at(-1);
  const chat = { id: threadId, trigger: 'submit-message' } as const;
  if (newest?.role === 'user') return { ...chat, messages: [userMessage(newest)] };
  const results = messages.filter((message): message is ResultMessage => message.role === 'tool');
  if (results.length + resume.length === 0)
    throw refusals.refuse(
      invalidField('messages', 'must end with a message of the user, or with results of tools'),
    );
  return { ...chat, messages: [answeredMessage(results, resume, thread, refusals)] };
}

function userMessage({ id, content }: UserMessage): ChatRequest['messages'][number] {
  const parts =
    typeof content === 'string' ? [{ type: 'text', text: content }] : content.map(uiPart);
  return { id, role: 'user', parts };
}

function uiPart(part: RunContentPart): MessagePart {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'binary': {
      const { mimeType, url, data = '', filename } = part;
      return {
        type: 'file',
        mediaType: mimeType,
        url: url ?? `data:${mimeType};base64,${data}`,
        ...(filename === undefined ? {} : { filename }),
      };
    }
    case 'image':
    case 'audio':
    case 'video':
    case 'document': {
      const { type, value, mimeType = `${part.type}/*` } = part.source;
      const url = type === 'url' ? value : `data:${mimeType};base64,${value}`;
      return { type: 'file', mediaType: mimeType, url };
    }
    default:
      return part satisfies never;
  }
}

/** The message of the agent with what its user's side answered. Calls of several messages are not answered together. */
function answeredMessage(
  results: readonly ResultMessage[],
  resume: readonly RunResume[],
  thread: readonly ThreadMessage[],
  { refuse }: Refusals<'conflict'>,
): ChatRequest['messages'][number] {
  const byCall = new Map(results.map((result) => [result.toolCallId, result]));
  const byApproval = new Map(resume.map((entry) => [entry.interruptId, entry]));
  const isAnswered = (part: UiPart): part is ToolPart =>
    isToolPart(part) &&
    (byCall.has(part.toolCallId) ||
      (part.approval !== undefined && byApproval.has(part.approval.id)));
  const own = thread.findLast(({ parts }) => parts.some(isAnswered));
  if (own === undefined)
    throw refuse({ code: 'conflict', detail: 'no tool call waits for what was answered' });
  const parts = own.parts.map((part): UiPart => {
    if (!isAnswered(part)) return part;
    const decision = part.approval === undefined ? undefined : byApproval.get(part.approval.id);
    if (part.approval !== undefined && decision !== undefined) {
      const approval = { ...part.approval, ...decided(decision) };
      return { ...part, state: 'approval-responded', approval };
    }
    const result = byCall.get(part.toolCallId);
    if (result === undefined) return part;
    const { error, content } = result;
    return typeof error === 'string' && error !== ''
      ? { ...part, state: 'output-error', errorText: error }
      : { ...part, state: 'output-available', output: content ?? null };
  });
  return { id: own.id, role: 'assistant', parts: parts.map((part) => ({ ...part })) };
}

/** Resolved is approved, unless the payload says otherwise. */
function decided({ status, payload }: RunResume): {
  readonly approved: boolean;
  readonly reason?: string;
} {
  const said = isObject(payload) ? payload : {};
  const reason = typeof said.reason === 'string' ? { reason: said.reason } : {};
  return { approved: status === 'resolved' && said.approved !== false, ...reason };
}
