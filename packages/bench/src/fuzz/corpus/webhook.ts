import type { Piece, WebhookCase } from '../inputs/case.ts';
import { bytesOf, type Payload } from '../inputs/payload.ts';
import { type Encoding, head, line } from '../inputs/webhook-inputs.ts';

const TEXT_START = '{"type":"text-start","id":"t"}';
const TEXT_END = '{"type":"text-end","id":"t"}';
const FINISH = '{"type":"finish"}';

interface Rest extends Partial<Omit<WebhookCase, 'name' | 'edge' | 'answer'>> {
  readonly encoding?: Encoding;
}

/** An answer whose chunks are these lines. */
function answer(name: string, chunks: readonly Payload[], rest: Rest = {}): WebhookCase {
  const { encoding = 'sse', ...fields } = rest;
  const pieces = chunks.map((chunk): Piece => ({ payload: line(encoding, chunk) }));
  return raw(name, [head(encoding), ...pieces], fields);
}

function raw(
  name: string,
  pieces: readonly Piece[],
  fields: Partial<Omit<WebhookCase, 'name' | 'edge' | 'answer'>> = {},
): WebhookCase {
  return { name, edge: 'webhook', agent: 'queue', ending: 'end', ...fields, answer: [...pieces] };
}

function errorChunk(inner: Payload): Payload {
  return { concat: ['{"type":"error","errorText":"', inner, '"}'] };
}

function delta(inner: Payload): Payload {
  return { concat: ['{"type":"text-delta","id":"t","delta":"', inner, '"}'] };
}

const toolInput = (inner: Payload): readonly Payload[] => [
  '{"type":"tool-input-start","toolCallId":"a","toolName":"t"}',
  { concat: ['{"type":"tool-input-delta","toolCallId":"a","inputTextDelta":"', inner, '"}'] },
];

/** An assembled reply of about so many bytes, in lines that are each allowed. */
function replyOf(name: string, bytes: number, rest: Rest = {}): WebhookCase {
  const pieces = Math.ceil(bytes / 500_000);
  return answer(
    name,
    [
      TEXT_START,
      ...Array.from({ length: pieces }, () =>
        delta({ repeat: 'x', times: Math.floor(bytes / pieces) }),
      ),
      TEXT_END,
      FINISH,
    ],
    rest,
  );
}

const nestedObject = (depth: number): Payload => ({
  concat: [
    '{"type":"data-deep","data":',
    { repeat: '{"a":', times: depth },
    '1',
    { repeat: '}', times: depth },
    '}',
  ],
});

