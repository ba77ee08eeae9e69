import { expect, test } from 'vitest';
import { isOwnPage } from './own-page.ts';

function request(headers: Readonly<Record<string, string>>): Request {
  return new Request('http://127.0.0.1/api/sign-in', { method: 'POST', headers });
}

test('a foreign page can change nothing', () => {
  const json = { 'content-type': 'application/json' };
  expect(isOwnPage(request({ ...json, 'sec-fetch-site': 'same-origin' }))).toBe(true);
  expect(isOwnPage(request({ ...json, 'sec-fetch-site': 'cross-site' }))).toBe(false);
  expect(isOwnPage(request({ ...json, 'sec-fetch-site': 'same-site' }))).toBe(false);
  expect(isOwnPage(request(json))).toBe(true);
  expect(isOwnPage(request({ 'content-type': 'text/plain' }))).toBe(false);
});
