import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

/** Proxies in front of a node whose `X-Forwarded-For` is believed. */
export type TrustedProxies = readonly (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[];

/** Entries of `X-Forwarded-For` that are read, from its end: there are no longer chains of proxies. */
export const FORWARDED_ENTRIES_MAX = 8;
/** Characters of it that are read, from its end. */
export const FORWARDED_LENGTH_MAX = 1_024;
/** One customer of an IPv6 network has all addresses of such a prefix. */
const IPV6_GROUPS = 4;

/** Null: not a list of addresses and networks. */
export function parseTrustedProxies(items: readonly string[]): TrustedProxies | null {
  const networks: (readonly [ipaddr.IPv4 | ipaddr.IPv6, number])[] = [];
  for (const item of items) {
    if (ipaddr.isValidCIDR(item)) networks.push(ipaddr.parseCIDR(item));
    else if (ipaddr.isValid(item)) {
      const address = ipaddr.process(item);
      networks.push([address, address.kind() === 'ipv4' ? 32 : 128]);
    } else return null;
  }
  return networks;
}

type Incoming = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined };
};

/**
 * What stands for a client in quotas by address: its IPv4 address or IPv6 prefix. Behind a trusted proxy it is the
 * last address that the chain of proxies did not add itself; what the client wrote before that is not believed.
 */
export function clientAddress({ headers, socket }: Incoming, trusted: TrustedProxies): string {
  const remote = addressOf(socket.remoteAddress ?? '');
  if (remote === null) return 'unknown';
  if (!isTrusted(remote, trusted)) return keyOf(remote);
  const header = headers['x-forwarded-for'];
  const text = (typeof header === 'string' ? header : '').slice(-FORWARDED_LENGTH_MAX);
  let nearest = remote;
  for (const entry of text.split(',').slice(-FORWARDED_ENTRIES_MAX).reverse()) {
    const address = addressOf(entry.trim());
    if (address === null) break;
    nearest = address;
    if (!isTrusted(address, trusted)) break;
  }
  return keyOf(nearest);
}

export function isTrustedPeer(remoteAddress: string | undefined, trusted: TrustedProxies): boolean {
  const remote = addressOf(remoteAddress ?? '');
  return remote !== null && isTrusted(remote, trusted);
}

function addressOf(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  return ipaddr.isValid(text) ? ipaddr.process(text) : null;
}

function isTrusted(address: ipaddr.IPv4 | ipaddr.IPv6, trusted: TrustedProxies): boolean {
  return trusted.some(
    ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
  );
}

function keyOf(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  const groups = address.parts.slice(0, IPV6_GROUPS).map((group) => group.toString(16));
  return groups.join(':');
}
