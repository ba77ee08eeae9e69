import { UI_MESSAGE_CHUNK_KINDS } from '@fleetlm/protocol';
import { between, pick } from '../../torture/seeded-random.ts';
import { hostileValue } from '../mutate/hostile-values.ts';
import { mutateDocument, mutateTree } from '../mutate/mutate-json.ts';
import { AGENT_KINDS, type Piece, type WebhookCase } from './case.ts';
import { randomBytes } from './http-inputs.ts';
import { treeOf, treePayload } from './json-tree.ts';
import { bytesOf, join, type Payload } from './payload.ts';
import { sampleOf } from './sample.ts';

export type Encoding = 'sse' | 'ndjson';

/** The head of an answer that ends with its connection. */
export function head(encoding: Encoding, status = '200 OK', headers = ''): Piece {
  const type = encoding === 'sse' ? 'text/event-stream' : 'application/x-ndjson';
  return {
    payload: `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\n${headers}connection: close\r\n\r\n`,
  };
}

export function line(encoding: Encoding, chunk: Payload): Payload {
  return encoding === 'sse' ? join(['data: ', chunk, '\n\n']) : join([chunk, '\n']);
}

/** The size of a chunk or a text around what a reply, a line and a stream may hold: 1 MiB, 1 MiB, 8 MiB. */
const SIZES = [
  1_000, 65_536, 131_072, 900_000, 1_048_560, 1_048_576, 1_048_577, 1_500_000,
] as const;

/** A valid stream that holds one of each kind of chunk it needs. */
export function validChunks(random: () => number): readonly unknown[] {
  const chunks: unknown[] = [{ type: 'start' }];
  for (let count = between(1, 4, random); count > 0; count -= 1) {
    const id = `t${count}`;
    switch (between(0, 4, random)) {
      case 0:
        chunks.push(
          { type: 'text-start', id },
          { type: 'text-delta', id, delta: 'hello' },
          { type: 'text-end', id },
        );
        break;
      case 1:
        chunks.push(
          { type: 'reasoning-start', id },
          { type: 'reasoning-delta', id, delta: 'hm' },
          { type: 'reasoning-end', id },
        );
        break;
      case 2:
        chunks.push(
          { type: 'tool-input-start', toolCallId: id, toolName: 'search' },
          { type: 'tool-input-delta', toolCallId: id, inputTextDelta: '{"q":' },
          { type: 'tool-input-delta', toolCallId: id, inputTextDelta: '1}' },
          { type: 'tool-input-available', toolCallId: id, toolName: 'search', input: { q: 1 } },
          { type: 'tool-output-available', toolCallId: id, output: [1] },
        );
        break;
      case 3:
        chunks.push({ type: 'data-weather', id, data: { c: 20 } });
        break;
      default: {
        const kind = pick(UI_MESSAGE_CHUNK_KINDS, random);
        const sampled = sampleOf(kind.schema, random);
        chunks.push({
          ...(typeof sampled === 'object' ? sampled : {}),
          type: kind.type.replace('*', 'x'),
        });
      }
    }
  }
  return [...chunks, { type: 'finish' }];
}

/** An agent's answer that is wrong in its chunks, its encoding, its framing or its time. */
export function webhookInput(name: string, random: () => number): WebhookCase {
  const encoding: Encoding = random() < 0.5 ? 'sse' : 'ndjson';
  const shape = pick(SHAPES, random);
  return {
    name: `${name} ${shape.name}`,
    edge: 'webhook',
    agent: pick(AGENT_KINDS, random),
    answer: shape.make(encoding, random),
    ending: pick(['end', 'end', 'end', 'reset', 'hang'], random),
    ...(random() < 0.3 ? { calls: between(1, 3, random) } : {}),
    ...(random() < 0.4
      ? {
          meanwhile: [
            { after_ms: between(50, 1_500, random), act: pick(['send', 'stop', 'watch'], random) },
          ],
        }
      : {}),
  };
}

interface Shape {
  readonly name: string;
  readonly make: (encoding: Encoding, random: () => number) => Piece[];
}

