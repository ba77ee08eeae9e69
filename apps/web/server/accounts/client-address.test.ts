import { expect, test } from 'vitest';
import { clientAddress, PEER_HEADER } from './client-address.ts';

test.each([
  ['nothing a caller writes counts without a proxy', 0, '1.1.1.1, 2.2.2.2', '9.9.9.9'],
  ['one proxy: what it has added', 1, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
  ['two proxies: what the outer one has added', 2, '6.6.6.6, 1.1.1.1, 2.2.2.2', '1.1.1.1'],
  ['a proxy that added nothing: the peer', 1, '', '9.9.9.9'],
  ['fewer entries than proxies: the peer', 3, '1.1.1.1', '9.9.9.9'],
])('%s', (_, proxies, forwarded, address) => {
  const headers = new Headers({ [PEER_HEADER]: '9.9.9.9', 'x-forwarded-for': forwarded });
  expect(clientAddress(headers, proxies)).toBe(address);
});

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:aaaa::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2:bbbb:cccc:dddd:eeee', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is of %s', (peer, network) => {
  expect(clientAddress(new Headers({ [PEER_HEADER]: peer }), 0)).toBe(network);
});
