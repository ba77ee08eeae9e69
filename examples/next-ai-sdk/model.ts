import { simulateReadableStream } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';

type Prompt = Parameters<MockLanguageModelV4['doStream']>[0]['prompt'];

/** Stands for a real model (`openai('gpt-5')`, ...), so that the example runs without a key: it repeats the message. */
export const model = new MockLanguageModelV4({
  doStream: async ({ prompt }) => {
    const words = `You said: ${newestText(prompt)}`.match(/\S+\s*/g) ?? [];
    return {
      stream: simulateReadableStream({
        chunkDelayInMs: 10,
        chunks: [
          { type: 'stream-start', warnings: [] },
          { type: 'text-start', id: '1' },
          ...words.map((delta) => ({ type: 'text-delta' as const, id: '1', delta })),
          { type: 'text-end', id: '1' },
          {
            type: 'finish',
            finishReason: { unified: 'stop', raw: 'stop' },
            usage: {
              inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
              outputTokens: { total: words.length, text: words.length, reasoning: 0 },
            },
          },
        ],
      }),
    };
  },
});

function newestText(prompt: Prompt): string {
  const newest = prompt.findLast(({ role }) => role === 'user');
  if (newest?.role !== 'user') return '';
  return newest.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
