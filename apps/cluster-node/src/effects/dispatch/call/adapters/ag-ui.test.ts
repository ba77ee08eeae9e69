import { EventSchemas, RunAgentInputSchema } from '@ag-ui/core/schemas';
import type { WebhookMessage } from '@fleetlm/protocol';
import { describe, expect, test } from 'vitest';
import { AG_UI_STATE_BYTES_MAX, AG_UI_STATE_OPERATIONS_MAX } from '../../../../limits.ts';
import { SUMMARY_KIND } from '../webhook-body.ts';
import { RunChunks } from './ag-ui-chunks.ts';
import { runAgentInput } from './ag-ui-request.ts';
import { content, finished, RECORDED_RUNS, runStream, started } from './testing/ag-ui-streams.ts';
import { assembled, mergedTypes, readWith, textOf } from './testing/read-translated.ts';

const readAll = (stream: string, size = Infinity, state: unknown = {}) =>
  readWith(new RunChunks(JSON.stringify({ state })), stream, 'text/event-stream', size);
const read = (...events: readonly object[]) => readAll(runStream(started, ...events));

describe.each(RECORDED_RUNS)('$name', (recorded) => {
  test.each([Infinity, 64, 1])('becomes valid chunks, read %s bytes at a time', (size) => {
    const { chunks, error } = readAll(runStream(...recorded.events), size);
    expect(error).toBeNull();
    expect(mergedTypes(chunks)).toEqual(recorded.types);
    expect(textOf(chunks, 'text-delta')).toBe(recorded.text);
    expect(textOf(chunks, 'reasoning-delta')).toBe(recorded.reasoning ?? '');
    expect(chunks.at(-1)?.messageMetadata).toMatchObject(recorded.metadata ?? {});
    expect(assembled(chunks).message.end).toBe('finish');
  });
});

test.each(RECORDED_RUNS.filter(({ isOlder }) => isOlder !== true))(
  'of $name every event is one of `@ag-ui/core`',
  ({ events }) => {
    for (const event of events) expect(EventSchemas.safeParse(event).error).toBeUndefined();
  },
);

test('a tool that the agent runs has its input and its result, JSON where it is JSON', () => {
  const ask = (toolCallId: string) => [
    { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'look' },
    { type: 'TOOL_CALL_END', toolCallId },
  ];
  const result = (toolCallId: string, text: unknown) => ({
    type: 'TOOL_CALL_RESULT',
    messageId: 'r',
    toolCallId,
    content: text,
  });
  const { chunks } = read(
    ...['a', 'b', 'c'].flatMap(ask),
    result('a', '{"snow":true}'),
    result('b', '{broken'),
    result('c', [{ type: 'text', text: 'snow' }]),
    result('of an earlier reply', 'x'),
    finished,
  );
  const outputs = chunks.filter(({ type }) => type === 'tool-output-available');
  expect(outputs.map(({ output }) => output)).toEqual([
    { snow: true },
    '{broken',
    [{ type: 'text', text: 'snow' }],
  ]);
  expect(chunks.at(-1)).toMatchObject({ finishReason: 'stop' });
});

test('messages of others than the agent are no part of its reply', () => {
  const { chunks } = read(
    { type: 'TEXT_MESSAGE_START', messageId: 'u1', role: 'user' },
    content('Weather?', 'u1'),
    { type: 'TEXT_MESSAGE_END', messageId: 'u1' },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: 's1', role: 'system', delta: 'Be brief.' },
    { type: 'TEXT_MESSAGE_CHUNK', messageId: 's1', delta: 'Please.' },
    content('Snow.'),
    finished,
  );
  expect(textOf(chunks, 'text-delta')).toBe('Snow.');
});

test('an error of the run is an error chunk, and nothing follows it', () => {
  const { chunks } = read(
    content('So'),
    { type: 'RUN_ERROR', message: 'overloaded', code: '503' },
    content('far'),
  );
  expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'overloaded' });
  expect(textOf(chunks, 'text-delta')).toBe('So');
});

test('a run without content is empty, and one that breaks off has no finish', () => {
  expect(read(finished).items).toEqual([{ type: 'done' }]);
  expect(read(content('Hel')).chunks.at(-1)?.type).toBe('text-delta');
});

