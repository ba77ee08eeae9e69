import { between, pick } from '../../torture/seeded-random.ts';
import type { Piece, RawCase } from './case.ts';
import { bytesOf, join, type Payload, payloadSize } from './payload.ts';

const AUTHORIZED = 'authorization: Bearer {{user_token}}\r\n';

const ODD_TARGETS: readonly Payload[] = [
  '/%61pi/chat',
  '/api/%63hat',
  '//api/chat',
  '/api//chat',
  '/./api/chat',
  '/api/chat/',
  '/API/CHAT',
  '/api/chat;a=b',
  '/api/chat?x=%00',
  '/api/chat#x',
  'http://{{host}}/api/chat',
  'http://other.example/api/chat',
  '*',
  '/socket.io/?EIO=3&transport=polling',
  '/socket.io/?EIO=4&transport=polling',
  '/socket.io/?EIO=4&transport=websocket&sid=x',
  '/metrics?name[]=x',
  { concat: ['/', { repeat: 'a/', times: 6_000 }] },
  { concat: ['/api/sessions/', { repeat: '%25', times: 4_000 }] },
];

/** A request as it should be, then wrong in how it is framed, named, ordered or timed. */
export function httpInput(name: string, random: () => number): RawCase {
  const shape = pick(SHAPES, random);
  const made = shape.make(random);
  return {
    name: `${name} ${shape.name}`,
    edge: 'http',
    pieces: made.pieces,
    ...(made.connections === undefined ? {} : { connections: made.connections }),
    hold_ms: made.holdMs ?? 1_000,
  };
}

interface Shape {
  readonly name: string;
  readonly make: (random: () => number) => {
    readonly pieces: Piece[];
    readonly connections?: number;
    readonly holdMs?: number;
  };
}

const SHAPES: readonly Shape[] = [
  {
    name: 'an odd target',
    make: (random) => ({
      pieces: [
        piece(
          request(
            'POST',
            pick(ODD_TARGETS, random),
            random() < 0.5 ? AUTHORIZED : '',
            '{"id":"x"}',
          ),
        ),
      ],
    }),
  },
  {
    name: 'pipelined requests',
    make: (random) => ({
      pieces: [
        piece({
          repeat: join([
            'GET ',
            pick(['/health/live', '/api/sessions', '/metrics'], random),
            ' HTTP/1.1\r\nhost: {{host}}\r\n',
            AUTHORIZED,
            '\r\n',
          ]),
          times: pick([2, 50, 500], random),
        }),
      ],
    }),
  },
  {
    name: 'a body that drips',
    make: (random) => ({
      pieces: [
        piece(
          `POST /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n${AUTHORIZED}content-type: application/json\r\ncontent-length: 5000\r\n\r\n{`,
        ),
        { payload: ' ', after_ms: between(1, 100, random), times: 30 },
      ],
    }),
  },
  {
    name: 'a head that drips',
    make: (random) => ({
      pieces: [
        piece('GET /health/live HTTP/1.1\r\n'),
        { payload: 'a: b\r\n', after_ms: between(1, 100, random), times: 30 },
      ],
      connections: pick([1, 50], random),
    }),
  },
  {
    name: 'chunks that lie',
    make: (random) => ({
      pieces: [
        piece(
          `POST /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n${AUTHORIZED}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
        ),
        piece(
          pick(
            [
              'ffffffffffffffff\r\n{}',
              '-1\r\n',
              '5;ext=\r\n{}\r\n0\r\n\r\n',
              '2\r\n{}\r\n0\r\na: b\r\n\r\n',
              '1\r\n{\r\n1\r\n}\r\n0\r\n\r\n',
              'zz\r\n',
            ],
            random,
          ),
        ),
      ],
    }),
  },
  {
    name: 'two lengths',
    make: (random) => ({
      pieces: [
        piece(
          `POST /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n${pick(['content-length: 4\r\ntransfer-encoding: chunked\r\n', 'content-length: 4\r\ncontent-length: 5\r\n', 'content-length: -1\r\n', 'content-length: 4e9\r\n', 'transfer-encoding: chunked, identity\r\n'], random)}\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\nhost: {{host}}\r\n\r\n`,
        ),
      ],
    }),
  },
  {
    name: 'huge or many headers',
    make: (random) => ({
      pieces: [
        piece({
          concat: [
            'GET /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n',
            random() < 0.5
              ? {
                  concat: [
                    'authorization: Bearer ',
                    { repeat: 'a', times: pick([8_000, 15_000, 70_000], random) },
                    '\r\n',
                  ],
                }
              : { repeat: 'x-header: y\r\n', times: pick([100, 1_000, 5_000], random) },
            '\r\n',
          ],
        }),
      ],
    }),
  },
  {
    name: 'a large body without a token',
    make: (random) => {
      const body: Payload = {
        concat: [
          '{"id":"x","trigger":"submit-message","messages":[',
          {
            repeat: pick(['{},', '{"id":"","role":"user","parts":[]},'], random),
            times: pick([1_000, 15_000, 100_000], random),
          },
          '0]}',
        ],
      };
      return {
        pieces: [
          piece(
            request(
              'POST',
              pick(['/api/chat', '/%61pi/chat', 'http://{{host}}/api/chat'], random),
              '',
              body,
            ),
          ),
        ],
        holdMs: 5_000,
      };
    },
  },
  {
    name: 'an upgrade that is none',
    make: (random) => ({
      pieces: [
        piece(
          `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nhost: {{host}}\r\nconnection: Upgrade\r\nupgrade: ${pick(['websocket', 'h2c', 'x'], random)}\r\nsec-websocket-version: ${pick(['13', '12', 'x'], random)}\r\nsec-websocket-key: ${pick(['AAAAAAAAAAAAAAAAAAAAAA==', 'x', ''], random)}\r\n\r\n`,
        ),
        piece(bytesOf(0xff, 0xff, 0xff, 0xff, 0xff, 0xff)),
      ],
    }),
  },
  {
    name: 'no HTTP at all',
    make: (random) => ({
      pieces: [piece(randomBytes(random)), piece('\r\n\r\n')],
      connections: pick([1, 20], random),
    }),
  },
];

function piece(payload: Payload): Piece {
  return { payload };
}

/** The length is that of the bytes as they are: for bodies without variables. */
export function request(method: string, target: Payload, headers: string, body: Payload): Payload {
  return join([
    `${method} `,
    target,
    ` HTTP/1.1\r\nhost: {{host}}\r\n${headers}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
    chunked(body),
  ]);
}

function chunked(body: Payload): Payload {
  return { concat: [payloadSize(body).toString(16), '\r\n', body, '\r\n0\r\n\r\n'] };
}

export function randomBytes(random: () => number, lengthMax = 400): Payload {
  return bytesOf(
    ...Array.from({ length: between(1, lengthMax, random) }, () => between(0, 255, random)),
  );
}
