import { expect, test } from 'vitest';
import { isFromThisApp } from './same-origin.ts';

const request = (headers: Record<string, string>) =>
  new Request('http://127.0.0.1/api/admin/operations', { method: 'POST', headers });
const JSON_TYPE = { 'content-type': 'application/json' };

test('what a page of another site sends in an operator’s name is refused', () => {
  expect(isFromThisApp(request({ ...JSON_TYPE, 'sec-fetch-site': 'same-origin' }))).toBe(true);
  expect(isFromThisApp(request(JSON_TYPE))).toBe(true);
  expect(isFromThisApp(request({ ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }))).toBe(false);
  expect(isFromThisApp(request({ ...JSON_TYPE, 'sec-fetch-site': 'same-site' }))).toBe(false);
  expect(isFromThisApp(request({ 'content-type': 'text/plain' }))).toBe(false);
  expect(isFromThisApp(request({}))).toBe(false);
});
