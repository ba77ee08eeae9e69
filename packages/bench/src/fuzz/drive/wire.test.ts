import { describe, expect, test } from 'vitest';
import type { RestCase } from '../inputs/case.ts';
import { payloadBytes } from '../inputs/payload.ts';
import { parseAnswers } from './http-answers.ts';
import { restRequest, signToken } from './rest-request.ts';
import { frameBytes, textFrames } from './websocket-frames.ts';

describe('answers of HTTP', () => {
  const two =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';

  test('are distinguished on one connection, by length and by chunks', () => {
    const { answers, rest } = parseAnswers(Buffer.from(two), false);
    expect(answers.map(({ status, body, isWhole }) => [status, body.toString(), isWhole])).toEqual([
      [200, 'ok', true],
      [404, 'abcde', true],
    ]);
    expect(rest).toHaveLength(0);
  });

  test('that were cut off are not whole, wherever the cut is', () => {
    for (let length = 0; length < two.length; length += 1) {
      const { answers } = parseAnswers(Buffer.from(two.slice(0, length)), true);
      expect(answers.length).toBeLessThanOrEqual(2);
      expect(answers.slice(0, -1).every(({ isWhole }) => isWhole)).toBe(true);
    }
  });

  test('are none in anything else', () => {
    expect(parseAnswers(Buffer.from('hello\r\n\r\n'), true).answers).toEqual([]);
  });
});

describe('requests', () => {
  const one: RestCase = {
    name: 'x',
    edge: 'rest',
    method: 'POST',
    target: '/api/sessions',
    route: null,
    sender: 'user',
    body: '{"user_id":"{{user}}"}',
  };

  test('announce the length that the body has once its variables are filled in', () => {
    const variables = { user: 'ä'.repeat(10), user_token: 't', host: 'h' };
    const bytes = Buffer.concat(
      restRequest(one, variables, 's').map(({ payload }) => payloadBytes(payload, variables)),
    ).toString();
    const [head = '', body = ''] = bytes.split('\r\n\r\n');
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(head).toContain('authorization: Bearer t');
  });

  test('carry tokens put together by hand', () => {
    const spec = { header: '{"alg":"HS256"}', claims: 'no JSON', signature: 'none' } as const;
    const [, claims = '', signature] = signToken(spec, {}, 'secret').toString().split('.');
    expect(Buffer.from(claims, 'base64url').toString()).toBe('no JSON');
    expect(signature).toBe('');
  });
});

describe('frames of a websocket', () => {
  test.each([0, 125, 126, 65_535, 65_536])('carry %i bytes, masked', (length) => {
    const frame = frameBytes(1, true, Buffer.alloc(length, 'x'));
    expect(frame[1]).toBeGreaterThanOrEqual(0x80);
    const headerBytes = length < 126 ? 6 : length < 65_536 ? 8 : 14;
    expect(frame).toHaveLength(length + headerBytes);
  });

  test('of a server give their texts, and what is cut off gives none', () => {
    const text = Buffer.from([0x81, 2, 104, 105]);
    const bytes = Buffer.concat([text, Buffer.from([0x82, 1, 0]), text]);
    expect(textFrames(bytes)).toEqual(['hi', 'hi']);
    expect(textFrames(bytes.subarray(0, bytes.length - 1))).toEqual(['hi']);
  });
});