const SHAPES: readonly Shape[] = [
  {
    name: 'mutated chunks',
    make: (encoding, random) => {
      const chunks = validChunks(random).map((chunk) => {
        const tree = treeOf(chunk);
        return line(encoding, treePayload(random() < 0.4 ? mutateTree(tree, random) : tree));
      });
      return [head(encoding), { payload: join(chunks) }];
    },
  },
  {
    name: 'chunks in another order',
    make: (encoding, random) => {
      const chunks = [...validChunks(random), ...validChunks(random)].sort(() => random() - 0.5);
      return [
        head(encoding),
        ...chunks.map(
          (chunk): Piece => ({
            payload: line(encoding, JSON.stringify(chunk)),
            after_ms: between(0, 20, random),
          }),
        ),
      ];
    },
  },
  {
    name: 'an error text',
    make: (encoding, random) => [
      head(encoding),
      {
        payload: line(encoding, join(['{"type":"error","errorText":', hostileValue(random), '}'])),
      },
    ],
  },
  {
    name: 'a large text',
    make: (encoding, random) => {
      const size = pick(SIZES, random);
      const parts = between(1, 8, random);
      const delta = (of: number): Payload =>
        line(encoding, {
          concat: [
            '{"type":"text-delta","id":"t","delta":"',
            { repeat: pick(['x', 'ä', '\\"', '\\u0001'], random), times: of },
            '"}',
          ],
        });
      return [
        head(encoding),
        { payload: line(encoding, '{"type":"text-start","id":"t"}') },
        {
          payload: delta(Math.floor(size / parts)),
          times: parts,
          after_ms: between(0, 50, random),
        },
        { payload: line(encoding, '{"type":"text-end","id":"t"}') },
        { payload: line(encoding, '{"type":"finish"}') },
      ];
    },
  },
  {
    name: 'tool input',
    make: (encoding, random) => [
      head(encoding),
      { payload: line(encoding, '{"type":"tool-input-start","toolCallId":"a","toolName":"t"}') },
      {
        payload: line(
          encoding,
          join([
            '{"type":"tool-input-delta","toolCallId":"a","inputTextDelta":',
            hostileValue(random),
            '}',
          ]),
        ),
        times: between(1, 3, random),
      },
    ],
  },
  {
    name: 'many tiny chunks',
    make: (encoding, random) => [
      head(encoding),
      { payload: line(encoding, '{"type":"text-start","id":"t"}') },
      {
        payload: {
          repeat: line(encoding, '{"type":"text-delta","id":"t","delta":"x"}'),
          times: 1_000,
        },
        times: pick([1, 20, 99, 101], random),
      },
    ],
  },
  {
    name: 'many parts',
    make: (encoding, random) => [
      head(encoding),
      {
        payload: {
          repeat: line(encoding, '{"type":"source-url","sourceId":"s","url":"u"}'),
          times: pick([100, 5_000, 20_000], random),
        },
      },
      { payload: line(encoding, '{"type":"finish"}') },
    ],
  },
  {
    name: 'a broken line between valid ones',
    make: (encoding, random) => [
      head(encoding),
      {
        payload: join([
          ...validChunks(random)
            .slice(0, -1)
            .map((chunk) => line(encoding, JSON.stringify(chunk))),
          line(encoding, pick(['{', '{"type":5}', '[]', 'null', '{"type":"no-such"}'], random)),
          line(encoding, '{"type":"finish"}'),
        ]),
      },
    ],
  },
  {
    name: 'odd bytes',
    make: (encoding, random) => [
      head(encoding),
      { payload: mutateDocument(line(encoding, '{"type":"text-start","id":"t"}'), random) },
      {
        payload: pick(
          [
            bytesOf(0xff, 0xfe),
            bytesOf(0xed, 0xa0, 0x80),
            bytesOf(0),
            '\r',
            ': comment\n',
            'event: x\n',
            'retry: 1\n',
            randomBytes(random),
          ],
          random,
        ),
        times: pick([1, 1_000], random),
      },
    ],
  },
  {
    name: 'an odd head',
    make: (encoding, random) => [
      pick(
        [
          head(encoding, '410 Gone'),
          head(encoding, '307 Temporary Redirect', 'location: http://127.0.0.1:1/\r\n'),
          head(encoding, '204 No Content'),
          head(encoding, '101 Switching Protocols', 'upgrade: x\r\n'),
          head(encoding, '999 What'),
          head(encoding, '429 Too Many', 'retry-after: -1\r\n'),
          head(encoding, '503 Busy', 'retry-after: 1e9\r\n'),
          head(encoding, '200 OK', 'content-length: 5\r\n'),
          head(encoding, '200 OK', 'content-length: 99999999999\r\n'),
          head(encoding, '200 OK', 'transfer-encoding: chunked\r\n'),
          head(encoding, '200 OK', 'content-encoding: gzip\r\n'),
          {
            payload: {
              concat: [
                'HTTP/1.1 200 OK\r\n',
                { repeat: 'x-a: b\r\n', times: pick([50, 1_000, 10_000], random) },
                '\r\n',
              ],
            },
          },
          {
            payload: {
              concat: [
                'HTTP/1.1 200 OK\r\nx: ',
                { repeat: 'y', times: pick([10_000, 100_000, 5_000_000], random) },
                '\r\n\r\n',
              ],
            },
          },
          { payload: 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>' },
          { payload: 'HTTP/0.9\n\n' },
          { payload: randomBytes(random) },
        ],
        random,
      ),
      { payload: line(encoding, '{"type":"text-start","id":"t"}') },
    ],
  },
  {
    name: 'a slow drip',
    make: (encoding, random) => [
      head(encoding),
      { payload: line(encoding, '{"type":"text-start","id":"t"}') },
      {
        payload: pick(
          ['x', ' ', '\n', line(encoding, '{"type":"text-delta","id":"t","delta":"x"}')],
          random,
        ),
        after_ms: between(20, 400, random),
        times: 20,
      },
    ],
  },
];
