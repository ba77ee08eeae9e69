import { describe, expect, test } from 'vitest';
import {
  AGENT_DEFAULTS,
  CONTENT_BYTES_MAX,
  chatRequestSchema,
  createAgentSchema,
  createSessionSchema,
  messagesQuerySchema,
  type Parsed,
  parse,
  postMessageSchema,
  sendMessageSchema,
  sessionsQuerySchema,
  updateAgentSchema,
} from '../index.ts';

const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const send = { session_id: SESSION, client_message_id: 'c-1', content: { text: 'Hello!' } };

function accepted<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(`refused: ${parsed.detail}`);
  return parsed.value;
}

function pathsOf(parsed: Parsed<unknown>): readonly string[] {
  if (parsed.ok) throw new Error('accepted');
  return parsed.errors.map(({ path }) => path);
}

describe('a message that a client sends', () => {
  test('gets the kind and metadata that it leaves out', () => {
    expect(accepted(parse(sendMessageSchema, send))).toEqual({
      ...send,
      kind: 'text',
      metadata: {},
    });
  });

  test('every wrong, missing and unknown field is named', () => {
    const parsed = parse(sendMessageSchema, { session_id: 7, content: [], text: 'Hello!' });
    expect(parsed).toMatchObject({ ok: false, code: 'invalid_request' });
    expect(pathsOf(parsed)).toEqual(['session_id', 'client_message_id', 'content', 'text']);
    expect(parsed).toMatchObject({
      detail:
        'session_id must be a string; client_message_id is required; ' +
        'content must be a JSON object; text is not a known field',
    });
  });

  test.each([null, undefined, 'x', 3, []])('%j is no payload', (payload) => {
    expect(parse(sendMessageSchema, payload).ok).toBe(false);
  });

  test.each([
    ['U+0000', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
    ['the other half', '\udc00'],
  ])('%s anywhere in the content is refused with its place', (_name, text) => {
    const content = { parts: [{ type: 'text', text }] };
    expect(pathsOf(parse(sendMessageSchema, { ...send, content }))).toEqual([
      'content.parts.0.text',
    ]);
    expect(pathsOf(parse(sendMessageSchema, { ...send, content: { [text]: 1 } }))).toEqual([
      'content',
    ]);
    expect(pathsOf(parse(sendMessageSchema, { ...send, metadata: { text } }))).toEqual([
      'metadata.text',
    ]);
    expect(pathsOf(parse(sendMessageSchema, { ...send, kind: text }))).toEqual(['kind']);
    expect(pathsOf(parse(sendMessageSchema, { ...send, client_message_id: text }))).toEqual([
      'client_message_id',
    ]);
  });

  test('whole surrogate pairs and every other character pass', () => {
    const content = { text: 'Grüße 😀 \u001f\n\t"\\' };
    expect(accepted(parse(sendMessageSchema, { ...send, content })).content).toEqual(content);
  });

  test.each([
    ['a number without a JSON form', { n: Number.POSITIVE_INFINITY }],
    ['binary data', { n: new Uint8Array(3) }],
    ['a time', { n: new Date(0) }],
    ['nothing', { n: undefined }],
    ['a big integer', { n: 1n }],
  ])('%s in the content is refused', (_name, content) => {
    expect(pathsOf(parse(sendMessageSchema, { ...send, content }))).toEqual(['content.n']);
  });

  test('nesting is bounded, and the check itself survives what is nested deeply', () => {
    const nested = (depth: number): unknown =>
      JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
    expect(parse(sendMessageSchema, { ...send, kind: 'form', content: nested(64) }).ok).toBe(true);
    expect(parse(sendMessageSchema, { ...send, kind: 'form', content: nested(65) }).ok).toBe(false);
    expect(parse(sendMessageSchema, { ...send, kind: 'form', content: nested(5_000) }).ok).toBe(
      false,
    );
  });

  test.each([
    ['ASCII', 'x', CONTENT_BYTES_MAX - '{"text":""}'.length],
    ['two-byte characters', 'ü', Math.floor((CONTENT_BYTES_MAX - '{"text":""}'.length) / 2)],
  ])('content of %s is limited in bytes of UTF-8', (_name, character, length) => {
    const text = character.repeat(length);
    expect(parse(sendMessageSchema, { ...send, content: { text } }).ok).toBe(true);
    const tooLarge = parse(sendMessageSchema, {
      ...send,
      content: { text: text + character },
    });
    expect(tooLarge).toMatchObject({ ok: false, code: 'payload_too_large' });
    expect(pathsOf(tooLarge)).toEqual(['content']);
  });

  test('many small values together are limited, too', () => {
    const content = { rows: new Array(CONTENT_BYTES_MAX / 2).fill(10) };
    expect(parse(sendMessageSchema, { ...send, content })).toMatchObject({
      code: 'payload_too_large',
    });
  });

  test.each(['', 'x'.repeat(33)])('a kind has 1 to 32 characters, not %j', (kind) => {
    expect(pathsOf(parse(sendMessageSchema, { ...send, kind }))).toEqual(['kind']);
  });

  test('a payload that is wrong in thousands of places is answered briefly', () => {
    const payload = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`f${n}`, n]));
    expect(pathsOf(parse(sendMessageSchema, payload)).length).toBeLessThanOrEqual(20);
  });
});

