import type { AgentAdapterName } from '@fleetlm/protocol';
import { inComponent } from '../../../../telemetry/component-turns.ts';
import type { AgentRecord } from '../../../ports.ts';
import { AnswerStream } from '../answer-stream.ts';
import { webhookBody } from '../webhook-body.ts';
import { RunChunks } from './ag-ui-chunks.ts';
import { runAgentInput } from './ag-ui-request.ts';
import type { AgentAdapter, CallContent } from './agent-adapter.ts';
import { CompletionChunks } from './openai-chat-chunks.ts';
import { openAiChatBody } from './openai-chat-request.ts';
import { ResponseChunks } from './openai-responses-chunks.ts';
import { openAiResponsesBody } from './openai-responses-request.ts';
import { TextReader } from './text-reader.ts';
import { TranslatedReader } from './translated-reader.ts';

const webhook = ({ session, work, history }: CallContent): string =>
  webhookBody(session, work, history);

const AGENT_ADAPTERS: Readonly<Record<AgentAdapterName, AgentAdapter>> = {
  'ai-sdk': {
    accept: 'text/event-stream, application/x-ndjson',
    body: webhook,
    reader: (contentType) => new AnswerStream(contentType),
  },
  'openai-chat': {
    accept: 'text/event-stream',
    body: openAiChatBody,
    reader: (contentType) => new TranslatedReader(contentType, new CompletionChunks()),
  },
  'openai-responses': {
    accept: 'text/event-stream',
    body: openAiResponsesBody,
    reader: (contentType) => new TranslatedReader(contentType, new ResponseChunks()),
  },
  'ag-ui': {
    accept: 'text/event-stream',
    body: runAgentInput,
    reader: (contentType, sent) => new TranslatedReader(contentType, new RunChunks(sent)),
  },
  text: {
    accept: 'text/plain',
    body: webhook,
    reader: (contentType) => new TextReader(contentType),
  },
};

export function agentAdapter(name: AgentAdapterName): AgentAdapter {
  return AGENT_ADAPTERS[name];
}

/** What an agent is sent of a conversation, in its protocol. */
export function callBody(
  { adapter, model }: Pick<AgentRecord, 'adapter' | 'model'>,
  content: Omit<CallContent, 'model'>,
): string {
  return inComponent('dispatch', () => agentAdapter(adapter).body({ ...content, model }));
}
