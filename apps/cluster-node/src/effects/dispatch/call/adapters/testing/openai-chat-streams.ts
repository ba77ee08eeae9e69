/**
 * Streams of chat completions, written after the public descriptions of the servers' formats (not captured from a running one): what
 * each of them does differently is in its stream.
 */

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

const events = (...lines: readonly (object | string)[]): string =>
  lines
    .map((line) => `data: ${typeof line === 'string' ? line : JSON.stringify(line)}\n\n`)
    .join('');

/** One event of a server. */
export const event = (
  delta: object | null,
  finishReason: string | null = null,
  more: object = {},
): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_764_500_000,
  model: 'test-model',
  choices: delta === null ? [] : [{ index: 0, delta, finish_reason: finishReason }],
  ...more,
});

export const completion = (...lines: readonly (object | string)[]): string => events(...lines);

const USAGE = { prompt_tokens: 9, completion_tokens: 3, total_tokens: 12 };
const SSE = 'text/event-stream; charset=utf-8';
const ANSWER = ['start', 'start-step', 'text-start', 'text-delta', 'text-end'];
const THOUGHT = ['start', 'start-step', 'reasoning-start', 'reasoning-delta', 'reasoning-end'];
const END = ['finish-step', 'finish'];

export const RECORDED_STREAMS: readonly Recorded[] = [
  {
    name: 'OpenAI: role first, usage in an event without choices, nulls and a fingerprint',
    contentType: SSE,
    stream: events(
      event({ role: 'assistant', content: '', refusal: null }, null, {
        service_tier: 'default',
        system_fingerprint: 'fp_1',
        usage: null,
      }),
      event({ content: 'Hel' }, null, { usage: null, obfuscation: 'x8Jq' }),
      event({ content: 'lo' }, null, { usage: null }),
      event({}, 'stop', { usage: null }),
      event(null, null, {
        usage: {
          ...USAGE,
          prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 1, accepted_prediction_tokens: 0 },
        },
      }),
      '[DONE]',
    ),
    types: [...ANSWER, ...END],
    text: 'Hello',
    metadata: {
      model: 'test-model',
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
    name: 'Ollama: the role in every delta, thinking as `reasoning`',
    contentType: 'text/event-stream',
    stream: events(
      event({ role: 'assistant', content: '', reasoning: 'Hm' }),
      event({ role: 'assistant', content: '', reasoning: '.' }),
      event({ role: 'assistant', content: 'Hi' }),
      event({ role: 'assistant', content: '' }, 'stop'),
      event(null, null, { usage: USAGE }),
      '[DONE]',
    ),
    types: [...THOUGHT, ...ANSWER.slice(2), ...END],
    text: 'Hi',
    reasoning: 'Hm.',
    metadata: { usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 } },
  },
  {
    name: 'vLLM: `reasoning_content`, `stop_reason`, usage in every event',
    contentType: SSE,
    stream: events(
      event({ role: 'assistant', content: '' }, null, { usage: { ...USAGE, total_tokens: 9 } }),
      event({ reasoning_content: 'Let me see' }, null, { usage: { ...USAGE, total_tokens: 10 } }),
      event({ content: 'Yes' }, null, { usage: { ...USAGE, total_tokens: 11 } }),
      {
        ...event(null),
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'length', stop_reason: null }],
        usage: USAGE,
      },
      '[DONE]',
    ),
    types: [...THOUGHT, ...ANSWER.slice(2), ...END],
    text: 'Yes',
    reasoning: 'Let me see',
    metadata: { finish_reason: 'length', usage: { totalTokens: 12 } },
  },
  {
    name: 'LM Studio: usage is not sent, the end is',
    contentType: 'text/event-stream',
    stream: events(event({ role: 'assistant', content: 'Hey' }), event({}, 'stop'), '[DONE]'),
    types: [...ANSWER, ...END],
    text: 'Hey',
    metadata: { model: 'test-model', finish_reason: 'stop' },
  },
  {
    name: 'OpenRouter: comments while it waits, and a connection that ends instead of [DONE]',
    contentType: 'text/event-stream',
    stream: `: OPENROUTER PROCESSING\n\n${events(event({ content: 'Well' }), event({}, 'stop'))}`,
    types: [...ANSWER, ...END],
    text: 'Well',
  },
  {
    name: 'Azure: a first event with the results of its filter, and a filtered end',
    contentType: SSE,
    stream: events(
      { choices: [], created: 0, id: '', model: '', object: '', prompt_filter_results: [] },
      event({ content: 'I' }),
      event({}, 'content_filter'),
      '[DONE]',
    ),
    types: [...ANSWER, ...END],
    text: 'I',
    metadata: { finish_reason: 'content-filter' },
  },
  {
    name: 'a server that does not stream: the whole message as JSON',
    contentType: 'application/json',
    stream: JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'test-model',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'All of it' }, finish_reason: 'stop' },
      ],
      usage: USAGE,
    }),
    types: [...ANSWER, ...END],
    text: 'All of it',
    metadata: { finish_reason: 'stop' },
  },
  {
    name: 'a tool call whose arguments come in pieces',
    contentType: SSE,
    stream: events(
      event({
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            index: 0,
            id: 'call_1',
            type: 'function',
            function: { name: 'weather', arguments: '' },
          },
        ],
      }),
      event({ tool_calls: [{ index: 0, function: { arguments: '{"city":' } }] }),
      event({ tool_calls: [{ index: 0, function: { arguments: '"Rome"}' } }] }),
      event({}, 'tool_calls'),
      event(null, null, { usage: USAGE }),
      '[DONE]',
    ),
    types: [
      'start',
      'start-step',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-available',
      ...END,
    ],
    text: '',
    metadata: { finish_reason: 'tool-calls' },
  },
  {
    name: 'Ollama: two calls whole, both with the index 0, behind text',
    contentType: 'text/event-stream',
    stream: events(
      event({ role: 'assistant', content: 'One moment' }),
      event({
        role: 'assistant',
        content: '',
        tool_calls: ['a', 'b'].map((id) => ({
          index: 0,
          id: `call_${id}`,
          type: 'function',
          function: { name: 'look', arguments: `{"at":"${id}"}` },
        })),
      }),
      event({ role: 'assistant', content: '' }, 'tool_calls'),
      '[DONE]',
    ),
    types: [
      ...ANSWER,
      'tool-input-start',
      'tool-input-delta',
      'tool-input-start',
      'tool-input-delta',
      'tool-input-available',
      'tool-input-available',
      ...END,
    ],
    text: 'One moment',
  },
];