export const WEBHOOK_CORPUS: readonly WebhookCase[] = [
  answer('error text: 16 K of {', [errorChunk({ repeat: '{', times: 16_384 })]),
  answer('error text: 128 K of {', [errorChunk({ repeat: '{', times: 131_072 })]),
  answer('error text: 1 byte', [errorChunk('x')]),
  answer('error text: 16,384 characters', [errorChunk({ repeat: 'e', times: 16_384 })]),
  answer('error text: 16,385 characters', [errorChunk({ repeat: 'e', times: 16_385 })]),
  answer('error text: 1 MiB less its line', [errorChunk({ repeat: 'e', times: 1_048_000 })]),
  answer('error text: 8 MiB', [errorChunk({ repeat: 'e', times: 8 * 1_048_576 })]),
  answer('error text: half a surrogate pair', [errorChunk('\\ud800')]),
  answer('error text: U+0000', [errorChunk('a\\u0000b')]),
  answer(
    'error text: after a text',
    [TEXT_START, delta('half'), errorChunk({ repeat: 'e', times: 20_000 })],
    { expect_termination: 'error' },
  ),
  answer(
    'tool input: 1, 64 K hyphens, 1, then a cut',
    toolInput({ concat: ['1', { repeat: '-', times: 65_536 }, '1'] }),
  ),
  answer(
    'tool input: 1, 128 K hyphens, 1, then a cut',
    toolInput({ concat: ['1', { repeat: '-', times: 131_072 }, '1'] }),
  ),
  answer(
    'tool input: 1, 64 K hyphens, 1, then a stop',
    toolInput({ concat: ['1', { repeat: '-', times: 65_536 }, '1'] }),
    { ending: 'hang', meanwhile: [{ after_ms: 500, act: 'stop' }] },
  ),
  answer('tool input: 100,000 open brackets', toolInput({ repeat: '[', times: 100_000 })),
  answer('tool input: 500,000 backslashes', toolInput({ repeat: '\\\\', times: 250_000 })),
  replyOf('reply: 0.9 MiB', 943_718),
  replyOf('reply: 1.0 MiB', 1_048_576),
  replyOf('reply: 1.1 MiB', 1_153_433),
  replyOf('reply: 1.5 MiB', 1_572_864),
  replyOf('reply: 7.9 MiB', 8_283_750),
  replyOf('reply: 9 MiB', 9_437_184),
  replyOf('reply: 1.5 MiB, then a stop', 1_572_864, {
    ending: 'hang',
    meanwhile: [{ after_ms: 700, act: 'stop' }],
  }),
  raw(
    'reply: 0.99 MiB held, then an interrupting message',
    [
      head('sse'),
      { payload: line('sse', TEXT_START) },
      { payload: line('sse', delta({ repeat: 'x', times: 515_000 })), times: 2 },
      { payload: ': wait\n', after_ms: 500, times: 4 },
    ],
    { agent: 'interrupt', ending: 'hang', calls: 1, meanwhile: [{ after_ms: 1_000, act: 'send' }] },
  ),
  raw(
    'reply: 0.99 MiB held, then a message to merge',
    [
      head('sse'),
      { payload: line('sse', TEXT_START) },
      { payload: line('sse', delta({ repeat: 'x', times: 515_000 })), times: 2 },
      { payload: ': wait\n', after_ms: 500, times: 4 },
    ],
    { agent: 'merge', ending: 'hang', calls: 1, meanwhile: [{ after_ms: 1_000, act: 'send' }] },
  ),
  answer('chunk: nested 64 deep', [nestedObject(60), FINISH]),
  answer('chunk: nested 65 deep', [nestedObject(65), FINISH]),
  answer('chunk: nested 6,000 deep', [nestedObject(6_000), FINISH]),
  answer('chunk: nested 100,000 deep', [nestedObject(100_000), FINISH]),
  answer('chunk: __proto__', ['{"type":"data-x","data":{"__proto__":{"polluted":true}}}', FINISH]),
  answer('chunk: U+0000 in a text', [TEXT_START, delta('a\\u0000b'), TEXT_END, FINISH]),
  answer('chunk: half a surrogate pair in a text', [
    TEXT_START,
    delta('\\ud83d'),
    TEXT_END,
    FINISH,
  ]),
  answer('chunk: surrogate pair cut between two deltas', [
    TEXT_START,
    delta('\\ud83d'),
    delta('\\ude00'),
    TEXT_END,
    FINISH,
  ]),
  answer('chunk: 1e308 twenty thousand times', [
    { concat: ['{"type":"data-n","data":[', { repeat: '1e308,', times: 20_000 }, '0]}'] },
    FINISH,
  ]),
  answer('chunk: metadata of 100 KB', [
    {
      concat: [
        '{"type":"message-metadata","messageMetadata":{"a":"',
        { repeat: 'x', times: 100_000 },
        '"}}',
      ],
    },
    TEXT_START,
    delta('x'),
    FINISH,
  ]),
  answer('chunk: metadata __proto__', [
    '{"type":"message-metadata","messageMetadata":{"__proto__":{"x":1}}}',
    TEXT_START,
    delta('x'),
    FINISH,
  ]),
  raw('stream: 100,000 tiny chunks', [
    head('sse'),
    { payload: line('sse', TEXT_START) },
    { payload: { repeat: line('sse', delta('x')), times: 1_000 }, times: 99 },
    { payload: line('sse', FINISH) },
  ]),
  raw('stream: 200,000 tiny chunks', [
    head('ndjson'),
    { payload: line('ndjson', TEXT_START) },
    { payload: { repeat: line('ndjson', delta('')), times: 1_000 }, times: 200 },
  ]),
  raw('stream: 20,000 parts', [
    head('ndjson'),
    {
      payload: {
        repeat: line('ndjson', '{"type":"source-url","sourceId":"s","url":"u"}'),
        times: 20_000,
      },
    },
    { payload: line('ndjson', FINISH) },
  ]),
  raw(
    'stream: a broken line and valid ones in one write',
    [
      head('ndjson'),
      {
        payload: [TEXT_START, delta('a'), '{broken', delta('b'), TEXT_END, FINISH]
          .map((chunk) => line('ndjson', chunk))
          .reduce((all: Payload, one) => ({ concat: [all, one] }), ''),
      },
    ],
    { expect_termination: 'error' },
  ),
  raw('stream: a line without an end of 2 MiB', [
    head('sse'),
    { payload: 'data: "' },
    { payload: { repeat: 'x', times: 2_097_152 } },
  ]),
  raw('stream: 8 MiB of comments', [
    head('sse'),
    { payload: { repeat: ': x\n', times: 2_200_000 } },
  ]),
  raw('stream: one byte at a time', [
    head('sse'),
    ...[...Buffer.from(`data: ${TEXT_START}\n\ndata: ${FINISH}\n\n`)].map(
      (byte): Piece => ({ payload: bytesOf(byte) }),
    ),
  ]),
  raw(
    'stream: a drip without an end',
    [
      head('sse'),
      { payload: line('sse', TEXT_START) },
      { payload: line('sse', delta('x')), after_ms: 300, times: 100 },
    ],
    { ending: 'hang', calls: 1 },
  ),
  raw('stream: no bytes at all', [], { ending: 'hang' }),
  raw('stream: a reset before the head', [], { ending: 'reset' }),
  raw('stream: not UTF-8', [
    head('sse'),
    { payload: line('sse', TEXT_START) },
    { payload: bytesOf(0x64, 0xff, 0xfe, 0x0a) },
  ]),
  raw('stream: an error after the end', [
    head('sse'),
    { payload: line('sse', FINISH) },
    { payload: line('sse', errorChunk('late')) },
  ]),
  raw('head: 410', [head('sse', '410 Gone')]),
  raw('head: redirect', [
    head('sse', '307 Temporary Redirect', 'location: http://127.0.0.1:1/x\r\n'),
  ]),
  raw('head: 204', [head('sse', '204 No Content')]),
  raw('head: HTML', [
    {
      payload:
        'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n<html><body>hello',
    },
  ]),
  raw('head: 10,000 headers', [
    {
      payload: { concat: ['HTTP/1.1 200 OK\r\n', { repeat: 'x-a: b\r\n', times: 10_000 }, '\r\n'] },
    },
  ]),
  raw('head: a header of 5 MB', [
    {
      payload: {
        concat: ['HTTP/1.1 200 OK\r\nx: ', { repeat: 'y', times: 5_000_000 }, '\r\n\r\n'],
      },
    },
  ]),
  raw('head: an error body of 8 MiB', [
    { payload: 'HTTP/1.1 500 Oops\r\nconnection: close\r\n\r\n' },
    { payload: { repeat: '{', times: 8 * 1_048_576 } },
  ]),
  raw('head: gzip of 50 MB', [
    {
      payload:
        'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n',
    },
    { payload: { gzip: { repeat: '{', times: 50_000_000 } } },
  ]),
];