describe('a message over REST', () => {
  test.each([
    [{ user_id: 'alice' }, true],
    [{ agent_id: 'support-bot' }, true],
    [{}, false],
    [{ user_id: 'alice', agent_id: 'support-bot' }, false],
  ])('sender %j: accepted %s', (sender, isAccepted) => {
    expect(parse(postMessageSchema, { ...sender, content: { text: 'Hi' } }).ok).toBe(isAccepted);
  });
});

describe('content of the kind "text"', () => {
  const part = { type: 'text', text: 'Hi' };
  test.each<[Record<string, unknown>, string | null]>([
    [{ text: 'Hi' }, null],
    [{ parts: [part] }, null],
    [{ text: '', parts: [part] }, null],
    [{ text: 'Hi', parts: [] }, null],
    [{ text: 'Hi', more: 1 }, null],
    [{}, 'content.text'],
    [{ more: 1 }, 'content.text'],
    [{ text: '' }, 'content.text'],
    [{ text: 5 }, 'content.text'],
    [{ text: null, parts: [part] }, 'content.text'],
    [{ parts: [] }, 'content.parts'],
    [{ parts: {} }, 'content.parts'],
    [{ text: 'Hi', parts: 'x' }, 'content.parts'],
    [{ parts: [part, 5] }, 'content.parts.1'],
    [{ parts: [{ type: 5 }] }, 'content.parts.0'],
  ])('%j: %s is refused', (content, path) => {
    const parsed = [
      parse(sendMessageSchema, { ...send, content }),
      parse(postMessageSchema, { user_id: 'alice', kind: 'text', content }),
    ];
    for (const one of parsed) {
      if (path === null) expect(one.ok).toBe(true);
      else expect(pathsOf(one)).toEqual([path]);
    }
    expect(parse(sendMessageSchema, { ...send, kind: 'form', content }).ok).toBe(true);
  });
});

test('no object holds the key __proto__', () => {
  const content: unknown = JSON.parse('{"text":"Hi","a":{"__proto__":{"isAdmin":true}}}');
  expect(pathsOf(parse(sendMessageSchema, { ...send, content }))).toEqual(['content.a']);
});

