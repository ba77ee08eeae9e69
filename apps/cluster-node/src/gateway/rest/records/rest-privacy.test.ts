import { formatSessionId } from '@fleetlm/protocol';
import { afterEach, expect, test } from 'vitest';
import type { Message, SessionView } from '../../../runtime/runtime-api.ts';
import { EXPORTS_MAX } from '../../limits.ts';
import { openGateways, testToken } from '../../testing/test-gateway.ts';

const gateways = openGateways();
afterEach(() => gateways.closeAll());

const SESSION = formatSessionId(1, '01J8ZZZZZZZZZZZZZZZZZZZZZZ');
const encoder = new TextEncoder();

function session(fields: Partial<SessionView> = {}): SessionView {
  return {
    id: SESSION,
    userId: 'alice',
    agentId: 'bot',
    status: 'active',
    metadata: encoder.encode('{"title":"</title><script>alert(1)</script>"}'),
    lastSeq: 450,
    lastReadSeq: 0,
    insertedAtMs: 0,
    updatedAtMs: 0,
    ...fields,
  } as SessionView;
}

function message(seq: number): Message {
  const content =
    seq === 1
      ? { text: '<img src=x onerror=alert(1)> & "Grüße"' }
      : {
          parts: [
            { type: 'text', text: `m${seq}` },
            { type: 'tool-x', input: 1 },
          ],
        };
  return {
    id: `01900000-0000-7000-8000-${String(seq).padStart(12, '0')}`,
    sessionId: SESSION,
    seq,
    sender: { type: 'user', id: 'alice' },
    kind: 'text',
    payload: encoder.encode(JSON.stringify({ content, metadata: {} })),
    insertedAtMs: 0,
  };
}

/** A user with one conversation of 450 messages; `fails`: the second page can't be read. */
async function open({ fails = false, gate = Promise.resolve() } = {}) {
  const recorded: string[] = [];
  const gateway = await gateways.open({
    privacy: {
      recordExport: async (userId: string, by: string) => {
        recorded.push(`${by} ${userId}`);
        return { ok: true, value: null };
      },
    },
    listSessions: async () => {
      await gate;
      return { ok: true, value: { sessions: [session()], next: null, version: 1 } };
    },
    readMessages: async (range: { afterSeq: number; limit: number }) => {
      if (fails && range.afterSeq > 0)
        return { ok: false, error: { code: 'archive_unavailable', detail: 'away' } };
      const count = Math.min(range.limit, 450 - range.afterSeq);
      const messages = Array.from({ length: count }, (_, at) => message(range.afterSeq + at + 1));
      return { ok: true, value: { messages, lastSeq: 450, hasMore: false } };
    },
    usage: { ofUser: async () => ({ ok: true, value: [] }) },
    feedback: { ofSession: async () => ({ ok: true, value: [] }) },
  } as never);
  const token = await testToken();
  const get = (query = '') =>
    fetch(`${gateway.url}/api/export${query}`, { headers: { authorization: `Bearer ${token}` } });
  return { get, recorded };
}

test('everything of a user is one JSON document, and the export is on record', async () => {
  const { get, recorded } = await open();
  const response = await get();
  expect(response.headers.get('content-disposition')).toContain('export.json');
  const { user_id, sessions } = (await response.json()) as {
    user_id: string;
    sessions: { session: { id: string }; messages: { seq: number }[] }[];
  };
  expect(user_id).toBe('alice');
  expect(sessions).toHaveLength(1);
  expect(sessions[0]?.session.id).toBe(SESSION);
  expect(sessions[0]?.messages.map(({ seq }) => seq)).toEqual(
    Array.from({ length: 450 }, (_, at) => at + 1),
  );
  expect(recorded).toEqual(['alice alice']);
  expect((await get('?user_id=bob')).status).toBe(403);
});

test('the page to read runs nothing that was written in it', async () => {
  const { get } = await open();
  const response = await get('?format=html');
  expect(response.headers.get('content-type')).toContain('text/html');
  const html = await response.text();
  expect(html).not.toMatch(/<script|<img/);
  expect(html).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;Grüße&quot;');
  expect(html).toContain("default-src 'none'");
  expect(html).toContain('m450');
  expect(html.trimEnd().endsWith('</html>')).toBe(true);
});

test('a document that can’t be written to its end does not look whole', async () => {
  const { get } = await open({ fails: true });
  const read = get().then((response) => response.text());
  await expect(read).rejects.toThrow();
});

test('a node writes as many exports as it may, and takes another one when one has ended', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { get } = await open({ gate: promise });
  const running = Array.from({ length: EXPORTS_MAX }, () => get());
  await expect.poll(async () => (await get()).status).toBe(503);
  resolve();
  for (const response of await Promise.all(running))
    expect((await response.text()).length).toBeGreaterThan(1_000);
  await expect
    .poll(async () => {
      const response = await get();
      await response.text();
      return response.status;
    })
    .toBe(200);
});
