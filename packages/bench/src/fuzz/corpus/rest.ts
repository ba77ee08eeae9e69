import type { RestCase, TokenSpec } from '../inputs/case.ts';
import type { Payload } from '../inputs/payload.ts';
import { nested } from '../mutate/hostile-values.ts';

type Given = Partial<Omit<RestCase, 'name' | 'edge' | 'method' | 'route'>>;

/** A call of the contract; its target is the path of its route unless it is given. */
function rest(name: string, route: string, given: Given = {}): RestCase {
  const [method = '', path = ''] = route.split(' ');
  return {
    name,
    edge: 'rest',
    method,
    route,
    target: path.replace(':id', '{{session}}'),
    sender: 'user',
    body: null,
    ...given,
  };
}

const APPEND = 'POST /api/sessions/:id/messages';
const CREATE = 'POST /api/sessions';

function append(name: string, content: Payload, rest_: Given = {}): RestCase {
  return rest(name, APPEND, {
    body: { concat: ['{"user_id":"{{user}}","content":', content, '}'] },
    ...rest_,
  });
}

function token(
  name: string,
  claims: Payload,
  header: Payload = '{"alg":"HS256"}',
  signature: TokenSpec['signature'] = 'valid',
): RestCase {
  return rest(`token: ${name}`, 'GET /api/sessions', {
    token: { header, claims, signature },
    expect_status: [401],
  });
}

export const REST_CORPUS: readonly RestCase[] = [
  rest('read: beyond the head', 'POST /api/sessions/:id/read', {
    body: '{"user_id":"{{user}}","last_seq":999}',
  }),
  append('append: text is a number', '{"text":5}', { expect_status: [422] }),
  append('append: no text and no parts', '{}', { expect_status: [422] }),
  append('append: content of 256 KiB', {
    concat: ['{"text":"', { repeat: 'x', times: 262_144 - 11 }, '"}'],
  }),
  append('append: content of 256 KiB and a byte', {
    concat: ['{"text":"', { repeat: 'x', times: 262_144 - 10 }, '"}'],
  }),
  append('append: 256 KiB of 1e308', {
    concat: ['{"text":"x","n":[', { repeat: '1e308,', times: 43_000 }, '0]}'],
  }),
  append('append: nested 65 deep', { concat: ['{"text":"x","d":', nested(65, '[', '', ']'), '}'] }),
  append('append: nested 100,000 deep', {
    concat: ['{"text":"x","d":', nested(100_000, '[', '', ']'), '}'],
  }),
  append('append: half a surrogate pair', '{"text":"\\ud800"}'),
  append('append: U+0000', '{"text":"\\u0000"}'),
  append('append: __proto__', '{"text":"x","__proto__":{"a":1}}'),
  append('append: not UTF-8', { concat: ['{"text":"', { base64: '//4=' }, '"}'] }),
  append(
    'append: beside itself, 32 times under one id',
    '{"text":"x"},"client_message_id":"same"',
    { at_once: 32 },
  ),
  rest('body: empty', CREATE, { body: '' }),
  rest('body: half of JSON', CREATE, { body: '{"user_id":' }),
  rest('body: a number of 100,000 digits', CREATE, { body: { repeat: '9', times: 100_000 } }),
  rest('body: text', CREATE, { body: 'x', headers: [['content-type', 'text/plain']] }),
  rest('body: 2 MiB', CREATE, {
    body: { concat: ['{"user_id":"', { repeat: 'x', times: 2_097_152 }, '"}'] },
  }),
  rest('search: U+0000', 'GET /api/search', { target: '/api/search?q=a%00b' }),
  rest('search: half a surrogate pair', 'GET /api/search', { target: '/api/search?q=%ed%a0%80ab' }),
  rest('search: 200 wildcards', 'GET /api/search', {
    target: { concat: ['/api/search?q=', { repeat: '%25_', times: 100 }] },
  }),
  rest('page: a limit of 501', 'GET /api/sessions/:id/messages', {
    target: '/api/sessions/{{session}}/messages?limit=501',
  }),
  rest('page: a cursor that was never given', 'GET /api/sessions', {
    target: '/api/sessions?before=AAAA',
  }),
  rest('page: a cursor with U+0000', 'GET /api/sessions', { target: '/api/sessions?before=%00' }),
  rest('deliveries: a cursor that was never given', 'GET /api/agents/:id/deliveries', {
    target: '/api/agents/scapegoat/deliveries?cursor=AAAA',
    sender: 'operator',
  }),
  rest('path: an id with U+0000', 'GET /api/agents/:id', {
    target: '/api/agents/%00',
    sender: 'operator',
  }),
  rest('path: of 10,000 characters', 'GET /api/agents/:id', {
    target: { concat: ['/api/agents/', { repeat: 'a', times: 10_000 }] },
    sender: 'operator',
  }),
  rest('metadata: 64 KiB, 30 sessions at once', CREATE, {
    body: {
      concat: [
        '{"user_id":"{{user}}","agent_id":"scapegoat","metadata":{"a":"',
        { repeat: 'x', times: 65_000 },
        '"}}',
      ],
    },
    at_once: 30,
  }),
  token('no claims', '{}'),
  token('no expiry', '{"sub":"{{user}}"}'),
  {
    ...token('an unknown role', '{"sub":"{{user}}","role":"authenticated","exp":4102444800}'),
    expect_status: [200],
  },
  token('a subject that is an object', '{"sub":{"a":1},"exp":4102444800}'),
  token('a subject with U+0000', '{"sub":"a\\u0000","exp":4102444800}'),
  {
    ...token('an expiry beyond every date', '{"sub":"{{user}}","exp":1e308}'),
    expect_status: [200, 401],
  },
  token('algorithm none', '{"sub":"{{user}}","exp":4102444800}', '{"alg":"none"}', 'none'),
  token('claims that are no JSON', 'hello'),
  token('claims nested 3,000 deep', nested(3_000, '[', '', ']')),
  token('a wrong signature', '{"sub":"{{user}}","exp":4102444800}', '{"alg":"HS256"}', 'wrong'),
  rest('chat: 15,000 messages', 'POST /api/chat', {
    target: '/api/chat',
    body: {
      concat: [
        '{"id":"{{session}}","trigger":"submit-message","messages":[',
        { repeat: '{"id":"a","role":"user","parts":[{"type":"text","text":"x"}]},', times: 15_000 },
        '{"id":"b","role":"user","parts":[{"type":"text","text":"hello"}]}]}',
      ],
    },
  }),
  rest('chat: parts that are no parts', 'POST /api/chat', {
    target: '/api/chat',
    body: '{"id":"{{session}}","trigger":"submit-message","messages":[{"id":"b","role":"user","parts":[{"type":"text","text":5}]}]}',
  }),
];
