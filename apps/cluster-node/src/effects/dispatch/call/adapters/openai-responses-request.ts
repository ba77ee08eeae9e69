import type { WebhookMessage } from '@fleetlm/protocol';
import { partsOf, toolNameOf, type UiPart } from '@fleetlm/protocol/ui-stream';
import { newestFitting, SUMMARY_KIND } from '../webhook-body.ts';
import type { CallContent } from './agent-adapter.ts';
import { argumentsText, outputText, replySteps } from './reply-steps.ts';

type InputContent =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url: string };

type InputItem =
  | {
      readonly role: 'system' | 'user' | 'assistant';
      readonly content: string | readonly InputContent[];
    }
  | {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: 'function_call_output'; readonly call_id: string; readonly output: string };

/** The body of a call to `/v1/responses`. The conversation is kept here: the server is asked to keep nothing of it. */
export function openAiResponsesBody({ history, model }: CallContent): string {
  const items = newestFitting(history.messages, (message) =>
    JSON.stringify(inputItems(message)),
  ).flatMap((json): InputItem[] => JSON.parse(json));
  return JSON.stringify({
    ...(model === null ? {} : { model }),
    input: items,
    stream: true,
    store: false,
  });
}

/** Empty for a message that has nothing to read. */
function inputItems(message: WebhookMessage): readonly InputItem[] {
  const parts = partsOf({ content: { parts: message.parts } });
  if (message.role === 'assistant') return replyItems(parts);
  const content = parts.flatMap(inputContent);
  if (content.length === 0) return [];
  const role = message.kind === SUMMARY_KIND ? 'system' : 'user';
  const texts = content.flatMap((part) => (part.type === 'input_text' ? [part.text] : []));
  return [{ role, content: texts.length === content.length ? texts.join('\n\n') : content }];
}

function replyItems(parts: readonly UiPart[]): readonly InputItem[] {
  return replySteps(parts).flatMap(({ texts, calls }): readonly InputItem[] => {
    // What the server ran itself is no function of ours: its text says what came of it.
    const functions = calls.filter(({ providerExecuted }) => providerExecuted !== true);
    return [
      ...(texts.length === 0 ? [] : [{ role: 'assistant' as const, content: texts.join('\n\n') }]),
      ...functions.map(
        (call) =>
          ({
            type: 'function_call',
            call_id: call.toolCallId,
            name: toolNameOf(call),
            arguments: argumentsText(call),
          }) as const,
      ),
      ...functions.map(
        (call) =>
          ({
            type: 'function_call_output',
            call_id: call.toolCallId,
            output: outputText(call),
          }) as const,
      ),
    ];
  });
}

function inputContent(part: UiPart): readonly InputContent[] {
  if (part.type === 'text')
    return part.text === '' ? [] : [{ type: 'input_text', text: part.text }];
  if (part.type !== 'file') return [];
  if (part.mediaType.startsWith('image/')) return [{ type: 'input_image', image_url: part.url }];
  return [{ type: 'input_text', text: `[File: ${part.filename ?? part.mediaType}]` }];
}
