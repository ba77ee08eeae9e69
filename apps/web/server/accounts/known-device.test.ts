import { expect, test } from 'vitest';
import { isKnownDevice, withKnownDevice } from './known-device.ts';

const SECRET = 's'.repeat(32);

test('a browser is known to the accounts that signed in there, and to no others', () => {
  const cookie = withKnownDevice(withKnownDevice(undefined, 'Demo@x', SECRET), 'eve@x', SECRET);
  expect(isKnownDevice(cookie, 'demo@x', SECRET)).toBe(true);
  expect(isKnownDevice(cookie, 'eve@x', SECRET)).toBe(true);
  expect(isKnownDevice(cookie, 'admin@x', SECRET)).toBe(false);
  expect(isKnownDevice(cookie, 'demo@x', 'another secret')).toBe(false);
});

test.each([undefined, '', '....', 'x'.repeat(10_000), 'é'.repeat(32)])(
  '%j makes nothing known',
  (cookie) => {
    expect(isKnownDevice(cookie, 'demo@x', SECRET)).toBe(false);
  },
);

test('the newest few accounts are kept', () => {
  let cookie: string | undefined;
  for (const account of ['a', 'b', 'c', 'd', 'e', 'e'])
    cookie = withKnownDevice(cookie, account, SECRET);
  expect(['a', 'b', 'e'].map((account) => isKnownDevice(cookie, account, SECRET))).toEqual([
    false,
    true,
    true,
  ]);
});
