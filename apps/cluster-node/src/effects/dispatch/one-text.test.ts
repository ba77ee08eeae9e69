import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { assembleChunks, textOfParts } from '@fleetlm/protocol/ui-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeChunk, encodeChunk } from '../feed/chunk-codec.ts';
import { encodeSegment } from './attempt/answer-checkpoint.ts';
import { CompactChunks } from './attempt/compact-chunks.ts';
import { AnswerStream } from './call/answer-stream.ts';
import { contentOf, DispatchBed } from './testing/dispatch-bed.ts';
import { HELLO, OPENING, sse, stream } from './testing/fake-agent.ts';

let bed: DispatchBed;

beforeEach(async () => {
  bed = await DispatchBed.start();
});
afterEach(() => bed.close());

/** Lines as an agent writes them: halves of surrogate pairs stand in JSON as escapes. */
const event = (json: string) => `data: ${json}\n\n`;
const delta = (escaped: string) => event(`{"type":"text-delta","id":"1","delta":"${escaped}"}`);
const newest = () => bed.session().tail.at(-1);

test.each<[name: string, deltas: readonly string[], text: string]>([
  ['halves of a pair in two deltas', ['\\ud83c', '\\udf0d'], '🌍'],
  ['a text before and behind the halves', ['a\\ud83c', '\\udf0db'], 'a🌍b'],
  ['one half, an empty delta, the other', ['\\ud83c', '', '\\udf0d'], '🌍'],
  ['a half that is never completed', ['a\\ud83c'], 'a'],
  ['a half that something else follows', ['\\ud83c', 'b'], '\ufffdb'],
  ['a second half alone', ['\\udf0d'], '\ufffd'],
  ['two first halves', ['\\ud83c\\ud83c', '\\udf0d'], '\ufffd🌍'],
  ['U+0000', ['a\\u0000', 'b'], 'a\u0000b'],
])('a reply is one text wherever it is read: %s', async (_, deltas, text) => {
  bed.agent.handler = (_request, response) => {
    const opening = OPENING.map((chunk) => event(JSON.stringify(chunk)));
    const call =
      '{"type":"tool-input-available","toolCallId":"c","toolName":"x","input":{"q\\ud83c":"\\udf0d"}}';
    stream(response).end(
      [...opening, ...deltas.map(delta), event(call), event('{"type":"finish"}')].join(''),
    );
  };
  await bed.say('hi');
  await bed.settled('idle');
  const live = bed.shown.map(({ chunk }) => chunk);
  // Between nodes, where strings are UTF-8.
  const followed = bed.shown.map((shown) => decodeChunk(encodeChunk(shown))?.chunk);
  const late = new CompactChunks(live).chunks;
  const afterFailover = JSON.parse(new TextDecoder().decode(encodeSegment(late)));
  const { parts } = contentOf(newest()).content;
  for (const chunks of [live, followed, late, afterFailover]) {
    const read = assembleChunks(chunks).parts;
    expect(textOfParts(read)).toBe(text);
    expect(read.at(-1)).toMatchObject({ input: { 'q\ufffd': '\ufffd' } });
  }
  expect(textOfParts(parts)).toBe(text);
  expect(parts.at(-1)).toMatchObject({ input: { 'q\ufffd': '\ufffd' } });
});

test('characters and pairs are whole however the bytes are cut', () => {
  const bytes = Buffer.from(`${delta('é用🌍')}${delta('\\ud83c\\udf0d')}`);
  for (let size = 1; size <= 7; size += 1) {
    const reader = new AnswerStream('text/event-stream');
    const values: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size)
      for (const item of reader.push(bytes.subarray(at, at + size)))
        if (item.type === 'value') values.push(item.value);
    expect(values).toMatchObject([{ delta: 'é用🌍' }, { delta: '🌍' }]);
  }
});

test('text, a tool and text again keep their order: live, joined late, in the log and in the history', async () => {
  const answer = [
    ...OPENING,
    { type: 'text-delta', id: '1', delta: 'Let me look.' },
    { type: 'text-end', id: '1' },
    { type: 'tool-input-start', toolCallId: 'c', toolName: 'look' },
    { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"q":1}' },
    { type: 'tool-input-available', toolCallId: 'c', toolName: 'look', input: { q: 1 } },
    { type: 'tool-output-available', toolCallId: 'c', output: 'found' },
    { type: 'start-step' },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'Here it is.' },
    { type: 'text-end', id: '1' },
    { type: 'finish' },
  ];
  bed.agent.handler = (_, response) => stream(response).end(sse(...answer));
  await bed.say('look');
  await bed.settled('idle');
  const live = bed.shown.map(({ chunk }) => chunk);
  const stored = newest();
  if (stored === undefined) throw new Error('there is no reply');
  const committed = contentOf(stored).content.parts;
  await bed.say('thanks');
  await bed.settled('idle', 2);
  const sent = JSON.parse(bed.agent.calls[1]?.body ?? '{}').messages[1].parts;
  const order = ['text', 'tool-look', 'step-start', 'text'];
  for (const parts of [
    assembleChunks(live).parts,
    assembleChunks(new CompactChunks(live).chunks).parts,
    committed,
    sent,
  ]) {
    expect(parts.map(({ type }: { type: string }) => type)).toEqual(order);
    expect(textOfParts(parts)).toBe('Let me look.\n\nHere it is.');
  }
});

test('an agent that closes connections just as the next call begins loses no turn', async () => {
  // Idle connections end after 50 ms, unannounced; the calls come at 40 to 60 ms.
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'keep-alive' });
      response.end(sse(...HELLO));
    });
  });
  server.keepAliveTimeout = 50;
  server.keepAliveTimeoutBuffer = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('it has no port');
    bed.setAgent({ originUrl: `http://127.0.0.1:${address.port}` });
    const turns = 20;
    for (let turn = 1; turn <= turns; turn += 1) {
      await bed.say(`turn ${turn}`);
      await bed.settled('idle', turn);
      await setTimeout(40 + turn);
    }
    expect(bed.texts().filter((text) => text === 'agent: Hello (finish)')).toHaveLength(turns);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}, 60_000);
