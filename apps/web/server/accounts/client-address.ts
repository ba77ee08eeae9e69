import 'server-only';
/** The address of the connection, written over whatever the caller has sent under this name. */
export const PEER_HEADER = 'x-fleetlm-peer';

/** Addresses that a header names at most. */
const HOPS_MAX = 16;

/**
 * Where a request comes from. A caller may write anything into `x-forwarded-for`, so it counts only as far as it was written by
 * proxies of ours: with none the peer itself, with one the last entry of the header, and so on.
 */
export function clientAddress(headers: Headers, trustedProxies: number): string {
  const peer = headers.get(PEER_HEADER) ?? 'unknown';
  if (trustedProxies === 0) return networkOf(peer);
  const forwarded = (headers.get('x-forwarded-for') ?? '')
    .split(',', HOPS_MAX * 2)
    .slice(-HOPS_MAX);
  const named = forwarded.at(-trustedProxies)?.trim();
  return networkOf(named === undefined || named === '' ? peer : named);
}

/** A subscriber of IPv6 has a whole /64 to choose addresses from: it counts as one. */
function networkOf(address: string): string {
  const short = address.slice(0, 45).toLowerCase();
  const mapped = short.startsWith('::ffff:') && short.includes('.') ? short.slice(7) : short;
  if (!mapped.includes(':')) return mapped;
  const [head = '', tail] = mapped.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array(Math.max(0, 8 - left.length - right.length)).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}
