import { EventSchemas } from '@ag-ui/core/schemas';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../../runtime/runtime-api.ts';
import { AgUiStream } from './ag-ui-stream.ts';

/** The events of a reply, each of them one of `@ag-ui/core`. */
function eventsOf(...chunks: readonly Chunk[]): readonly Record<string, unknown>[] {
  const stream = new AgUiStream({ threadId: 't', runId: 'r' });
  // One by one, as they come.
  const frames = chunks.flatMap((chunk) => stream.frames([chunk]));
  return [stream.firstFrame, ...frames, ...stream.lastFrame().split(/(?<=\n\n)/)]
    .filter((frame) => frame !== '')
    .map((frame) => {
      const event: Record<string, unknown> = JSON.parse(frame.slice('data: '.length));
      expect(EventSchemas.safeParse(event).error).toBeUndefined();
      return event;
    });
}

const typesOf = (...chunks: readonly Chunk[]) =>
  eventsOf({ type: 'start', messageId: 'm' }, ...chunks).map(({ type }) => type);

const START = 'RUN_STARTED';
const FINISH = { type: 'finish' };
const text = (id: string, delta: string) => [
  { type: 'text-start', id },
  { type: 'text-delta', id, delta },
  { type: 'text-end', id },
];
const TEXT = ['TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END'];
const CALL = { toolCallId: 'c', toolName: 'look', dynamic: true };

describe('a reply as AG-UI events', () => {
  test('has a message for each of its texts, and its thinking', () => {
    const thought = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
      { type: 'reasoning-end', id: 'r' },
    ];
    expect(typesOf(...thought, ...text('1', 'a'), ...text('2', 'b'), FINISH)).toEqual([
      START,
      'REASONING_START',
      'REASONING_MESSAGE_START',
      'REASONING_MESSAGE_CONTENT',
      'REASONING_MESSAGE_END',
      'REASONING_END',
      ...TEXT,
      ...TEXT,
      'RUN_FINISHED',
    ]);
    const ids = eventsOf(...text('1', 'a'), ...text('2', 'b')).flatMap(({ type, messageId }) =>
      type === 'TEXT_MESSAGE_START' ? [messageId] : [],
    );
    expect(new Set(ids).size).toBe(2);
  });

  test.each([
    ['in pieces', [{ type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"at":1}' }]],
    ['as a whole', []],
  ])('has the input of a tool call once, when it came %s', (_, pieces) => {
    const events = eventsOf(
      { type: 'tool-input-start', ...CALL },
      ...pieces,
      { type: 'tool-input-available', ...CALL, input: { at: 1 } },
      { type: 'tool-output-available', toolCallId: 'c', output: { snow: true } },
      FINISH,
    );
    expect(events.slice(1)).toMatchObject([
      { type: 'TOOL_CALL_START', toolCallName: 'look' },
      { type: 'TOOL_CALL_ARGS', delta: '{"at":1}' },
      { type: 'TOOL_CALL_END' },
      { type: 'TOOL_CALL_RESULT', content: '{"snow":true}' },
      { type: 'RUN_FINISHED', outcome: { type: 'success' } },
    ]);
  });

  test('ends with an interrupt for each approval that it waits for', () => {
    const events = eventsOf(
      { type: 'tool-input-available', ...CALL, input: {} },
      { type: 'tool-approval-request', approvalId: 'p', toolCallId: 'c' },
      FINISH,
    );
    expect(events.at(-1)).toMatchObject({
      type: 'RUN_FINISHED',
      outcome: {
        type: 'interrupt',
        interrupts: [{ id: 'p', reason: 'approval', toolCallId: 'c' }],
      },
    });
  });

  test.each([
    ['an error', { type: 'error', errorText: 'busy' }, 'RUN_ERROR'],
    ['an end', FINISH, 'RUN_FINISHED'],
    ['nothing', null, 'RUN_FINISHED'],
  ])('that breaks off with %s leaves nothing open, and ends once', (_, end, last) => {
    const types = typesOf(
      { type: 'text-start', id: '1' },
      { type: 'text-delta', id: '1', delta: 'x' },
      { type: 'tool-input-start', ...CALL },
      ...(end === null ? [] : [end, { type: 'text-start', id: '2' }]),
    );
    expect(types).toEqual([START, ...TEXT, 'TOOL_CALL_START', 'TOOL_CALL_END', last]);
  });

  test('has state, usage, and events of its application', () => {
    const usage = { inputTokens: 5, outputTokens: 2, totalTokens: 7 };
    expect(
      eventsOf(
        { type: 'data-ag-ui-state', id: 'state', data: { step: 1 } },
        { type: 'data-progress', data: 50 },
        { type: 'source-url', sourceId: 's', url: 'https://example.org' },
        { type: 'finish', messageMetadata: { usage } },
      ).slice(1),
    ).toMatchObject([
      { type: 'STATE_SNAPSHOT', snapshot: { step: 1 } },
      { type: 'CUSTOM', name: 'data-progress', value: 50 },
      { type: 'CUSTOM', name: 'source-url', value: { url: 'https://example.org' } },
      { type: 'RUN_FINISHED', usage: [usage] },
    ]);
  });
});
