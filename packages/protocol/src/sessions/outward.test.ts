import { describe, expect, test } from 'vitest';
import { CHAT_MESSAGES_MAX, TOOL_REQUESTS_MAX } from '../limits.ts';
import { parse } from '../parse/parse.ts';
import { runAgentInputSchema } from './ag-ui.ts';
import { completionRequestSchema } from './completions.ts';

describe('the input of an AG-UI run', () => {
  const run = (messages: unknown, more: object = {}) =>
    parse(runAgentInputSchema, { threadId: 't', runId: 'r', messages, ...more });
  const user = { id: 'u', role: 'user', content: 'hi' };
  const reply = { id: 'a', role: 'assistant', content: 'hello' };
  const result = (at: number) => ({
    id: `r${at}`,
    role: 'tool',
    toolCallId: `c${at}`,
    content: '',
  });
  const newOf = (parsed: ReturnType<typeof run>) =>
    parsed.ok ? parsed.value.messages.map(({ id }) => id) : parsed.errors;

  test.each([
    ['the newest message of the user', [reply, user], ['u']],
    ['the results of tools at its end', [user, reply, result(1), result(2)], ['r1', 'r2']],
    ['nothing of what the agent said', [user, reply], []],
    ['nothing where there is nothing', [], []],
  ])('brings %s', (_, messages, ids) => {
    expect(newOf(run(messages, { state: {}, tools: [], context: [] }))).toEqual(ids);
  });

  test('names what is wrong in what is new, and does not look at the rest', () => {
    expect(newOf(run([{ role: 5 }, { ...user, content: 5 }]))).toMatchObject([
      { path: 'messages.1.content' },
    ]);
    expect(newOf(run([user, { ...result(1), toolCallId: null }]))).toMatchObject([
      { path: 'messages.1.toolCallId' },
    ]);
    expect(newOf(run('x'))).toMatchObject([{ path: 'messages' }]);
  });

  test('has so many messages, and so many results are read', () => {
    const many = (count: number) => new Array(count - 1).fill(reply);
    expect(run([...many(CHAT_MESSAGES_MAX), user]).ok).toBe(true);
    expect(run([...many(CHAT_MESSAGES_MAX + 1), user]).ok).toBe(false);
    const results = Array.from({ length: TOOL_REQUESTS_MAX + 1 }, (_, at) => result(at));
    expect(newOf(run(results))).toHaveLength(TOOL_REQUESTS_MAX);
  });
});

describe('a completion', () => {
  const ask = (messages: unknown, more: object = {}) =>
    parse(completionRequestSchema, { model: 'bot', messages, ...more });
  const user = { role: 'user', content: 'hi' };
  const pathsOf = (parsed: ReturnType<typeof ask>) =>
    parsed.ok ? [] : parsed.errors.map(({ path }) => path);

  test('is of the newest message, and says whether a conversation came with it', () => {
    const system = { role: 'system', content: 'Be brief.' };
    const reply = { role: 'assistant', content: 'hello' };
    expect(ask([system, user], { temperature: 0.5 })).toMatchObject({
      value: { messages: { content: 'hi', hasHistory: false } },
    });
    expect(ask([user, reply, user])).toMatchObject({ value: { messages: { hasHistory: true } } });
  });

  test.each<[string, unknown, object, string]>([
    ['no message', [], {}, 'messages'],
    [
      'more messages than a history has',
      new Array(CHAT_MESSAGES_MAX + 1).fill(user),
      {},
      'messages',
    ],
    [
      'a newest message of the model',
      [user, { role: 'assistant', content: 'x' }],
      {},
      'messages.1.role',
    ],
    ['an empty message', [{ role: 'user', content: '' }], {}, 'messages.0.content'],
    ['tools', [user], { tools: [{ type: 'function' }] }, 'tools'],
    ['more than one answer', [user], { n: 2 }, 'n'],
    ['no model', [user], { model: undefined }, 'model'],
  ])('with %s is refused by name', (_, messages, more, path) => {
    expect(pathsOf(ask(messages, more))).toContain(path);
  });

  test.each([{ tools: [] }, { tools: null }, { n: 1 }, { n: null }, { stream: null }])(
    'with %o is one',
    (more) => {
      expect(pathsOf(ask([user], more))).toEqual([]);
    },
  );
});
