import {
  apply,
  createGroupState,
  findHead,
  type GroupState,
  getInbox,
  getSession,
  readMessages,
} from '@fleetlm/conversation';
import { formatSessionId, IDEMPOTENCY_KEY_LENGTH_MAX } from '@fleetlm/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { newMessage } from '../../runtime/new-message.ts';
import type { Runtime } from '../../runtime/runtime-api.ts';
import { IDEMPOTENCY_KEPT_MS } from '../limits.ts';
import { refusals } from '../refusals.ts';
import { openTestGateway, TEST_API_KEY, type TestGateway } from '../testing/test-gateway.ts';
import { createSessionOnce } from './idempotent-creation.ts';

const GROUP = 7;
let state: GroupState;
let gateway: TestGateway;
let nowMs = Date.now();
let created = 0;

/** A runtime in front of a real group. */
const runtime = {
  groupOfUser: () => GROUP,
  getSession: async (sessionId) => {
    const session = findHead(state, sessionId);
    return session === null
      ? { ok: false, error: { code: 'not_found', detail: 'there is none' } }
      : { ok: true, value: session };
  },
  createSession: async ({ sessionId, userId, agentId, metadata }) => {
    created += 1;
    const { reply } = apply(state, {
      type: 'create-session',
      sessionId: sessionId ?? formatSessionId(GROUP, `01J${String(created).padStart(23, '0')}`),
      userId,
      agentId,
      metadata: Buffer.from(JSON.stringify(metadata)),
      timeMs: nowMs,
    });
    return reply.type === 'session'
      ? { ok: true, value: reply.session }
      : { ok: false, error: { code: 'conflict', detail: 'it is another one' } };
  },
  append: async ({ sessionId, sender, kind, content, metadata, clientMessageId }) => {
    const message = newMessage(sender.type, kind, content, metadata);
    const { reply } = apply(state, {
      type: 'append-message',
      sessionId,
      sender,
      clientMessageId: clientMessageId ?? message.id,
      message,
      debounceMs: 0,
      whileAnswering: 'queue',
      held: null,
      timeMs: nowMs,
    });
    if (reply.type !== 'appended') throw new Error(`replied ${reply.type}`);
    const { seq, id, insertedAtMs } = reply.message;
    const { duplicate } = reply;
    const value = { seq, id, insertedAtMs, duplicate, message: duplicate ? null : reply.message };
    return { ok: true, value };
  },
  readMessages: async ({ sessionId, ...range }) => {
    const session = getSession(state, sessionId);
    if (session === null || !('afterSeq' in range)) throw new Error('not read here');
    const size = { limit: range.limit, bytesMax: 2 ** 30, envelopeBytes: 0 };
    const { messages } = readMessages(session, { afterSeq: range.afterSeq }, size);
    return { ok: true, value: { messages, lastSeq: session.lastSeq, hasMore: false } };
  },
} satisfies Partial<Runtime>;

beforeEach(async () => {
  state = createGroupState();
  nowMs = Date.now();
  gateway = await openTestGateway(runtime);
});
afterEach(() => gateway.close());

async function post(path: string, body: object, key?: string) {
  const response = await fetch(gateway.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${TEST_API_KEY}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    body: JSON.stringify(body),
  });
  const isReplayed = response.headers.get('idempotency-replayed');
  const answer = answerSchema.parse(await response.json());
  return { status: response.status, isReplayed, body: answer };
}

const answerSchema = z.looseObject({
  session: z.looseObject({ id: z.string() }).default({ id: '' }),
  errors: z.array(z.looseObject({ path: z.string() })).default([]),
});

const BODY = { user_id: 'alice', agent_id: 'bot', metadata: { title: 'Trip' } };
const sessions = () => getInbox(state, 'alice')?.sessionIds ?? [];

