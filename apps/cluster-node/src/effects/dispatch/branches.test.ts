import { openRequests } from '@fleetlm/conversation';
import { TOOL_REQUESTS_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newMessage } from '../../runtime/new-message.ts';
import { contentOf, DispatchBed, SESSION } from './testing/dispatch-bed.ts';
import { delta, HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

const SIGNATURE = 'v1.kJé+/==';
const ASK = [
  { type: 'start' },
  { type: 'start-step' },
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'mail', input: { to: 'bob' } },
  { type: 'tool-approval-request', approvalId: 'ask', toolCallId: 'c', signature: SIGNATURE },
  { type: 'finish-step' },
  { type: 'finish' },
];
const SENT = { type: 'tool-output-available', toolCallId: 'c', output: { sent: true } };
const GO_ON = [
  { type: 'start' },
  SENT,
  { type: 'start-step' },
  ...OPENING.slice(1),
  delta('Sent.'),
];

const newest = () => bed.session().tail.at(-1);
const bodyOf = (call: number) => JSON.parse(bed.agent.calls[call]?.body ?? '{}');

/** The agent asks; what it says afterwards is given. */
async function asked(later: typeof bed.agent.handler): Promise<string> {
  bed.agent.handler = (request, response, body) => {
    if (bed.agent.calls.length === 1) stream(response).end(sse(...ASK));
    else later(request, response, body);
  };
  await bed.say('mail bob');
  await bed.settled('idle');
  return newest()?.id ?? '';
}

const allow = (messageId: string) =>
  bed.append('tool-response', {
    message_id: messageId,
    approvals: [{ approval_id: 'ask', approved: true }],
  });

test('an approval goes on with the message that asked; its signature comes back byte by byte', async () => {
  const messageId = await asked((_, response) => {
    stream(response).end(sse(...GO_ON, { type: 'finish' }));
  });
  await allow(messageId);
  await bed.settled('idle', 2);
  const { messages, trigger } = bodyOf(1);
  expect(trigger).toBe('submit-message');
  expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant']);
  expect(messages[1]).toMatchObject({ id: messageId });
  expect(messages[1].parts[1]).toMatchObject({
    state: 'approval-responded',
    approval: { id: 'ask', approved: true, signature: SIGNATURE },
  });
  const { content, metadata } = contentOf(newest());
  expect(content.id).toBe(messageId);
  expect(metadata).toMatchObject({ epoch: 2, continues: messageId, termination: 'finish' });
  expect(newest()?.id).not.toBe(messageId);
  expect(content.parts).toMatchObject([
    { type: 'step-start' },
    { state: 'output-available', output: { sent: true }, approval: { signature: SIGNATURE } },
    { type: 'step-start' },
    { type: 'text', text: 'Sent.' },
  ]);
  // A reader that joins gets the whole message from its first chunk.
  expect(bed.shown.filter(({ epoch }) => epoch === 2)[0]?.chunk).toEqual({
    type: 'start',
    messageId,
  });
});

test('a continued message outlives the node that streamed it, whole', async () => {
  const messageId = await asked((_, response) => {
    stream(response).write(sse(...GO_ON));
  });
  bed.setAgent({ afterNodeLoss: 'seal' });
  await allow(messageId);
  await expect.poll(() => bed.commands.at(-1)?.type).toBe('checkpoint-answer');
  bed.leads = false;
  bed.takeOver();
  await bed.settled('idle', 2);
  const { content, metadata } = contentOf(newest());
  expect(content.id).toBe(messageId);
  expect(newest()?.id).not.toBe(messageId);
  expect(metadata).toMatchObject({ continues: messageId, termination: 'disconnect' });
  expect(content.parts.map(({ type }: { type: string }) => type)).toEqual([
    'step-start',
    'tool-mail',
    'step-start',
    'text',
  ]);
});

const askFor = (call: string) => [
  { type: 'tool-input-available', toolCallId: call, toolName: 'mail', input: { to: call } },
  { type: 'tool-approval-request', approvalId: `ask-${call}`, toolCallId: call },
];
const ASK_TWICE = [{ type: 'start' }, { type: 'start-step' }, ...askFor('c1'), ...askFor('c2')];

const decide = (messageId: string, ...calls: readonly string[]) =>
  bed.append('tool-response', {
    message_id: messageId,
    approvals: calls.map((call) => ({ approval_id: `ask-${call}`, approved: true })),
  });

test.each([
  ['in order', ['c1', 'c2']],
  ['in the other order', ['c2', 'c1']],
])(
  'two approvals of one reply are one call, with both decisions in it: decided %s',
  async (_, calls) => {
    bed.agent.handler = (_request, response) => {
      if (bed.agent.calls.length === 1)
        stream(response).end(sse(...ASK_TWICE, { type: 'finish-step' }, { type: 'finish' }));
      else
        stream(response).end(
          sse({ type: 'start' }, ...['c1', 'c2'].map((toolCallId) => ({ ...SENT, toolCallId })), {
            type: 'finish',
          }),
        );
    };
    await bed.say('mail both');
    await bed.settled('idle');
    const messageId = newest()?.id ?? '';
    await decide(messageId, calls[0] ?? '');
    expect(bed.session().dispatch).toEqual({ status: 'idle', epoch: 1 });
    await decide(messageId, calls[1] ?? '');
    await bed.settled('idle', 2);
    expect(bed.agent.calls).toHaveLength(2);
    expect(bodyOf(1).messages.at(-1).parts).toMatchObject([
      { type: 'step-start' },
      { toolCallId: 'c1', state: 'approval-responded', approval: { approved: true } },
      { toolCallId: 'c2', state: 'approval-responded', approval: { approved: true } },
    ]);
  },
);

