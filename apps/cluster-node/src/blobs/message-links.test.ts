import type { WebhookMessage } from '@fleetlm/protocol';
import { expect, test } from 'vitest';
import { withLinks } from './message-links.ts';

const BLOB = '01J00000000000000000000000';

function message(parts: WebhookMessage['parts'], content: WebhookMessage['content'] = { parts }) {
  return {
    ...{ id: '0197', role: 'user' as const, seq: 1, sender_id: 'alice', kind: 'text' },
    ...{ parts, content, metadata: {}, inserted_at: '2026-11-30T12:00:00.000Z' },
  };
}

test('an agent is sent the address of a stored file, without the picture made for pages', async () => {
  const file = {
    type: 'file',
    mediaType: 'image/png',
    filename: 'a.png',
    url: `fleetlm-blob:${BLOB}`,
    providerMetadata: { fleetlm: { preview: 'data:image/webp;base64,AAAA' }, other: { a: 1 } },
  };
  const sent = message([{ type: 'text', text: 'look' }, file]);
  const [linked] = await withLinks([sent], async (id) => `http://node/${id}`);
  const expected = [
    { type: 'text', text: 'look' },
    {
      type: 'file',
      mediaType: 'image/png',
      filename: 'a.png',
      url: `http://node/${BLOB}`,
      providerMetadata: { other: { a: 1 } },
    },
  ];
  expect(linked?.parts).toEqual(expected);
  expect(linked?.content).toEqual({ parts: expected });
  // The log keeps the name.
  expect(sent.parts[1]).toBe(file);
  expect(file.url).toBe(`fleetlm-blob:${BLOB}`);
});

test.each([
  [[{ type: 'text', text: `fleetlm-blob:${BLOB}` }]],
  [[{ type: 'file', mediaType: 'a/b', url: 'data:text/plain;base64,aGVsbG8=' }]],
  [[{ type: 'file', mediaType: 'a/b', url: 'fleetlm-blob:../../etc/passwd' }]],
  [[{ type: 'file', mediaType: 'a/b', url: `fleetlm-blob:${BLOB}x` }]],
  [[{ type: 'file', mediaType: 'a/b', url: 7 }]],
  [[{ type: 'source-url', url: `fleetlm-blob:${BLOB}` }]],
])('%j stays as it is', async (parts) => {
  const sent = message(parts);
  expect((await withLinks([sent], async () => 'http://node'))[0]).toBe(sent);
});
