import { describe, expect, test } from 'vitest';
import {
  CHAT_MESSAGES_MAX,
  CHAT_PARTS_MAX,
  chatRequestSchema,
  createAgentSchema,
  type Parsed,
  parse,
  REPLAYS_MAX,
  replaySchema,
  TEST_PARTS_MAX,
  testAgentSchema,
} from '../index.ts';
import { newToolAnswers } from '../thread/tool-answers.ts';

const newest = { id: 'm2', role: 'user', parts: [{ type: 'text', text: 'Hi' }] };

function chat(messages: unknown): object {
  return { id: 'chat-1', trigger: 'submit-message', agent_id: 'bot', messages };
}

function pathsOf(parsed: Parsed<unknown>): readonly string[] {
  if (parsed.ok) throw new Error('accepted');
  return parsed.errors.map(({ path }) => path);
}

/** Throws when it is read. */
const UNREADABLE = new Proxy(
  {},
  {
    get: () => {
      throw new Error('an older message was read');
    },
    ownKeys: () => {
      throw new Error('an older message was read');
    },
  },
);

describe('the history in a chat request', () => {
  test('is not looked at, whatever it holds, but for the newest message', () => {
    const parsed = parse(chatRequestSchema, chat([UNREADABLE, UNREADABLE, newest]));
    expect(parsed).toMatchObject({ ok: true, value: { messages: [newest] } });
  });

  test('the newest message is named where it is wrong', () => {
    expect(pathsOf(parse(chatRequestSchema, chat([UNREADABLE, { id: 'm', role: 'bot' }])))).toEqual(
      ['messages.1.role', 'messages.1.parts'],
    );
    expect(
      pathsOf(parse(chatRequestSchema, chat([{ ...newest, parts: [{ type: 'text' }, 5] }]))),
    ).toEqual(['messages.0.parts.1']);
  });

  test.each([
    [0, false],
    [1, true],
    [CHAT_MESSAGES_MAX, true],
    [CHAT_MESSAGES_MAX + 1, false],
  ])('of %d messages is accepted: %s', (count, isAccepted) => {
    const messages = new Array<unknown>(count).fill(newest);
    expect(parse(chatRequestSchema, chat(messages)).ok).toBe(isAccepted);
  });

  test.each([
    [CHAT_PARTS_MAX, true],
    [CHAT_PARTS_MAX + 1, false],
  ])('with %d parts in its newest message is accepted: %s', (count, isAccepted) => {
    const parts = new Array<unknown>(count).fill({ type: 'text', text: '' });
    expect(parse(chatRequestSchema, chat([{ ...newest, parts }])).ok).toBe(isAccepted);
  });

  test.each([undefined, null, {}, 'x'])('%j is no list of messages', (messages) => {
    expect(pathsOf(parse(chatRequestSchema, chat(messages)))).toEqual(['messages']);
  });
});

/** An array or object whose members must not be looked at, since there are too many of them. */
const unread = (length: number): unknown[] => new Array<unknown>(length).fill(UNREADABLE);

describe('a list that is too long is refused without a look at its entries', () => {
  test('of earlier turns and their parts', () => {
    expect(pathsOf(parse(testAgentSchema, { earlier: unread(101) }))).toEqual(['earlier']);
    const turn = { role: 'assistant', parts: unread(TEST_PARTS_MAX + 1) };
    expect(pathsOf(parse(testAgentSchema, { earlier: [turn] }))).toEqual(['earlier.0.parts']);
  });

  test('of dead letters', () => {
    expect(pathsOf(parse(replaySchema, { ids: unread(REPLAYS_MAX + 1) }))).toContain('ids');
  });

  test('of headers', () => {
    const headers = Object.fromEntries(unread(10_000).map((_, n) => [`é${n}`, 'x']));
    const agent = { id: 'bot', name: 'Bot', origin_url: 'http://127.0.0.1:1', headers };
    expect(pathsOf(parse(createAgentSchema, { agent }))).toEqual(['agent.headers']);
  });
});

test('answers to thousands of tool calls are matched by looking at each part once', () => {
  let reads = 0;
  const part = (n: number, state: string): object => ({
    type: 'tool-x',
    state,
    output: n,
    get toolCallId() {
      reads += 1;
      return `call-${n}`;
    },
  });
  const count = 2_000;
  const parts = (state: string): object[] =>
    Array.from({ length: count }, (_, n) => part(n, state));
  const answers = newToolAnswers(parts('input-available'), parts('output-available'));
  expect(answers?.outputs).toHaveLength(count);
  expect(reads).toBeLessThan(count * 20);
});
