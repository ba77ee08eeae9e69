import { asSchema, readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema } from 'ai';
import { expect, test } from 'vitest';
import { type Answer, AnswerError } from './answer.ts';
import { answerResponse } from './web.ts';
import type { AnswerOutcome } from './write-answer.ts';

const chunkSchema = asSchema(uiMessageChunkSchema);

interface Collected {
  readonly chunks: readonly UIMessageChunk[];
  readonly message: unknown;
  readonly outcome: AnswerOutcome;
}

/** What the AI SDK's own reader makes of an answer. */
async function collect(write: (answer: Answer) => Promise<void>): Promise<Collected> {
  const { promise, resolve } = Promise.withResolvers<AnswerOutcome>();
  const response = answerResponse(write, resolve);
  const events = (await response.text()).split('\n\n').filter((event) => event !== '');
  expect(events.at(-1)).toBe('data: [DONE]');
  const chunks: UIMessageChunk[] = [];
  for (const event of events.slice(0, -1)) {
    const checked = await chunkSchema.validate?.(JSON.parse(event.slice('data: '.length)));
    if (checked?.success !== true) throw new Error(`not a chunk: ${event}`);
    chunks.push(checked.value);
  }
  let message: unknown = null;
  const stream = ReadableStream.from(chunks);
  for await (const state of readUIMessageStream({ stream, onError: () => undefined }))
    message = state;
  return { chunks, message, outcome: await promise };
}

test('the AI SDK reads what an agent writes: thinking, a tool, text, sources, data', async () => {
  const { message, outcome } = await collect(async (answer) => {
    await answer.metadata({ model: 'abacus' });
    await answer.reasoning(['let me ', 'see']);
    await answer.reasoning('!');
    await answer.text('The sum ');
    await answer.text('is ');
    const sum = await answer.tool('add', { a: 1, b: 2 }, async () => 3);
    await answer.nextStep();
    await answer.text(String(sum));
    await answer.source({ id: 's1', url: 'https://example.org/', title: 'Sums' });
    await answer.source({ id: 's2', mediaType: 'application/pdf', title: 'More sums' });
    await answer.file({ url: 'data:text/plain,3', mediaType: 'text/plain' });
    await answer.data('weather', { city: 'Oslo' }, { id: 'w' });
    await answer.data('weather', { city: 'Oslo', degrees: -4 }, { id: 'w' });
    await answer.data('progress', 50, { transient: true });
  });
  expect(outcome).toEqual({ type: 'finished' });
  expect(message).toMatchObject({
    metadata: { model: 'abacus' },
    parts: [
      { type: 'step-start' },
      { type: 'reasoning', text: 'let me see!', state: 'done' },
      { type: 'text', text: 'The sum is ', state: 'done' },
      { type: 'tool-add', input: { a: 1, b: 2 }, output: 3, state: 'output-available' },
      { type: 'step-start' },
      { type: 'text', text: '3', state: 'done' },
      { type: 'source-url', url: 'https://example.org/', title: 'Sums' },
      { type: 'source-document', title: 'More sums' },
      { type: 'file', mediaType: 'text/plain' },
      { type: 'data-weather', data: { city: 'Oslo', degrees: -4 } },
    ],
  });
});

test('an AnswerError is reported, and the stream still ends', async () => {
  const { chunks, outcome } = await collect(async (answer) => {
    await answer.text('so far');
    throw new AnswerError('out of luck');
  });
  expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'out of luck' });
  expect(outcome.type).toBe('failed');
});

test('the message of any other error stays on the machine, and its author is informed', async () => {
  const secret = new Error('password of db.internal is wrong');
  const { chunks, outcome } = await collect(() => Promise.reject(secret));
  expect(JSON.stringify(chunks)).not.toContain('internal');
  expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'The agent failed.' });
  expect(outcome).toEqual({ type: 'failed', error: secret });
});

test('a tool that fails is shown as failed, and the answer may go on', async () => {
  const { message, outcome } = await collect(async (answer) => {
    const search = answer.tool('search', {}, () => Promise.reject(new AnswerError('no index')));
    await search.catch(() => answer.text('I could not search.'));
  });
  expect(outcome.type).toBe('finished');
  expect(message).toMatchObject({
    parts: [
      { type: 'step-start' },
      { type: 'tool-search', state: 'output-error', errorText: 'no index' },
      { type: 'text', text: 'I could not search.' },
    ],
  });
});

test('a tool without a result has one that JSON can hold', async () => {
  const { message } = await collect(async (answer) => {
    await answer.tool('notify', {}, () => undefined);
  });
  expect(message).toMatchObject({ parts: [{ type: 'step-start' }, { output: null }] });
});

test('asking for approval leaves the tool waiting, under the ids that the agent was given', async () => {
  const asked = Promise.withResolvers<unknown>();
  const { message } = await collect(async (answer) => {
    asked.resolve(await answer.requestApproval('sendMail', { to: 'bob' }));
  });
  const { toolCallId, approvalId } = Object(await asked.promise);
  expect(message).toMatchObject({
    parts: [
      { type: 'step-start' },
      {
        type: 'tool-sendMail',
        toolCallId,
        state: 'approval-requested',
        input: { to: 'bob' },
        approval: { id: approvalId },
      },
    ],
  });
});

test('what a user decided goes on in the part that asked', async () => {
  const decided = (approved: boolean) => ({ toolCallId: 'c', approval: { id: 'a', approved } });
  const sent: string[] = [];
  const { chunks, outcome } = await collect(async (answer) => {
    await answer.chunk({ type: 'tool-input-available', toolCallId: 'c', toolName: 'x', input: 1 });
    expect(await answer.afterApproval(decided(true), () => sent.push('mail'))).toBe(1);
    expect(await answer.afterApproval(decided(false), () => sent.push('mail'))).toBeNull();
  });
  expect(outcome.type).toBe('finished');
  expect(chunks).toContainEqual({ type: 'tool-output-available', toolCallId: 'c', output: 1 });
  expect(chunks).toContainEqual({ type: 'tool-output-denied', toolCallId: 'c' });
  expect(sent).toEqual(['mail']);
});