test('a decision that the conversation has overtaken is refused, and calls no agent', async () => {
  const messageId = await asked((_, response) => {
    stream(response).end(sse(...HELLO));
  });
  await bed.say('something else');
  await bed.settled('idle', 2);
  expect(await allow(messageId)).toMatchObject({
    status: 'ok',
    value: { type: 'refused', code: 'request-overtaken' },
  });
  expect(bed.session().dispatch).toEqual({ status: 'idle', epoch: 2 });
  expect(bed.agent.calls).toHaveLength(2);
});

test('a message right behind the decision is the next turn: the continued message is the last that the agent is sent', async () => {
  const messageId = await asked((_, response) => {
    const answer = bed.agent.calls.length === 2 ? [...GO_ON, { type: 'finish' }] : HELLO;
    stream(response).end(sse(...answer));
  });
  const decided = allow(messageId);
  await Promise.all([decided, bed.say('and another thing')]);
  await bed.settled('idle', 3);
  expect(bodyOf(1).messages.at(-1)).toMatchObject({ id: messageId, role: 'assistant' });
  expect(bodyOf(2).messages.map(({ role }: { role: string }) => role)).toEqual([
    'user',
    'assistant',
    'user',
  ]);
  expect(bodyOf(2).messages[1].parts).toHaveLength(4);
});

test('what the agent sends by itself while it waits does not take the place of the message that asked', async () => {
  const messageId = await asked((_, response) => {
    stream(response).end(sse(...GO_ON, { type: 'finish' }));
  });
  bed.perform({
    type: 'append-message',
    sessionId: SESSION,
    sender: { type: 'agent', id: 'bot' },
    clientMessageId: 'reminder',
    message: newMessage('agent', 'text', { text: 'Still there?' }, {}),
    debounceMs: 0,
    whileAnswering: 'queue',
    held: null,
    timeMs: Date.now(),
  });
  await allow(messageId);
  await bed.settled('idle', 2);
  expect(bed.agent.calls).toHaveLength(2);
  expect(bodyOf(1).messages.at(-1)).toMatchObject({ id: messageId });
  expect(contentOf(newest()).metadata).toMatchObject({ continues: messageId });
});

test('a reply that asks for more decisions than the state keeps ends there', async () => {
  const calls = Array.from({ length: TOOL_REQUESTS_MAX + 1 }, (_, at) => `c${at}`);
  bed.agent.handler = (_, response) => {
    stream(response).end(
      sse({ type: 'start' }, ...OPENING.slice(1), ...calls.flatMap(askFor), { type: 'finish' }),
    );
  };
  await bed.say('mail all of them');
  await bed.settled('idle');
  expect(contentOf(newest()).metadata).toMatchObject({ termination: 'error' });
  expect(openRequests(bed.session())?.keys).toHaveLength(TOOL_REQUESTS_MAX);
});

test('an agent that fails before its first content leaves the request as it is answered, for the next attempt', async () => {
  const messageId = await asked((_, response) => {
    if (bed.agent.calls.length === 2) response.writeHead(500).end();
    else stream(response).end(sse(...GO_ON, { type: 'finish' }));
  });
  await allow(messageId);
  await bed.settled('idle', 2);
  expect(bodyOf(2).messages).toEqual(bodyOf(1).messages);
  expect(contentOf(newest()).content.parts).toHaveLength(4);
});

test('for another answer the agent is sent the conversation without the one before', async () => {
  await bed.say('hi');
  await bed.settled('idle');
  const first = newest()?.id;
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  await bed.append('regenerate', { supersedes: first });
  await bed.settled('idle', 2);
  expect(bodyOf(1)).toMatchObject({ trigger: 'regenerate-message', messages: [{ role: 'user' }] });
  expect(bodyOf(1).messages).toHaveLength(1);
  expect(contentOf(newest()).metadata).toMatchObject({ epoch: 2, termination: 'finish' });
});

test('a chunk that refers to nothing is a failed answer, not a hole on a screen', async () => {
  bed.agent.handler = (_, response) => stream(response).end(sse({ type: 'start' }, delta('lost')));
  await bed.say('hi');
  await expect.poll(() => bed.reports.length).toBeGreaterThan(0);
  expect(bed.reports[0]?.error).toContain('text-delta for "1"');
  bed.agent.handler = (_, response) => stream(response).end(sse(...HELLO));
  await bed.settled('idle');
  expect(bed.texts()).toEqual(['user: hi', 'agent: Hello (finish)']);
});