test.each([
  ['no event at all', { hello: 'world' }],
  ['AI SDK chunks', { type: 'start' }],
  ['a delta that is no text', { type: 'TEXT_MESSAGE_CONTENT', messageId: 'm1', delta: [] }],
  ['arguments of no call', { type: 'TOOL_CALL_ARGS', toolCallId: 'c9', delta: '{' }],
  ['a call without a name', { type: 'TOOL_CALL_CHUNK', toolCallId: 'c9' }],
  ['a patch of nothing', { type: 'STATE_DELTA', delta: [{ op: 'remove', path: '/x/y' }] }],
  ['no patch', { type: 'STATE_DELTA', delta: [{ op: 'wish', path: '/x' }] }],
  [
    'a patch of the prototype',
    { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/__proto__/polluted', value: true }] },
  ],
])('%s breaks the answer, and what is in front of it stands', (_, wrong) => {
  const { chunks, error } = read(content('So'), wrong, content('far'));
  expect(textOf(chunks, 'text-delta')).toBe('So');
  expect(error).not.toBeNull();
  expect(error?.length).toBeLessThan(500);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test('kinds of events that came later are passed over', () => {
  const { chunks, error } = read({ type: 'SUBAGENT_STARTED', name: 'x' }, content('Hi'), finished);
  expect([textOf(chunks, 'text-delta'), error]).toEqual(['Hi', null]);
});

describe('the state of an agent', () => {
  const delta = (...operations: readonly object[]) => ({ type: 'STATE_DELTA', delta: operations });
  const stateOf = ({ chunks }: ReturnType<typeof readAll>) =>
    chunks.find(({ type }) => type === 'data-ag-ui-state')?.data;

  test('goes on from what the agent was sent', () => {
    const events = runStream(
      started,
      delta({ op: 'add', path: '/places/-', value: 'Rome' }),
      delta({ op: 'move', from: '/step', path: '/was' }),
      content('Hi'),
      finished,
    );
    const state = { step: 1, places: ['Oslo'] };
    expect(stateOf(readAll(events, Infinity, state))).toEqual({
      places: ['Oslo', 'Rome'],
      was: 1,
    });
  });

  const large = (bytes: number) => 'x'.repeat(bytes - '{"a":""}'.length);

  test('has a limit in bytes', () => {
    const run = (bytes: number) =>
      read({ type: 'STATE_SNAPSHOT', snapshot: { a: large(bytes) } }, content('Hi'), finished);
    expect(run(AG_UI_STATE_BYTES_MAX - 1).error).toBeNull();
    expect(run(AG_UI_STATE_BYTES_MAX).error).toBeNull();
    expect(run(AG_UI_STATE_BYTES_MAX + 1).error).toContain('larger than');
  });

  test('does not grow beyond its limit by copies of itself', () => {
    const { error } = read(
      { type: 'STATE_SNAPSHOT', snapshot: { a: 'x' } },
      delta(...Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: '', path: `/${at}` }))),
    );
    expect(error).toContain('larger than');
  });

  test('changes so many times in an answer, and no more', () => {
    const changes = (count: number) =>
      Array.from({ length: count }, (_, value) => ({ op: 'add', path: '/a', value }));
    const run = (count: number) =>
      read(delta(...changes(count - 1)), delta(...changes(1)), content('Hi'), finished);
    expect(run(AG_UI_STATE_OPERATIONS_MAX).error).toBeNull();
    expect(run(AG_UI_STATE_OPERATIONS_MAX + 1).error).toContain('more than');
  });
});

let seq = 0;
function message(
  role: 'user' | 'assistant',
  parts: WebhookMessage['parts'],
  kind = 'text',
): WebhookMessage {
  seq += 1;
  return {
    id: `m${seq}`,
    role,
    parts,
    seq,
    sender_id: role === 'user' ? 'ann' : 'bot',
    kind,
    content: { parts },
    metadata: { private: 'yes' },
    inserted_at: '2026-11-30T12:00:00.000Z',
  };
}

function inputOf(messages: readonly WebhookMessage[]) {
  return JSON.parse(
    runAgentInput({
      session: { id: 's', agentId: 'bot', userId: 'ann' },
      work: { epoch: 3, attempt: 2 },
      history: { messages, trigger: 'submit-message' },
      model: null,
    }),
  );
}

const text = (value: string) => ({ type: 'text', text: value });

test('a conversation is the input of a run, with the state that the agent left', () => {
  seq = 0;
  const image = { type: 'file', mediaType: 'image/png', url: 'https://example.org/a.png' };
  const file = { type: 'file', mediaType: 'text/csv', url: 'data:text/csv;base64,YQ==' };
  const lookup = {
    type: 'dynamic-tool',
    toolName: 'look',
    toolCallId: 'c1',
    state: 'output-available',
    input: { at: 'Oslo' },
    output: { snow: true },
  };
  const state = (step: number) => ({ type: 'data-ag-ui-state', id: 'state', data: { step } });
  const input = inputOf([
    message('user', [text('What was said before.')], SUMMARY_KIND),
    message('assistant', [text('Hello'), state(1)]),
    message('user', [text('Look'), image, file]),
    message('assistant', [
      { type: 'reasoning', text: 'Hm.' },
      text('One moment.'),
      lookup,
      text('It snows.'),
      state(2),
    ]),
    message('user', [text('And?')]),
  ]);
  expect(RunAgentInputSchema.safeParse(input).error).toBeUndefined();
  expect(input).toEqual({
    threadId: 's',
    runId: 's:3',
    state: { step: 2 },
    messages: [
      { id: 'm1', role: 'system', content: 'What was said before.' },
      { id: 'm2', role: 'assistant', content: 'Hello' },
      {
        id: 'm3',
        role: 'user',
        content: [
          text('Look'),
          {
            type: 'image',
            source: { type: 'url', value: 'https://example.org/a.png', mimeType: 'image/png' },
          },
          { type: 'document', source: { type: 'data', value: 'YQ==', mimeType: 'text/csv' } },
        ],
      },
      {
        id: 'm4',
        role: 'assistant',
        content: 'One moment.',
        toolCalls: [
          { id: 'c1', type: 'function', function: { name: 'look', arguments: '{"at":"Oslo"}' } },
        ],
      },
      { id: 'm4-0-output-0', role: 'tool', toolCallId: 'c1', content: '{"snow":true}' },
      { id: 'm4-1', role: 'assistant', content: 'It snows.' },
      { id: 'm5', role: 'user', content: 'And?' },
    ],
    tools: [],
    context: [],
    forwardedProps: {
      user_id: 'ann',
      agent_id: 'bot',
      trigger: 'submit-message',
      epoch: 3,
      attempt: 2,
    },
  });
});
