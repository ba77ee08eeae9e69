/**
 * Streams of responses, written after the public descriptions of the servers' formats (not captured from a running one). The `openai`
 * package has the types of every event.
 */

import type { ResponseStreamEvent } from 'openai/resources/responses/responses';

const events = (...lines: readonly object[]): string =>
  lines
    .map((line) => {
      const type = 'type' in line ? `event: ${line.type}\n` : '';
      return `${type}data: ${JSON.stringify(line)}\n\n`;
    })
    .join('');

/** Events as the SDK types them, less the fields that nothing reads. */
export type Event<T extends ResponseStreamEvent['type'] = ResponseStreamEvent['type']> = {
  readonly type: T;
} & Readonly<Record<string, unknown>>;

export const responseStream = (...lines: readonly (Event | object)[]): string => events(...lines);

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress' };
const AT = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const USAGE = {
  input_tokens: 9,
  output_tokens: 3,
  total_tokens: 12,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens_details: { reasoning_tokens: 1 },
};

export const delta = (text: string): Event => ({
  type: 'response.output_text.delta',
  ...AT,
  delta: text,
});

export const completed = (more: object = {}): Event => ({
  type: 'response.completed',
  response: { id: 'resp_1', model: 'gpt-test', status: 'completed', output: [], ...more },
});

interface Recorded {
  readonly name: string;
  readonly contentType: string;
  readonly stream: string;
  /** `type` of each chunk, texts merged. */
  readonly types: readonly string[];
  readonly text: string;
  readonly reasoning?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const SSE = 'text/event-stream; charset=utf-8';
const START = ['start', 'start-step'];
const TEXT = ['text-start', 'text-delta', 'text-end'];
const END = ['finish-step', 'finish'];

export const RECORDED_RESPONSES: readonly Recorded[] = [
  {
    name: 'OpenAI: every event of a text, and usage with details',
    contentType: SSE,
    stream: responseStream(
      { type: 'response.created', response: { id: 'resp_1', status: 'in_progress', output: [] } },
      { type: 'response.in_progress', response: { id: 'resp_1', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...MESSAGE, content: [] } },
      { type: 'response.content_part.added', ...AT, part: { type: 'output_text', text: '' } },
      { ...delta('Hel'), logprobs: [], obfuscation: 'x8Jq' },
      delta('lo'),
      { type: 'response.output_text.done', ...AT, text: 'Hello' },
      { type: 'response.content_part.done', ...AT, part: { type: 'output_text', text: 'Hello' } },
      { type: 'response.output_item.done', output_index: 0, item: { ...MESSAGE, content: [] } },
      completed({ usage: USAGE }),
    ),
    types: [...START, ...TEXT, ...END],
    text: 'Hello',
    metadata: {
      model: 'gpt-test',
      finish_reason: 'stop',
      usage: {
        inputTokens: 9,
        outputTokens: 3,
        totalTokens: 12,
        reasoningTokens: 1,
        cachedInputTokens: 4,
      },
    },
  },
  {
    name: 'a summary of what the model thought, and a text that is only sent whole',
    contentType: SSE,
    stream: responseStream(
      {
        type: 'response.reasoning_summary_text.delta',
        item_id: 'rs_1',
        output_index: 0,
        summary_index: 0,
        delta: 'Hm.',
      },
      { type: 'response.output_text.done', ...AT, output_index: 1, text: 'Hi' },
      completed(),
    ),
    types: [...START, 'reasoning-start', 'reasoning-delta', 'reasoning-end', ...TEXT, ...END],
    text: 'Hi',
    reasoning: 'Hm.',
  },
  {
    name: 'a function call whose arguments come in pieces',
    contentType: SSE,
    stream: responseStream(
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'weather',
          arguments: '',
        },
      },
      {
        type: 'response.function_call_arguments.delta',
        item_id: 'fc_1',
        output_index: 0,
        delta: '{"city":',
      },
      {
        type: 'response.function_call_arguments.delta',
        item_id: 'fc_1',
        output_index: 0,
        delta: '"Rome"}',
      },
      {
        type: 'response.function_call_arguments.done',
        item_id: 'fc_1',
        output_index: 0,
        arguments: '{"city":"Rome"}',
      },
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          name: 'weather',
          arguments: '{"city":"Rome"}',
        },
      },
      completed(),
    ),
    types: [...START, 'tool-input-start', 'tool-input-delta', 'tool-input-available', ...END],
    text: '',
    metadata: { finish_reason: 'tool-calls' },
  },
  {
    name: 'a search that the server runs, and the source of what it says',
    contentType: SSE,
    stream: responseStream(
      {
        type: 'response.output_item.done',
        output_index: 0,
        item: {
          type: 'web_search_call',
          id: 'ws_1',
          status: 'completed',
          action: { type: 'search', query: 'snow in Oslo' },
        },
      },
      { ...delta('It snows.'), output_index: 1 },
      {
        type: 'response.output_text.annotation.added',
        ...AT,
        output_index: 1,
        annotation_index: 0,
        annotation: {
          type: 'url_citation',
          url: 'https://example.org/oslo',
          title: 'Oslo',
          start_index: 0,
          end_index: 9,
        },
      },
      completed(),
    ),
    types: [
      ...START,
      'tool-input-available',
      'tool-output-available',
      'text-start',
      'text-delta',
      'source-url',
      'text-end',
      ...END,
    ],
    text: 'It snows.',
    metadata: { finish_reason: 'stop' },
  },
  {
    name: 'an answer that is cut off by its limit of tokens',
    contentType: SSE,
    stream: responseStream(delta('It is'), {
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [],
      },
    }),
    types: [...START, ...TEXT, ...END],
    text: 'It is',
    metadata: { finish_reason: 'length' },
  },
  {
    name: 'a server that does not stream: the whole response as JSON',
    contentType: 'application/json',
    stream: JSON.stringify({
      id: 'resp_1',
      object: 'response',
      model: 'gpt-test',
      status: 'completed',
      output: [
        { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Hm.' }] },
        { ...MESSAGE, content: [{ type: 'output_text', text: 'All of it', annotations: [] }] },
      ],
      usage: USAGE,
    }),
    types: [...START, 'reasoning-start', 'reasoning-delta', 'reasoning-end', ...TEXT, ...END],
    text: 'All of it',
    reasoning: 'Hm.',
  },
];
