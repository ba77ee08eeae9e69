import { readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema } from 'ai';
import { expect, test } from 'vitest';
import { answerResponse } from './web.ts';

async function chunksOf(response: Response): Promise<readonly UIMessageChunk[]> {
  const lines = (await response.text()).split('\n\n').filter((line) => line !== '');
  expect(lines.at(-1)).toBe('data: [DONE]');
  return lines.slice(0, -1).map((line) => JSON.parse(line.slice('data: '.length)));
}

async function assemble(chunks: readonly UIMessageChunk[]) {
  const stream = new ReadableStream<UIMessageChunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  let last: unknown = null;
  for await (const message of readUIMessageStream({ stream })) last = message;
  return last;
}

test('the AI SDK reads what an agent writes: thinking, a tool, text', async () => {
  expect(uiMessageChunkSchema).toBeDefined();
  const response = answerResponse(async (answer) => {
    await answer.reasoning(['let me ', 'see']);
    await answer.text('The sum is ');
    const sum = await answer.tool('add', { a: 1, b: 2 }, () => 3);
    await answer.text(String(sum));
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const message = await assemble(await chunksOf(response));
  expect(message).toMatchObject({
    parts: [
      { type: 'step-start' },
      { type: 'reasoning', text: 'let me see', state: 'done' },
      { type: 'text', text: 'The sum is ', state: 'done' },
      { type: 'tool-add', input: { a: 1, b: 2 }, output: 3, state: 'output-available' },
      { type: 'text', text: '3', state: 'done' },
    ],
  });
});

test('an error that the agent throws is told, and the stream still ends', async () => {
  const response = answerResponse(async (answer) => {
    await answer.text('so far');
    throw new Error('out of luck');
  });
  const chunks = await chunksOf(response);
  expect(chunks.at(-1)).toEqual({ type: 'error', errorText: 'out of luck' });
});