describe('queries', () => {
  test('a page of messages has defaults', () => {
    expect(accepted(parse(messagesQuerySchema, {}))).toEqual({ after_seq: 0, limit: 50 });
    expect(accepted(parse(messagesQuerySchema, { before_seq: '9', limit: '500' }))).toEqual({
      before_seq: 9,
      limit: 500,
    });
  });

  test.each([
    [{ limit: '0' }, 'limit'],
    [{ limit: '501' }, 'limit'],
    [{ limit: '1e2' }, 'limit'],
    [{ limit: '' }, 'limit'],
    [{ after_seq: '-1' }, 'after_seq'],
    [{ after_seq: '99999999999' }, 'after_seq'],
    [{ after_seq: '1', before_seq: '5' }, 'before_seq'],
    [{ page: '1' }, 'page'],
  ])('%j is refused for its %s', (query, path) => {
    expect(pathsOf(parse(messagesQuerySchema, query))).toEqual([path]);
  });

  test('sessions', () => {
    expect(accepted(parse(sessionsQuerySchema, { user_id: 'alice' }))).toEqual({
      user_id: 'alice',
      limit: 50,
    });
  });
});

describe('sessions', () => {
  test.each(['alice', '用户 42', 'a@b.example', 'x'.repeat(128)])('%j is a user id', (user_id) => {
    expect(parse(createSessionSchema, { user_id, agent_id: 'bot' }).ok).toBe(true);
  });

  test.each(['', 'a\nb', 'a\u202eb', '\u2028', 'x'.repeat(129), '\ud800'])(
    '%j is no user id',
    (user_id) => {
      expect(pathsOf(parse(createSessionSchema, { user_id, agent_id: 'bot' }))).toEqual([
        'user_id',
      ]);
    },
  );
});

describe('agents', () => {
  const agent = { id: 'support-bot', name: 'Support', origin_url: 'http://127.0.0.1:4200' };

  test('a registration gets every default', () => {
    const { model: _, api_key: __, ...defaults } = AGENT_DEFAULTS;
    expect(accepted(parse(createAgentSchema, { agent })).agent).toEqual({
      ...agent,
      ...defaults,
      adapter_options: {},
    });
  });

  test.each([
    ['origin_url', 'ftp://example.com'],
    ['origin_url', 'not a url'],
    ['origin_url', 'http://user:pw@example.com'],
    ['origin_url', 'http://example.com?x=1'],
    ['webhook_path', 'webhook'],
    ['webhook_path', '/a b'],
    ['message_history_mode', 'newest'],
    ['message_history_limit', 0],
    ['timeout_ms', 0],
    ['timeout_ms', '30000'],
    ['debounce_window_ms', -1],
    ['status', 'deleted'],
    ['secret', 'secret'],
    ['secret', 'whsec_c2hvcnQ='],
    ['color', 'red'],
    ['id', 'a/b'],
  ])('%s %j is refused', (field, value) => {
    expect(pathsOf(parse(createAgentSchema, { agent: { ...agent, [field]: value } }))).toEqual([
      `agent.${field}`,
    ]);
  });

  test.each([
    ['Content-Type', 'text/plain'],
    ['webhook-id', '1'],
    ['a b', '1'],
    ['x-a', 'line\r\nbreak'],
  ])('header %s: %j is refused', (name, value) => {
    const parsed = parse(createAgentSchema, { agent: { ...agent, headers: { [name]: value } } });
    expect(pathsOf(parsed)).toEqual([`agent.headers.${name}`]);
  });

  test('a secret of 24 to 64 bytes is taken', () => {
    const secret = `whsec_${'QUJD'.repeat(8)}`;
    expect(accepted(parse(createAgentSchema, { agent: { ...agent, secret } })).agent.secret).toBe(
      secret,
    );
  });

  test('an update changes what it names and invents nothing', () => {
    expect(accepted(parse(updateAgentSchema, { agent: { timeout_ms: 5000 } }))).toEqual({
      agent: { timeout_ms: 5000 },
    });
  });
});

test("an unmodified useChat's request is understood", () => {
  const body = {
    id: SESSION,
    trigger: 'submit-message',
    messages: [{ id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hi' }], extra: 1 }],
  };
  expect(accepted(parse(chatRequestSchema, body))).toEqual(body);
});
