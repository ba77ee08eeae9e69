/**
 * AG-UI runs as frameworks send them, written after their public descriptions (not captured from running ones). Every event is valid by
 * the schemas of `@ag-ui/core`, but for those that are older than version 1.
 */

export const runStream = (...events: readonly object[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');

const RUN = { threadId: 's', runId: 's:1' };
export const started = { type: 'RUN_STARTED', ...RUN };
export const finished = { type: 'RUN_FINISHED', ...RUN };
export const content = (delta: string, messageId = 'm1'): object => ({
  type: 'TEXT_MESSAGE_CONTENT',
  messageId,
  delta,
});
const message = (messageId: string, ...deltas: readonly string[]): readonly object[] => [
  { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant' },
  ...deltas.map((delta) => content(delta, messageId)),
  { type: 'TEXT_MESSAGE_END', messageId },
];
const call = (toolCallId: string, ...deltas: readonly string[]): readonly object[] => [
  { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'weather', parentMessageId: 'm1' },
  ...deltas.map((delta) => ({ type: 'TOOL_CALL_ARGS', toolCallId, delta })),
  { type: 'TOOL_CALL_END', toolCallId },
];
const result = (toolCallId: string, text: string): object => ({
  type: 'TOOL_CALL_RESULT',
  messageId: `r-${toolCallId}`,
  toolCallId,
  content: text,
  role: 'tool',
});

interface Recorded {
  readonly name: string;
  /** Events older than version 1 are not in the schemas any more. */
  readonly isOlder?: true;
  readonly events: readonly object[];
  /** `type` of each chunk, texts merged. */
  readonly types: readonly string[];
  readonly text: string;
  readonly reasoning?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

const START = ['start', 'start-step'];
const TEXT = ['text-start', 'text-delta', 'text-end'];
const THOUGHT = ['reasoning-start', 'reasoning-delta', 'reasoning-end'];
const END = ['finish-step', 'finish'];
const CALL = ['tool-input-start', 'tool-input-delta', 'tool-input-available'];

export const RECORDED_RUNS: readonly Recorded[] = [
  {
    name: 'Pydantic AI: a message in deltas',
    events: [started, ...message('m1', 'Hel', '', 'lo'), finished],
    types: [...START, ...TEXT, ...END],
    text: 'Hello',
    metadata: { finish_reason: 'stop' },
  },
  {
    name: 'Mastra: shorthand events without a start or an end',
    events: [
      started,
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', role: 'assistant', delta: 'Hel' },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm1', delta: 'lo' },
      { type: 'TEXT_MESSAGE_CHUNK', delta: '!' },
      {
        type: 'TOOL_CALL_CHUNK',
        toolCallId: 'c1',
        toolCallName: 'weather',
        delta: '{"city":',
      },
      { type: 'TOOL_CALL_CHUNK', delta: '"Rome"}' },
      finished,
    ],
    types: [...START, ...TEXT, ...CALL, ...END],
    text: 'Hello!',
    metadata: { finish_reason: 'tool-calls' },
  },
  {
    name: 'LangGraph: steps, raw events, a tool that the agent runs, two messages and a snapshot of them',
    events: [
      started,
      { type: 'RAW', event: { event: 'on_chain_start' }, source: 'langgraph' },
      { type: 'STEP_STARTED', stepName: 'agent' },
      ...message('m1', 'One moment.'),
      ...call('c1', '{"city":', '"Rome"}'),
      { type: 'STEP_FINISHED', stepName: 'agent' },
      result('c1', '{"snow":true}'),
      ...message('m2', 'It snows.'),
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'u1', role: 'user', content: 'Weather?' },
          { id: 'm2', role: 'assistant', content: 'It snows.' },
        ],
      },
      {
        ...finished,
        usage: [{ model: 'gpt-test', inputTokens: 9, outputTokens: 3, totalTokens: 12 }],
      },
    ],
    types: [...START, ...TEXT, ...CALL, 'tool-output-available', ...TEXT, ...END],
    text: 'One moment.It snows.',
    metadata: {
      model: 'gpt-test',
      finish_reason: 'stop',
      usage: { inputTokens: 9, outputTokens: 3, totalTokens: 12 },
    },
  },
  {
    name: 'reasoning, and state',
    events: [
      started,
      { type: 'STATE_SNAPSHOT', snapshot: { step: 1, seen: [] } },
      { type: 'REASONING_START', messageId: 't1' },
      { type: 'REASONING_MESSAGE_START', messageId: 't1', role: 'reasoning' },
      { type: 'REASONING_MESSAGE_CONTENT', messageId: 't1', delta: 'Hm.' },
      { type: 'REASONING_MESSAGE_END', messageId: 't1' },
      { type: 'REASONING_END', messageId: 't1' },
      {
        type: 'STATE_DELTA',
        delta: [
          { op: 'replace', path: '/step', value: 2 },
          { op: 'add', path: '/seen/-', value: 'Rome' },
        ],
      },
      ...message('m1', 'Hi'),
      finished,
    ],
    types: [...START, ...THOUGHT, ...TEXT, 'data-ag-ui-state', ...END],
    text: 'Hi',
    reasoning: 'Hm.',
  },
  {
    name: 'CrewAI: thinking as it was called before version 1',
    isOlder: true,
    events: [
      started,
      { type: 'THINKING_START' },
      { type: 'THINKING_TEXT_MESSAGE_START' },
      { type: 'THINKING_TEXT_MESSAGE_CONTENT', delta: 'Hm.' },
      { type: 'THINKING_TEXT_MESSAGE_END' },
      { type: 'THINKING_END' },
      ...message('m1', 'Hi'),
      finished,
    ],
    types: [...START, ...THOUGHT, ...TEXT, ...END],
    text: 'Hi',
    reasoning: 'Hm.',
  },
  {
    name: 'a run that sends nothing but a snapshot of its messages',
    events: [
      started,
      {
        type: 'MESSAGES_SNAPSHOT',
        messages: [
          { id: 'u0', role: 'user', content: 'Earlier' },
          { id: 'a0', role: 'assistant', content: 'Long ago' },
          { id: 'u1', role: 'user', content: 'Weather?' },
          {
            id: 'a1',
            role: 'assistant',
            content: 'One moment.',
            toolCalls: [
              {
                id: 'c1',
                type: 'function',
                function: { name: 'weather', arguments: '{"city":"Rome"}' },
              },
            ],
          },
          { id: 'r1', role: 'tool', toolCallId: 'c1', content: 'snow' },
          { id: 'a2', role: 'assistant', content: 'It snows.' },
        ],
      },
      finished,
    ],
    types: [...START, ...TEXT, ...CALL, 'tool-output-available', ...TEXT, ...END],
    text: 'One moment.It snows.',
  },
  {
    name: 'events of an application, and a run that waits for its user',
    events: [
      started,
      { type: 'CUSTOM', name: 'progress', value: { percent: 50 } },
      {
        type: 'ACTIVITY_SNAPSHOT',
        messageId: 'p1',
        activityType: 'PLAN',
        content: { steps: ['look'] },
      },
      ...message('m1', 'May I?'),
      {
        ...finished,
        outcome: { type: 'interrupt', interrupts: [{ id: 'i1', reason: 'approval' }] },
      },
    ],
    types: [
      ...START,
      'data-ag-ui-custom',
      'data-ag-ui-activity',
      ...TEXT,
      'data-ag-ui-interrupts',
      ...END,
    ],
    text: 'May I?',
  },
];
