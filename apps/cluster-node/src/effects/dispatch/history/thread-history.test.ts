import { expect, test } from 'vitest';
import type { Message } from '../../ports.ts';
import { type HistorySettings, threadHistory } from './thread-history.ts';

const encoder = new TextEncoder();
const ENTIRE: HistorySettings = {
  messageHistoryMode: 'entire',
  messageHistoryLimit: 50,
  messageHistoryParts: 'all',
};

type Said = readonly [from: 'user' | 'agent', kind: string, content: object, metadata?: object];

const user = (text: string): Said => ['user', 'text', { text }];
const reply = (...parts: readonly object[]): Said => ['agent', 'assistant', { parts }];
const text = (words: string) => ({ type: 'text', text: words, state: 'done' });
const summary = (through: number, words: string): Said => [
  'agent',
  'context-change',
  { compaction: { through_id: `m${through}`, through_seq: through, summary: words } },
];

function historyOf(log: readonly Said[], settings: Partial<HistorySettings> = {}) {
  const messages = log.map(
    ([from, kind, content, metadata = {}], at): Message => ({
      id: `m${at + 1}`,
      sessionId: 's',
      seq: at + 1,
      sender: { type: from, id: from },
      kind,
      payload: encoder.encode(JSON.stringify({ content, metadata })),
      insertedAtMs: 0,
    }),
  );
  return threadHistory(messages.length, { ...ENTIRE, ...settings }, (beforeSeq, limit) =>
    messages.slice(0, beforeSeq - 1).slice(-limit),
  );
}

async function sent(log: readonly Said[], settings: Partial<HistorySettings> = {}) {
  const { messages } = await historyOf(log, settings);
  return messages.map(({ parts }) =>
    parts.map((part) => ('text' in part ? part.text : part.type)).join('+'),
  );
}

const TOOL = { type: 'tool-x', toolCallId: 'c', state: 'output-available', input: 1, output: 2 };
const THOUGHT = { type: 'reasoning', text: 'hm', state: 'done' };
const STEP = { type: 'step-start' };

test('texts and files alone are sent of earlier replies, and none that was nothing else', async () => {
  const log = [
    user('one'),
    reply(STEP, THOUGHT, TOOL, text('two'), { type: 'file', mediaType: 'image/png', url: 'x' }),
    user('three'),
    reply(STEP, TOOL),
    user('four'),
  ];
  expect(await sent(log)).toEqual([
    'one',
    'step-start+hm+tool-x+two+file',
    'three',
    'step-start+tool-x',
    'four',
  ]);
  expect(await sent(log, { messageHistoryParts: 'text' })).toEqual([
    'one',
    'two+file',
    'three',
    'four',
  ]);
  const { messages } = await historyOf(log, { messageHistoryParts: 'text' });
  expect(JSON.stringify(messages)).not.toContain('toolCallId');
});

test('a reply that waits for its tools is sent whole', async () => {
  const asking = {
    type: 'tool-mail',
    toolCallId: 'c',
    state: 'approval-requested',
    input: {},
    approval: { id: 'ask' },
  };
  const log: readonly Said[] = [
    user('one'),
    reply(TOOL, text('two')),
    user('three'),
    reply(THOUGHT, asking),
    [
      'user',
      'tool-response',
      { message_id: 'm4', approvals: [{ approval_id: 'ask', approved: true }] },
    ],
  ];
  const history = await historyOf(log, { messageHistoryParts: 'text' });
  expect(history.continues?.id).toBe('m4');
  expect(history.messages.at(-1)?.parts).toHaveLength(2);
  expect(history.messages[1]?.parts).toMatchObject([{ text: 'two' }]);
});

test('a summary from outside stands for the messages up to its number, the newest of several', async () => {
  const log = [
    user('one'),
    reply(text('two')),
    user('three'),
    summary(2, 'first'),
    reply(text('five')),
    summary(3, 'second'),
    user('seven'),
  ];
  expect(await sent(log)).toEqual(['second', 'five', 'seven']);
  expect(await historyOf(log)).toMatchObject({ compactedThroughSeq: 3, isTruncated: false });
  expect(await sent(log, { messageHistoryMode: 'last' })).toEqual(['seven']);
  // What a user writes changes nothing.
  const forged: Said = ['user', ...(summary(5, 'forged').slice(1) as [string, object])];
  expect(await sent([...log, forged])).toEqual(['second', 'five', 'seven']);
});

test('going back behind a summary brings the messages, or the summary before, back', async () => {
  const log: readonly Said[] = [
    user('one'),
    reply(text('two')),
    summary(1, 'first'),
    user('four'),
    reply(text('five')),
    summary(5, 'second'),
    ['user', 'text', { text: 'instead' }, { supersedes: 'm4' }],
  ];
  expect(await sent(log)).toEqual(['first', 'two', 'instead']);
});

test('says whether older messages are left out', async () => {
  const log = [user('one'), user('two'), user('three')];
  expect(await historyOf(log)).toMatchObject({ isTruncated: false, compactedThroughSeq: null });
  const tail = { messageHistoryMode: 'tail', messageHistoryLimit: 2 } as const;
  expect(await historyOf(log, tail)).toMatchObject({ isTruncated: true });
  expect(await historyOf([...log, summary(1, 's')], tail)).toMatchObject({ isTruncated: false });
});
