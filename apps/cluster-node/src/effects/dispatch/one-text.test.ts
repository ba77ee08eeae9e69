import { assembleChunks, textOfParts } from '@fleetlm/protocol/ui-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeChunk, encodeChunk } from '../feed/chunk-codec.ts';
import { encodeSegment } from './answer-checkpoint.ts';
import { AnswerStream } from './answer-stream.ts';
import { CompactChunks } from './compact-chunks.ts';
import { contentOf, DispatchBed } from './testing/dispatch-bed.ts';
import { OPENING, stream } from './testing/fake-agent.ts';

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