describe('a conversation that is begun under an Idempotency-Key', () => {
  test('is one, however often the request is sent, and answered as it was first', async () => {
    const first = await post('/api/sessions', BODY, 'key-1');
    expect(first).toMatchObject({ status: 201, isReplayed: null });
    const { id } = first.body.session;
    apply(state, {
      type: 'update-session',
      sessionId: id,
      metadata: Buffer.from('{"title":"Renamed"}'),
      status: null,
      timeMs: nowMs + 1,
    });
    await post(`/api/sessions/${id}/messages`, { user_id: 'alice', content: { text: 'hi' } });
    expect(await post('/api/sessions', BODY, 'key-1')).toEqual({
      status: 201,
      isReplayed: 'true',
      body: first.body,
    });
    expect(sessions()).toHaveLength(1);
  });

  test('is one when two requests come at the same time', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => post('/api/sessions', BODY, 'key')));
    expect(one?.body.session.id).toBe(other?.body.session.id);
    expect(sessions()).toHaveLength(1);
  });

  test.each([
    ['agent', { ...BODY, agent_id: 'other' }],
    ['metadata', { ...BODY, metadata: {} }],
  ])('is a conflict with another %s under the same key', async (_, body) => {
    await post('/api/sessions', BODY, 'key-1');
    expect(await post('/api/sessions', body, 'key-1')).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: 'the Idempotency-Key was used for another request' },
    });
    expect(sessions()).toHaveLength(1);
  });

  test('is another one under another key, or none', async () => {
    for (const key of ['key-1', 'key-2', undefined, undefined])
      await post('/api/sessions', BODY, key);
    expect(sessions()).toHaveLength(4);
  });

  test.each([
    ['is empty', '', 201],
    ['is as long as it may be', 'k'.repeat(IDEMPOTENCY_KEY_LENGTH_MAX), 201],
    ['is longer', 'k'.repeat(IDEMPOTENCY_KEY_LENGTH_MAX + 1), 422],
    ['has a blank', 'a b', 422],
    ['is not ASCII', 'é', 422],
  ])('with a key that %s', async (_, key, status) => {
    const answer = await post('/api/sessions', BODY, key);
    expect(answer.status).toBe(key === '' ? 422 : status);
    if (answer.status === 422) expect(answer.body.errors[0]?.path).toBe('idempotency-key');
  });

  test('is another one when the key is used again a day later, and not a moment before', async () => {
    const begin = (atMs: number) => {
      nowMs = atMs;
      const caller = {
        identity: { type: 'api-key' },
        key: 'key',
        mayCreate: () => undefined,
      } as const;
      const input = { userId: 'alice', agentId: 'bot', metadata: {} };
      return createSessionOnce(runtime, { ...caller, ...input, nowMs: atMs, ...refusals() });
    };
    const startMs = 20_000 * IDEMPOTENCY_KEPT_MS + 1_000;
    const { session } = await begin(startMs);
    for (const later of [1, IDEMPOTENCY_KEPT_MS - 1_001, IDEMPOTENCY_KEPT_MS - 1])
      expect(await begin(startMs + later)).toMatchObject({
        session: { id: session.id },
        isReplayed: true,
      });
    const next = await begin(startMs + IDEMPOTENCY_KEPT_MS);
    expect(next.isReplayed).toBe(false);
    expect(next.session.id).not.toBe(session.id);
    expect(await begin(startMs + IDEMPOTENCY_KEPT_MS + 1)).toMatchObject({
      session: { id: next.session.id },
      isReplayed: true,
    });
  });
});

describe('a message that is sent under an Idempotency-Key', () => {
  const MESSAGE = { user_id: 'alice', content: { text: 'hi' }, metadata: { from: 'form' } };

  test('is stored once, and answered as it was first', async () => {
    const { body } = await post('/api/sessions', BODY);
    const path = `/api/sessions/${body.session.id}/messages`;
    const first = await post(path, MESSAGE, 'key-1');
    expect(first).toMatchObject({ status: 201, isReplayed: null });
    expect(await post(path, MESSAGE, 'key-1')).toEqual({ ...first, isReplayed: 'true' });
    expect(await post(path, MESSAGE, 'key-2')).toMatchObject({ status: 201, isReplayed: null });
    expect(getSession(state, body.session.id)?.lastSeq).toBe(2);
  });

  test('is a conflict with another body under the same key', async () => {
    const { body } = await post('/api/sessions', BODY);
    const path = `/api/sessions/${body.session.id}/messages`;
    await post(path, MESSAGE, 'key-1');
    for (const change of [{ content: { text: 'ho' } }, { metadata: {} }, { kind: 'note' }])
      expect(await post(path, { ...MESSAGE, ...change }, 'key-1')).toMatchObject({ status: 409 });
    expect(getSession(state, body.session.id)?.lastSeq).toBe(1);
  });
});
