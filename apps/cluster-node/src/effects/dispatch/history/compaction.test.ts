import { verifyWebhook } from '@fleetlm/agent';
import { SUMMARY_LENGTH_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentOf, DispatchBed, SECRET } from '../testing/dispatch-bed.ts';
import { HELLO, sse, stream } from '../testing/fake-agent.ts';

let bed: DispatchBed;
/** What the compaction webhook answers. */
let summarise: (body: string) => { readonly status: number; readonly body: string };
const summaries: string[] = [];

beforeEach(async () => {
  bed = await DispatchBed.start();
  summaries.length = 0;
  summarise = () => ({ status: 200, body: JSON.stringify({ summary: 'They said hello.' }) });
  bed.agent.handler = (request, response, body) => {
    if (request.url !== '/compact') {
      stream(response).end(sse(...HELLO));
      return;
    }
    summaries.push(body);
    const answer = summarise(body);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  };
  bed.setAgent({
    messageHistoryMode: 'entire',
    compactionWebhookUrl: `${bed.agent.url}/compact`,
    compactionTokenBudget: 200,
  });
});
afterEach(() => bed.close());

const LONG = 'x'.repeat(400);
let epoch = 0;
beforeEach(() => {
  epoch = 0;
});
async function turn(text: string): Promise<void> {
  await bed.say(text);
  epoch += 1;
  await bed.settled('idle', epoch);
}
const sentTexts = (): readonly string[] => {
  const calls = bed.agent.calls.filter(({ body }) => !body.includes('"type":"compaction"'));
  const { messages } = JSON.parse(calls.at(-1)?.body ?? '{}');
  return messages.map(({ parts }: { parts: { text: string }[] }) => parts[0]?.text);
};
const newest = () => contentOf(bed.session().tail.at(-1)).metadata;

test('a conversation beyond its share of the budget is sent as a summary and what came after it', async () => {
  await turn(LONG);
  expect(summaries).toEqual([]);
  await turn('short');
  // 0.7 of 200 tokens at four characters each: the first exchange is past it.
  expect(summaries).toHaveLength(0);
  await turn(LONG);
  expect(summaries).toHaveLength(1);
  expect(sentTexts()).toEqual(['They said hello.', LONG]);
  expect(newest().compaction).toMatchObject({ summary: 'They said hello.', through_seq: 4 });
  // The log has every word, and the next turns go on from the summary.
  expect(bed.session().lastSeq).toBe(6);
  await turn('and now?');
  expect(sentTexts()).toEqual(['They said hello.', LONG, 'Hello', 'and now?']);
});

test('the summary is asked for with the messages that it will stand for, signed', async () => {
  await turn(LONG);
  await turn(LONG);
  const body = JSON.parse(summaries[0] ?? '{}');
  expect(body).toMatchObject({ type: 'compaction', token_budget: 200, user_id: 'ann', epoch: 2 });
  expect(body.messages.map(({ seq }: { seq: number }) => seq)).toEqual([1, 2]);
  const call = bed.agent.calls.find(({ body: sent }) => sent === summaries[0]);
  expect(() =>
    verifyWebhook({ secret: SECRET, headers: call?.headers ?? {}, body: summaries[0] ?? '' }),
  ).not.toThrow();
});

test('tokens that the agent reports count in place of the estimate', async () => {
  bed.agent.handler = ((handler) => (request, response, body) => {
    if (request.url === '/compact') handler(request, response, body);
    else {
      const usage = { inputTokens: 150, outputTokens: 5 };
      const usageChunk = { type: 'message-metadata', messageMetadata: { usage } };
      stream(response).end(sse(...HELLO.slice(0, -1), usageChunk, ...HELLO.slice(-1)));
    }
  })(bed.agent.handler);
  await turn('short');
  await turn('short, too');
  expect(summaries).toHaveLength(1);
});

test('what the user writes during a compaction waits, and is not lost', async () => {
  await turn(LONG);
  const asked = Promise.withResolvers<void>();
  const { promise: held, resolve: goOn } = Promise.withResolvers<void>();
  const handler = bed.agent.handler;
  bed.agent.handler = (request, response, body) => {
    if (request.url !== '/compact') handler(request, response, body);
    else {
      asked.resolve();
      void held.then(() => handler(request, response, body));
    }
  };
  await bed.say(LONG);
  await asked.promise;
  await bed.say('meanwhile');
  goOn();
  await bed.settled('idle', 3);
  expect(sentTexts()).toEqual(['They said hello.', LONG, 'meanwhile', 'Hello']);
});

test('an agent that can’t summarise still answers, with the whole history, and the reason is recorded', async () => {
  for (const answer of [
    { status: 500, body: 'no' },
    { status: 200, body: '{"summary":""}' },
    { status: 200, body: 'x'.repeat(300_000) },
  ]) {
    summarise = () => answer;
    await turn(LONG);
    await turn(LONG);
    expect(newest()).toMatchObject({
      termination: 'finish',
      compaction: { error: expect.any(String) },
    });
  }
  expect(sentTexts().filter((text) => text === LONG)).toHaveLength(6);
});

test.each([
  [0, false],
  [1, true],
])('a summary of its limit is used, and a longer one is not: %i more', async (more, isRefused) => {
  const summary = 'x'.repeat(SUMMARY_LENGTH_MAX + more);
  summarise = () => ({ status: 200, body: JSON.stringify({ summary }) });
  await turn(LONG);
  await turn(LONG);
  expect('error' in newest().compaction).toBe(isRefused);
});

test('for another answer from before the summary the messages come back themselves', async () => {
  await turn('first');
  const answer = bed.session().tail.at(-1)?.id;
  await turn(LONG);
  await turn(LONG);
  expect(newest().compaction).toMatchObject({ through_seq: 4 });
  await bed.append('regenerate', { supersedes: answer });
  await bed.settled('idle', 4);
  expect(sentTexts()).toEqual(['first']);
});
