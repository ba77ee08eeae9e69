import { describe, expect, test } from 'vitest';
import { clientAddress, parseTrustedProxies } from './client-address.ts';

function addressOf(
  remoteAddress: string | undefined,
  forwarded?: string,
  trusted: readonly string[] = [],
): string {
  const proxies = parseTrustedProxies(trusted);
  if (proxies === null) throw new Error('not a list of proxies');
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return clientAddress({ headers, socket: { remoteAddress } }, proxies);
}

describe('the address that quotas go by', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    [undefined, 'unknown'],
  ])('of %s is %s', (remote, expected) => {
    expect(addressOf(remote)).toBe(expected);
  });

  test('is not what a client says, unless a trusted proxy passed it on', () => {
    expect(addressOf('192.0.2.1', '198.51.100.7')).toBe('192.0.2.1');
    expect(addressOf('10.0.0.5', '198.51.100.7', ['10.0.0.0/8'])).toBe('198.51.100.7');
    expect(addressOf('::ffff:10.0.0.5', '198.51.100.7', ['10.0.0.5'])).toBe('198.51.100.7');
  });

  test('is the last one that no trusted proxy added', () => {
    const trusted = ['10.0.0.0/8'];
    expect(addressOf('10.0.0.5', 'forged, 198.51.100.7, 10.0.0.9', trusted)).toBe('198.51.100.7');
    expect(addressOf('10.0.0.5', '1.2.3.4, not-an-address', trusted)).toBe('10.0.0.5');
    expect(addressOf('10.0.0.5', '', trusted)).toBe('10.0.0.5');
    expect(addressOf('10.0.0.5', `${'1.1.1.1,'.repeat(10_000)}198.51.100.7`, trusted)).toBe(
      '198.51.100.7',
    );
  });
});

test.each([['10.0.0.0/33'], ['proxy.example'], ['']])('%s is no trusted proxy', (item) => {
  expect(parseTrustedProxies([item])).toBeNull();
});
