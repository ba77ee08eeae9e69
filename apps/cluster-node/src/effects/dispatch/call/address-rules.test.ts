import { expect, test } from 'vitest';
import {
  checkLiteralHost,
  isPublicAddress,
  PrivateAddressError,
  publicLookup,
  publicLookupBy,
} from './address-rules.ts';

test.each([
  ['8.8.8.8', true],
  ['2606:4700:4700::1111', true],
  ['127.0.0.1', false],
  ['10.1.2.3', false],
  ['172.16.0.1', false],
  ['192.168.1.1', false],
  ['169.254.169.254', false],
  ['100.64.0.1', false],
  ['0.0.0.0', false],
  ['255.255.255.255', false],
  ['224.0.0.1', false],
  ['::1', false],
  ['::', false],
  ['fe80::1', false],
  ['fc00::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:8.8.8.8', true],
  ['not an address', false],
])('%s is public: %s', (address, expected) => {
  expect(isPublicAddress(address)).toBe(expected);
});

test.each(['http://127.0.0.1/x', 'http://[::1]/x', 'http://2130706433/x', 'http://0x7f.1/x'])(
  'a URL that is such an address itself is refused: %s',
  (url) => {
    expect(() => checkLiteralHost(new URL(url))).toThrow(PrivateAddressError);
  },
);

test('a name that leads to loopback is refused where the connection looks it up', async () => {
  const error = await new Promise((resolve) =>
    publicLookup('localhost', {}, (found) => resolve(found)),
  );
  expect(error).toBeInstanceOf(PrivateAddressError);
});

test('H7 a name that leads elsewhere the next time is refused then, and one that leads to both at once', async () => {
  const answers = [['8.8.8.8'], ['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], []];
  const lookup = publicLookupBy((_, __, callback) =>
    callback(
      null,
      (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
    ),
  );
  const resolve = () =>
    new Promise((done) =>
      lookup('rebinding.example', {}, (error, address) => done(error ?? address)),
    );
  expect(await resolve()).toBe('8.8.8.8');
  for (let time = 0; time < 3; time += 1)
    expect(await resolve()).toBeInstanceOf(PrivateAddressError);
});
