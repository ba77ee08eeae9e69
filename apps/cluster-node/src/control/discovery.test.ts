import type { DialAttempt } from '@fleetlm/raft/mesh';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { DISCOVERED_ADDRESSES_MAX } from '../limits.ts';
import { Discovery, dnsResolve, type Resolve } from './discovery.ts';
import { DnsServer } from './testing/dns-server.ts';

const NAME = 'mesh.fleetlm.test';
const TIMES = { everyMs: 20, searchingEveryMs: 5, reportAfterMs: 30, reportEveryMs: 60_000 };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A mesh that reaches what is in `reached`. */
function discover(resolve: Resolve) {
  const seeds: string[][] = [];
  const lines: Record<string, unknown>[] = [];
  const reached = new Set<string>();
  const log = pino({ level: 'warn' }, { write: (line) => lines.push(JSON.parse(line)) });
  const discovery = new Discovery({
    name: NAME,
    port: 4101,
    resolve,
    mesh: {
      setSeeds: (addresses) => seeds.push(addresses.map(({ host, port }) => `${host}:${port}`)),
      isConnected: (nodeId) => reached.has(nodeId),
      get attempts(): readonly DialAttempt[] {
        return (seeds.at(-1) ?? []).map((address) => ({
          nodeId: null,
          host: address.slice(0, address.lastIndexOf(':')),
          port: 4101,
          isConnected: reached.has(address),
          lastFailure: 'connect ECONNREFUSED',
        }));
      },
    },
    log,
    monotonicMs: () => performance.now(),
    times: TIMES,
  });
  discovery.start();
  closing.push(() => discovery.stop());
  return { seeds, lines, reached };
}

async function dns(addresses: readonly string[]): Promise<DnsServer> {
  const server = await DnsServer.open(NAME, addresses);
  closing.push(() => server.close());
  return server;
}

test('every address of the name is called, and those of a later answer in their place', async () => {
  const server = await dns(['127.0.0.3', '127.0.0.2', '::1']);
  const { seeds } = discover(dnsResolve(server.server));
  await expect.poll(() => seeds.at(-1)).toEqual(['127.0.0.2:4101', '127.0.0.3:4101', '::1:4101']);
  server.addresses = ['127.0.0.9'];
  await expect.poll(() => seeds.at(-1)).toEqual(['127.0.0.9:4101']);
});

test('while DNS has no answer the addresses of the last one stay, and the failure is logged once', async () => {
  const server = await dns(['127.0.0.2']);
  const resolve = dnsResolve(server.server);
  let name = NAME;
  const { seeds, lines } = discover(() => resolve(name));
  await expect.poll(() => seeds.length).toBeGreaterThan(0);
  name = 'none.fleetlm.test';
  await expect.poll(() => lines.length).toBeGreaterThan(0);
  const { queries } = server;
  await expect.poll(() => server.queries).toBeGreaterThan(queries + 4);
  expect(lines.filter(({ msg }) => String(msg).includes('DNS'))).toMatchObject([
    { name: NAME, detail: expect.stringContaining('ENOTFOUND') },
  ]);
  expect(seeds.at(-1)).toEqual(['127.0.0.2:4101']);
});

test('names each address that was tried, and why it was not reached, once', async () => {
  const { lines, reached } = discover(async () => ['127.0.0.2', '127.0.0.3']);
  reached.add('127.0.0.2:4101');
  await expect.poll(() => lines.length).toBe(1);
  expect(lines[0]).toMatchObject({
    msg: 'discovery: some nodes are not reached at the addresses tried',
    tried: [{ address: '127.0.0.3:4101', node: null, failure: 'connect ECONNREFUSED' }],
  });
});

test('an answer without end is cut off, and that is logged', async () => {
  const addresses = Array.from({ length: DISCOVERED_ADDRESSES_MAX + 1 }, (_, at) => `10.0.0.${at}`);
  const { seeds, lines } = discover(async () => addresses);
  await expect.poll(() => seeds[0]).toHaveLength(DISCOVERED_ADDRESSES_MAX);
  await expect
    .poll(() => lines[0])
    .toMatchObject({ detail: '65 addresses; those beyond 64 are left out' });
});
