import { describe, expect, test } from 'vitest';
import type { OperationOf } from '../operations/operations.ts';
import { ok } from '../outcome.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from './call-codec.ts';

const APPEND: OperationOf<'append'> = {
  type: 'append',
  sessionId: '7f-01J8ZZZZZZZZZZZZZZZZZZZZZZ',
  sender: { type: 'user', id: 'Zoë' },
  clientMessageId: 'client-1',
  message: {
    id: '0197d3b0-0000-7000-8000-000000000001',
    kind: 'text',
    payload: Buffer.from('{"content":{"text":"你好"},"metadata":{}}'),
    preview: '你好',
  },
};
const APPENDED = {
  seq: 7,
  id: APPEND.message.id,
  insertedAtMs: 1_700_000_000_000,
  duplicate: false,
};
const NUMBER = 2 ** 40;

describe('an append between nodes', () => {
  const tools = { names: ['m'], keys: ['k'] };
  test.each<[string, OperationOf<'append'>]>([
    ['a message', APPEND],
    ['a large one', { ...APPEND, message: { ...APPEND.message, payload: Buffer.alloc(20_000) } }],
    ['one at a seq', { ...APPEND, expectedSeq: 3 }],
    ['one that asks', { ...APPEND, message: { ...APPEND.message, requests: tools } }],
  ])('%s arrives as it was sent', (_, operation) => {
    expect(decodeRequest(encodeRequest(NUMBER, operation))).toEqual({
      ok: true,
      request: { number: NUMBER, operation },
    });
  });

  test.each([true, false])('its result arrives, duplicate: %s', (duplicate) => {
    const attempt = ok({ ...APPENDED, duplicate });
    const frame = encodeResponse(NUMBER, 'append', attempt);
    expect(decodeResponse(frame, () => 'append')).toEqual({ ok: true, number: NUMBER, attempt });
    expect(decodeResponse(frame, () => null)).toEqual({ ok: true, number: NUMBER, attempt: null });
    expect(decodeResponse(frame, () => 'mark-read')).toMatchObject({ ok: false, number: NUMBER });
  });

  test('what no node sends is foreign, what a later version sends is not', () => {
    for (const frame of [encodeRequest(1, APPEND), encodeResponse(1, 'append', ok(APPENDED))]) {
      const later = Buffer.from(frame);
      later[1] = 2;
      const cut = frame.subarray(0, frame.length - 1);
      for (const decode of [
        decodeRequest,
        (bytes: Uint8Array) => decodeResponse(bytes, () => 'append'),
      ]) {
        expect(decode(later)).toMatchObject({ ok: false, isForeign: false });
        expect(decode(cut)).toMatchObject({ ok: false, isForeign: true });
      }
    }
  });
});
