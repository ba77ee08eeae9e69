import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assembleChunks } from '../ui-stream/assemble-message.ts';
import { type LogMessage, threadOf } from './thread.ts';
import { newToolAnswers } from './tool-answers.ts';

const userMessage = (id: string, metadata: LogMessage['metadata'] = {}): LogMessage => ({
  id,
  kind: 'text',
  content: { text: id },
  metadata,
});
const answer = (id: string, parts: unknown = [], metadata: LogMessage['metadata'] = {}) => ({
  id,
  kind: 'assistant',
  content: { id, role: 'assistant', parts },
  metadata,
});
const again = (id: string, supersedes: string): LogMessage => ({
  id,
  kind: 'regenerate',
  content: { supersedes },
  metadata: {},
});
const WHOLE = { isWhole: true };
const idsOf = (log: readonly LogMessage[]) => threadOf(log, WHOLE).messages.map(({ id }) => id);

const SIGNATURE = 'v1.aé+/="\\u0000';
const { parts: ASKING } = assembleChunks([
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'mail', input: { to: 'bob' } },
  { type: 'tool-approval-request', toolCallId: 'c', approvalId: 'ask', signature: SIGNATURE },
]);
const response = (id: string, approved: boolean): LogMessage => ({
  id,
  kind: 'tool-response',
  content: { message_id: 'a1', approvals: [{ approval_id: 'ask', approved, reason: 'ok' }] },
  metadata: {},
});

describe('the conversation that a log stands for', () => {
  test('a log without branches is its conversation', () => {
    const log = [userMessage('u1'), answer('a1'), userMessage('u2'), answer('a2')];
    expect(threadOf(log, WHOLE)).toEqual({ messages: log, superseded: [], needsOlder: false });
  });

  test('an edited message takes away what was behind it, by its id or the one of its client', () => {
    const log = [
      userMessage('u1'),
      answer('a1'),
      userMessage('u2', { client_message_id: 'mine' }),
      answer('a2'),
    ];
    expect(idsOf([...log, userMessage('u3', { supersedes: 'u2' })])).toEqual(['u1', 'a1', 'u3']);
    expect(idsOf([...log, userMessage('u3', { supersedes: 'mine' })])).toEqual(['u1', 'a1', 'u3']);
    expect(idsOf([...log, userMessage('u3', { supersedes: 'u1' })])).toEqual(['u3']);
  });

  test('another answer is asked for in the place of the one before, as often as one likes', () => {
    const log = [userMessage('u1'), answer('a1'), again('r1', 'a1'), answer('a2')];
    expect(idsOf(log)).toEqual(['u1', 'a2']);
    expect(idsOf([...log, again('r2', 'a2')])).toEqual(['u1']);
    expect(threadOf(log, WHOLE).superseded.map(({ id }) => id)).toEqual(['a1']);
  });

  test('an approval is seen in the message that asked, once, with its signature as it was', () => {
    const log = [
      userMessage('u1'),
      answer('a1', ASKING),
      response('t1', true),
      response('t2', false),
    ];
    const { messages } = threadOf(log, WHOLE);
    expect(messages.map(({ id }) => id)).toEqual(['u1', 'a1']);
    expect(messages[1]?.content.parts).toEqual([
      {
        type: 'tool-mail',
        toolCallId: 'c',
        state: 'approval-responded',
        input: { to: 'bob' },
        approval: { id: 'ask', signature: SIGNATURE, approved: true, reason: 'ok' },
      },
    ]);
  });

  test('a continued message stands where it stood', () => {
    const log = [
      userMessage('u1'),
      answer('a1', ASKING),
      response('t1', true),
      answer('a2', ['all'], { continues: 'a1' }),
    ];
    expect(idsOf(log)).toEqual(['u1', 'a2']);
    // And is still known by the name under which it began.
    expect(idsOf([...log, again('r', 'a1')])).toEqual(['u1']);
  });

  test('two devices that ask for another of the same get what was asked last', () => {
    const log = [
      userMessage('u1'),
      answer('a1'),
      again('r1', 'a1'),
      answer('a2'),
      again('r2', 'a1'),
    ];
    expect(idsOf(log)).toEqual(['u1']);
    const edits = [
      userMessage('u1'),
      userMessage('u2', { supersedes: 'u1' }),
      userMessage('u3', { supersedes: 'u1' }),
    ];
    expect(idsOf(edits)).toEqual(['u3']);
  });

  test('a name that nothing has changes nothing, once the whole log is here', () => {
    const log = [
      userMessage('u1'),
      answer('a1'),
      again('r1', 'nothing'),
      userMessage('u2', { supersedes: 'x' }),
    ];
    expect(idsOf(log)).toEqual(['u1', 'a1', 'u2']);
    expect(threadOf(log, { isWhole: false }).needsOlder).toBe(true);
  });

  test('what the newest messages of a log come to are the newest of its conversation', () => {
    const entry = fc.constantFrom('say', 'edit', 'again');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(entry, fc.nat(30)), { maxLength: 25 }),
        fc.nat(25),
        (plan, from) => {
          const log: LogMessage[] = [];
          plan.forEach(([what, target], index) => {
            const named = log[target % Math.max(1, log.length)];
            if (what === 'say' || named === undefined) log.push(userMessage(`m${index}`));
            else if (what === 'edit') log.push(userMessage(`m${index}`, { supersedes: named.id }));
            else log.push(again(`m${index}`, named.id));
          });
          const whole = idsOf(log);
          const part = threadOf(log.slice(from), { isWhole: from === 0 }).messages;
          expect(whole.slice(whole.length - part.length)).toEqual(part.map(({ id }) => id));
        },
      ),
    );
  });
});

