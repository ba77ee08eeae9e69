import { afterEach, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { RequestError, request } from './request.ts';

const schema = z.object({ id: z.string() });

function answerWith(status: number, body: string): void {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body, { status })));
}

afterEach(() => vi.unstubAllGlobals());

test('resolves with the parsed answer', async () => {
  answerWith(200, '{"id":"a","more":1}');
  await expect(request('/api/x', schema)).resolves.toEqual({ id: 'a' });
});

test('rejects an answer that the schema does not know', async () => {
  answerWith(200, '{"id":1}');
  await expect(request('/api/x', schema)).rejects.toThrow('does not understand');
});

test('rejects with the status and the words of a problem document', async () => {
  answerWith(422, '{"detail":"This is not your current password."}');
  const error = await request('/api/x', schema).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({ status: 422, message: 'This is not your current password.' });
});

test('names the status of an answer without words', async () => {
  answerWith(502, '<html>');
  await expect(request('/api/x', schema)).rejects.toThrow('The web app answered 502.');
});

test('says so when the web app is unreachable', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));
  await expect(request('/api/x', schema)).rejects.toThrow('is unreachable');
});
