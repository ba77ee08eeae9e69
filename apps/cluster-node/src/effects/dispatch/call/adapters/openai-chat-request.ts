import type { WebhookMessage } from '@fleetlm/protocol';
import { partsOf, type ToolPart, toolNameOf, type UiPart } from '@fleetlm/protocol/ui-stream';
import { newestFitting, SUMMARY_KIND } from '../webhook-body.ts';
import type { CallContent } from './agent-adapter.ts';
import { argumentsText, outputText, replySteps } from './reply-steps.ts';

type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image_url'; readonly image_url: { readonly url: string } };

interface ToolCall {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

type ChatMessage =
  | { readonly role: 'system'; readonly content: string }
  | { readonly role: 'user'; readonly content: string | readonly ContentPart[] }
  | {
      readonly role: 'assistant';
      readonly content: string | null;
      readonly tool_calls?: readonly ToolCall[];
    }
  | { readonly role: 'tool'; readonly tool_call_id: string; readonly content: string };

/**
 * The body of a call to `/v1/chat/completions`. Roles alternate, and the first one is the user's: the chat templates of many models refuse
 * anything else.
 */
export function openAiChatBody({ history, model }: CallContent): string {
  const fitting: ChatMessage[] = newestFitting(history.messages, (message) =>
    JSON.stringify(chatMessages(message)),
  ).flatMap((json): ChatMessage[] => JSON.parse(json));
  const body = {
    ...(model === null ? {} : { model }),
    messages: alternating(fitting),
    stream: true,
    stream_options: { include_usage: true },
  };
  return JSON.stringify(body);
}

/** Empty for a message that has nothing to read. */
function chatMessages(message: WebhookMessage): readonly ChatMessage[] {
  const parts = partsOf({ content: { parts: message.parts } });
  if (message.role === 'assistant') return assistantMessages(parts);
  if (message.kind === SUMMARY_KIND) return [{ role: 'system', content: textOf(parts) }];
  const content = parts.flatMap(contentPart);
  if (content.length === 0) return [];
  const isText = content.every(({ type }) => type === 'text');
  return [{ role: 'user', content: isText ? joined(content) : content }];
}

/** A reply as the model would have given it: text and calls up to the outputs, then the outputs, then what follows them. */
function assistantMessages(parts: readonly UiPart[]): readonly ChatMessage[] {
  return replySteps(parts).flatMap(({ texts, calls }): readonly ChatMessage[] => [
    {
      role: 'assistant',
      content: texts.length === 0 ? null : texts.join('\n\n'),
      ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCall) }),
    },
    ...calls.map(
      (call) =>
        ({ role: 'tool', tool_call_id: call.toolCallId, content: outputText(call) }) as const,
    ),
  ]);
}

function toolCall(part: ToolPart): ToolCall {
  return {
    id: part.toolCallId,
    type: 'function',
    function: { name: toolNameOf(part), arguments: argumentsText(part) },
  };
}

function contentPart(part: UiPart): readonly ContentPart[] {
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  if (part.type !== 'file') return [];
  if (part.mediaType.startsWith('image/'))
    return [{ type: 'image_url', image_url: { url: part.url } }];
  return [{ type: 'text', text: `[File: ${part.filename ?? part.mediaType}]` }];
}

function textOf(parts: readonly UiPart[]): string {
  return joined(parts.flatMap(contentPart));
}

function joined(parts: readonly ContentPart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
}

/** Neighbours of one role as one message; replies in front of the first message of the user are left out. */
function alternating(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const firstUser = messages.findIndex(({ role }) => role === 'user');
  const kept = messages.filter(({ role }, at) => role === 'system' || at >= firstUser);
  const merged: ChatMessage[] = [];
  // Kept in pieces until the neighbours are known: one after the other would copy a long text once for each.
  let run: ChatMessage[] = [];
  for (const message of kept) {
    if (run[0] !== undefined && !isMergeable(run[0], message)) {
      merged.push(mergedRun(run));
      run = [];
    }
    run.push(message);
  }
  if (run.length > 0) merged.push(mergedRun(run));
  return merged;
}

/** Of an assistant with calls the outputs come next, so nothing can be put to it. */
function isMergeable(first: ChatMessage, next: ChatMessage): boolean {
  if (first.role === 'user') return next.role === 'user';
  return isPlainReply(first) && isPlainReply(next);
}

function isPlainReply(message: ChatMessage): boolean {
  return message.role === 'assistant' && message.tool_calls === undefined;
}

function mergedRun(run: readonly ChatMessage[]): ChatMessage {
  const [first] = run;
  if (first === undefined) throw new Error('there is nothing to merge');
  if (run.length === 1) return first;
  const content = run.flatMap(({ content: one }): readonly ContentPart[] =>
    typeof one === 'string' ? [{ type: 'text', text: one }] : (one ?? []),
  );
  const isText = content.every(({ type }) => type === 'text');
  if (first.role === 'user') return { role: 'user', content: isText ? joined(content) : content };
  return { role: 'assistant', content: joined(content) };
}
