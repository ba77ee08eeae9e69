import { Answer, type AnswerChunk } from '@fleetlm/agent';
import { beforeAll, expect, test } from 'vitest';
import { calculate, findCalculation } from './calculate.ts';
import { decidedParts } from './mail.ts';
import { findTopic } from './topics.ts';

let reply: typeof import('./reply.ts').reply;
beforeAll(async () => {
  process.env.WORD_MS = '0';
  ({ reply } = await import('./reply.ts'));
});

async function chunksFor(text: string): Promise<readonly AnswerChunk[]> {
  const chunks: AnswerChunk[] = [];
  const answer = new Answer(async (chunk) => {
    chunks.push(chunk);
  });
  await reply(answer, text, new AbortController().signal);
  return chunks;
}

const textOf = (chunks: readonly AnswerChunk[]): string =>
  chunks.map((chunk) => (chunk.type === 'text-delta' ? String(chunk.delta) : '')).join('');

test('the same question has the same answer, word by word', async () => {
  const first = await chunksFor('What happens when a node dies?');
  expect(textOf(first)).toBe(textOf(await chunksFor('What happens when a node dies?')));
  expect(first.filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(20);
});

test('words keep their spaces and lines: the markdown arrives as it was written', async () => {
  const topic = findTopic('What is a group?');
  expect(textOf(await chunksFor('What is a group?'))).toBe(topic?.answer);
});

test('a sum is a tool call, with its input and its output', async () => {
  const chunks = await chunksFor('calculate 6 * 7');
  expect(chunks).toContainEqual(
    expect.objectContaining({ type: 'tool-output-available', output: 42 }),
  );
  expect(textOf(chunks)).toContain('**42**');
});

test('thinking is reasoning, not text', async () => {
  const chunks = await chunksFor('think about it');
  expect(chunks.map(({ type }) => type)).toContain('reasoning-delta');
});

test('breaking off throws after some words', async () => {
  await expect(chunksFor('please break off')).rejects.toThrow('break off');
});

test('sums are read and worked out', () => {
  expect(findCalculation('what is 10 / 4?')).toEqual({ a: 10, operator: '/', b: 4 });
  expect(findCalculation('no sum here')).toBeNull();
  expect(() => calculate({ a: 1, operator: '/', b: 0 })).toThrow('division by zero');
});

test('a mail is asked about before it is sent', async () => {
  const chunks = await chunksFor('send a mail: hello');
  expect(chunks.map(({ type }) => type)).toContain('tool-approval-request');
  expect(decidedParts({ messages: [] })).toEqual([]);
});
