import type { RawCase } from '../inputs/case.ts';
import { request } from '../inputs/http-inputs.ts';
import type { Payload } from '../inputs/payload.ts';

/** Messages that each have to be looked at: validation is what costs. */
function chatBody(messages: number): Payload {
  return {
    concat: [
      '{"id":"x","trigger":"submit-message","messages":[',
      { repeat: '{},', times: messages },
      '0]}',
    ],
  };
}

function http(name: string, ...payloads: readonly Payload[]): RawCase {
  return { name, edge: 'http', pieces: payloads.map((payload) => ({ payload })), hold_ms: 3_000 };
}

/** Without a token, however the target is written: it must be refused before anything of it is read. */
function guarded(name: string, payload: Payload): RawCase {
  return { ...http(`without a token: ${name}`, payload), expect_status: [401] };
}

const AUTHORIZED = 'authorization: Bearer {{user_token}}\r\n';

export const HTTP_CORPUS: readonly RawCase[] = [
  guarded('/%61pi/chat, 0.5 MiB', request('POST', '/%61pi/chat', '', chatBody(174_000))),
  guarded(
    'a target in absolute-form, 0.5 MiB',
    request('POST', 'http://{{host}}/api/chat', '', chatBody(174_000)),
  ),
  guarded(
    '/%61pi/sessions',
    'GET /%61pi/sessions HTTP/1.1\r\nhost: {{host}}\r\nconnection: close\r\n\r\n',
  ),
  http(
    'target: an invalid escape',
    'GET /api/sessions/%ff HTTP/1.1\r\nhost: {{host}}\r\nconnection: close\r\n\r\n',
  ),
  http(
    'chat: 170,000 messages with a token',
    request('POST', '/api/chat', AUTHORIZED, chatBody(170_000)),
  ),
  http(
    'framing: length and chunks',
    `POST /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n${AUTHORIZED}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  http('framing: no host', 'GET /health/live HTTP/1.1\r\n\r\n'),
  http('framing: not HTTP', 'hello\r\n\r\n'),
  http('headers: 70 KB', {
    concat: [
      'GET /health/live HTTP/1.1\r\nhost: {{host}}\r\nx: ',
      { repeat: 'y', times: 70_000 },
      '\r\n\r\n',
    ],
  }),
  http('headers: 5,000 of them', {
    concat: [
      'GET /health/live HTTP/1.1\r\nhost: {{host}}\r\n',
      { repeat: 'x: y\r\n', times: 5_000 },
      '\r\n',
    ],
  }),
  http('pipelining: 500 requests', {
    repeat: `GET /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n${AUTHORIZED}\r\n`,
    times: 500,
  }),
  {
    name: 'timing: 100 heads that drip',
    edge: 'http',
    connections: 100,
    pieces: [
      { payload: 'GET /health/live HTTP/1.1\r\n' },
      { payload: 'a: b\r\n', after_ms: 200, times: 10 },
    ],
    hold_ms: 500,
  },
  {
    name: 'timing: a body that never comes',
    edge: 'http',
    connections: 20,
    pieces: [
      {
        payload: `POST /api/sessions HTTP/1.1\r\nhost: {{host}}\r\n${AUTHORIZED}content-type: application/json\r\ncontent-length: 400000\r\n\r\n{`,
      },
    ],
    hold_ms: 2_000,
  },
];
