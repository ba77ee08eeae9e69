import { type WebhookMessage, webhookId } from '@fleetlm/protocol';
import { isDataPart, partsOf, toolNameOf, type UiPart } from '@fleetlm/protocol/ui-stream';
import { newestFitting, SUMMARY_KIND } from '../webhook-body.ts';
import { STATE_PART } from './ag-ui-chunks.ts';
import type { CallContent } from './agent-adapter.ts';
import { argumentsText, outputText, replySteps } from './reply-steps.ts';

type Source =
  | { readonly type: 'url'; readonly value: string; readonly mimeType: string }
  | { readonly type: 'data'; readonly value: string; readonly mimeType: string };

type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio' | 'video' | 'document'; readonly source: Source };

type RunMessage =
  | { readonly id: string; readonly role: 'system'; readonly content: string }
  | {
      readonly id: string;
      readonly role: 'user';
      readonly content: string | readonly ContentPart[];
    }
  | {
      readonly id: string;
      readonly role: 'assistant';
      readonly content?: string;
      readonly toolCalls?: readonly {
        readonly id: string;
        readonly type: 'function';
        readonly function: { readonly name: string; readonly arguments: string };
      }[];
    }
  | {
      readonly id: string;
      readonly role: 'tool';
      readonly toolCallId: string;
      readonly content: string;
    };

/** The body of a call to an AG-UI agent: `RunAgentInput`. The thread is the session, and a run is one answer, however often it is asked for. */
export function runAgentInput({ session, work, history }: CallContent): string {
  const messages = newestFitting(history.messages, (message) =>
    JSON.stringify(runMessages(message)),
  ).flatMap((json): RunMessage[] => JSON.parse(json));
  return JSON.stringify({
    threadId: session.id,
    runId: webhookId(session.id, work.epoch),
    state: stateBehind(history.messages),
    messages,
    tools: [],
    context: [],
    forwardedProps: {
      user_id: session.userId,
      agent_id: session.agentId,
      trigger: history.trigger,
      epoch: work.epoch,
      attempt: work.attempt,
    },
  });
}

/** As the agent left it with its newest reply that changed it; empty where there is none. */
function stateBehind(messages: readonly WebhookMessage[]): unknown {
  for (const { role, parts } of messages.toReversed()) {
    if (role !== 'assistant') continue;
    const part = partsOf({ content: { parts } }).findLast(({ type }) => type === STATE_PART);
    if (part !== undefined && isDataPart(part)) return part.data;
  }
  return {};
}

/** Empty for a message that has nothing to read. */
function runMessages(message: WebhookMessage): readonly RunMessage[] {
  const { id, role, kind } = message;
  const parts = partsOf({ content: { parts: message.parts } });
  if (role === 'assistant') return replyMessages(id, parts);
  const content = parts.flatMap(contentPart);
  if (content.length === 0) return [];
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const text = texts.join('\n\n');
  if (kind === SUMMARY_KIND) return [{ id, role: 'system', content: text }];
  return [{ id, role: 'user', content: texts.length === content.length ? text : content }];
}

/** Only the first of them has the id of the reply: ids are unique. */
function replyMessages(id: string, parts: readonly UiPart[]): readonly RunMessage[] {
  return replySteps(parts).flatMap(({ texts, calls }, at): readonly RunMessage[] => [
    {
      id: at === 0 ? id : `${id}-${at}`,
      role: 'assistant',
      ...(texts.length === 0 ? {} : { content: texts.join('\n\n') }),
      ...(calls.length === 0
        ? {}
        : {
            toolCalls: calls.map((call) => ({
              id: call.toolCallId,
              type: 'function',
              function: { name: toolNameOf(call), arguments: argumentsText(call) },
            })),
          }),
    },
    ...calls.map(
      (call, number) =>
        ({
          id: `${id}-${at}-output-${number}`,
          role: 'tool',
          toolCallId: call.toolCallId,
          content: outputText(call),
        }) as const,
    ),
  ]);
}

const MEDIA = ['image', 'audio', 'video'] as const;

function contentPart(part: UiPart): readonly ContentPart[] {
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  if (part.type !== 'file') return [];
  const { mediaType, url } = part;
  const type = MEDIA.find((kind) => mediaType.startsWith(`${kind}/`)) ?? 'document';
  return [{ type, source: sourceOf(url, mediaType) }];
}

function sourceOf(url: string, mimeType: string): Source {
  const comma = url.indexOf(',');
  if (url.startsWith('data:') && comma > 0 && url.slice(0, comma).endsWith(';base64'))
    return { type: 'data', value: url.slice(comma + 1), mimeType };
  return { type: 'url', value: url, mimeType };
}
