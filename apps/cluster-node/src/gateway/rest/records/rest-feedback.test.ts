import { FEEDBACK_COMMENT_LENGTH_MAX, PAGE_BYTES_MAX } from '@fleetlm/protocol';
import { afterEach, expect, test } from 'vitest';
import { agentRecord } from '../../../membership/testing/agent-record.ts';
import type { Feedback, FeedbackPlace } from '../../../runtime/runtime-api.ts';
import { openGateways, TEST_API_KEY } from '../../testing/test-gateway.ts';

const gateways = openGateways();
afterEach(() => gateways.closeAll());

const SESSION = '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ';
const KEY = { authorization: `Bearer ${TEST_API_KEY}` };

const feedback = (seq: number, comment: string | null): Feedback => ({
  sessionId: SESSION,
  seq,
  messageId: '01900000-0000-7000-8000-000000000001',
  agentId: 'bot',
  userId: 'ann',
  rating: 'down',
  reason: 'other',
  comment,
  createdAtMs: 1_000,
  updatedAtMs: 10_000 - seq,
});

async function open(all: readonly Feedback[]): Promise<string> {
  const none = async () => ({ ok: true, value: null }) as never;
  const gateway = await gateways.open({
    getAgent: () => agentRecord(),
    feedback: {
      keep: none,
      withdraw: none,
      ofSession: none,
      counts: none,
      ofAgent: async ({ after, limit }: { after: FeedbackPlace | null; limit: number }) => {
        const rest = all.filter(({ seq }) => after === null || seq > after.seq);
        const page = { feedback: rest.slice(0, limit), hasMore: rest.length > limit };
        return { ok: true as const, value: page };
      },
    },
  });
  return `${gateway.url}/api/agents/bot/feedback`;
}

test.each(['csv', 'jsonl'])(
  'an export as %s comes whole in parts of bounded bytes',
  async (form) => {
    const comment = '"ü,'.repeat(FEEDBACK_COMMENT_LENGTH_MAX / 4);
    const all = Array.from({ length: 5_200 }, (_, at) => feedback(at + 1, comment));
    const url = await open(all);
    let cursor: string | null = '';
    let lines = 0;
    let parts = 0;
    while (cursor !== null) {
      const query = cursor === '' ? '' : `?cursor=${cursor}`;
      const response: Response = await fetch(`${url}.${form}${query}`, { headers: KEY });
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(Buffer.byteLength(text)).toBeLessThan(PAGE_BYTES_MAX + 1_024);
      lines += text.trimEnd().split('\n').length - (form === 'csv' ? 1 : 0);
      parts += 1;
      cursor = response.headers.get('x-next-cursor');
    }
    expect(lines).toBe(all.length);
    expect(parts).toBeGreaterThan(2);
  },
);

test('a comment that a spreadsheet would execute is a text', async () => {
  const url = await open([feedback(1, '=HYPERLINK("http://evil.example")')]);
  const text = await (await fetch(`${url}.csv`, { headers: KEY })).text();
  expect(text).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
});

test.each(['x', '1~2~3', `1~${SESSION}~99999999999`])(
  'a cursor that no page gave is refused by name: %s',
  async (cursor) => {
    const url = await open([]);
    const response = await fetch(`${url}?cursor=${cursor}`, { headers: KEY });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path: 'cursor' }] });
  },
);