test('of a copy from a browser only answers to what waits are taken', () => {
  const copy = ASKING.map((part) => ({
    ...part,
    input: { to: 'mallory' },
    state: 'approval-responded',
    approval: { id: 'ask', approved: true, signature: 'forged' },
  }));
  expect(newToolAnswers(ASKING, copy)).toEqual({
    approvals: [{ approval_id: 'ask', approved: true }],
    outputs: [],
  });
  expect(newToolAnswers(copy, copy)).toBeNull();
  const call = { type: 'tool-x', toolCallId: 'c', state: 'input-available', input: 1 };
  expect(newToolAnswers([call], [{ ...call, state: 'output-available', output: 2 }])).toEqual({
    approvals: [],
    outputs: [{ tool_call_id: 'c', output: 2 }],
  });
});

describe('a log that names other messages again and again', () => {
  const COUNT = 10_000;
  const logOf = (entry: (at: number) => LogMessage): readonly LogMessage[] =>
    Array.from({ length: COUNT }, (_, at) => (at % 2 === 0 ? userMessage(`m${at}`) : entry(at)));
  const toolResponse = (at: number, message_id: string): LogMessage => ({
    id: `m${at}`,
    kind: 'tool-response',
    content: { message_id, approvals: [] },
    metadata: {},
  });

  test.each<[name: string, entry: (at: number) => LogMessage]>([
    ['asks again for what is not there', (at) => again(`m${at}`, 'unknown')],
    ['asks again for what is', (at) => again(`m${at}`, `m${at - 1}`)],
    ['asks again for the first', (at) => again(`m${at}`, 'm0')],
    ['edits what is not there', (at) => userMessage(`m${at}`, { supersedes: 'unknown' })],
    ['edits what is', (at) => userMessage(`m${at}`, { supersedes: `m${at - 1}` })],
    ['edits what is gone', (at) => userMessage(`m${at}`, { supersedes: 'm0' })],
    ['continues what is not there', (at) => userMessage(`m${at}`, { continues: 'unknown' })],
    ['continues the first', (at) => userMessage(`m${at}`, { continues: 'm0' })],
    ['answers what is not there', (at) => toolResponse(at, 'unknown')],
    ['answers the first', (at) => toolResponse(at, 'm0')],
  ])('%s: it is read in linear time', (_, entry) => {
    const log = logOf(entry);
    const startedAt = performance.now();
    for (const isWhole of [true, false]) threadOf(log, { isWhole });
    // Going through all messages for every name took up to ten seconds.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('calls and answers to them are matched in linear time', () => {
    const parts = Array.from({ length: 5_000 }, (_, at) => ({
      type: 'tool-x',
      toolCallId: `c${at}`,
      state: 'input-available',
      input: {},
    }));
    const outputs = parts.map(({ toolCallId }) => ({ tool_call_id: toolCallId, output: 1 }));
    const content = { message_id: 'a1', outputs };
    const log: readonly LogMessage[] = [answer('a1', parts), { ...toolResponse(1, 'a1'), content }];
    const startedAt = performance.now();
    const [message] = threadOf(log, WHOLE).messages;
    expect(newToolAnswers(parts, message?.content.parts)?.outputs).toEqual(outputs);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
