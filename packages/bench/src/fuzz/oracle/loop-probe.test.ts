import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePorts } from '@fleetlm/database/free-ports';
import { afterEach, expect, test } from 'vitest';
import { LoopProbe } from './loop-probe.ts';

/** A process whose loop blocks for as much of a processor's time as it is asked to: what it waits for one is not its own. */
const SERVER = `
require('node:http').createServer((request, response) => {
  const milliseconds = Number(new URL(request.url, 'http://x').searchParams.get('block') ?? 0);
  const spent = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  const until = spent() + milliseconds;
  while (spent() < until) for (let spin = 0; spin < 1e6; spin += 1);
  response.end('{}');
}).listen(Number(process.argv[1]), '127.0.0.1', () => process.stdout.write('ready'));
`;

let child: ChildProcess | null = null;
let probe: LoopProbe | null = null;
afterEach(async () => {
  child?.kill('SIGKILL');
  await probe?.close();
});

test('a turn of the loop that takes too long is found from outside, and whose it was', async () => {
  const [port = 0] = await freePorts(1);
  child = spawn(process.execPath, ['-e', SERVER, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout !== null) await once(child.stdout, 'data');
  const blocked: string[] = [];
  probe = new LoopProbe(({ node }) => blocked.push(node));
  const url = `http://127.0.0.1:${port}`;
  probe.watch([{ id: 'n1', url, pid: child.pid ?? 0 }]);
  await expect.poll(() => probe?.samples).toBeGreaterThan(5);
  expect(blocked).toEqual([]);
  // Again until it is found: on a starved machine the probe may come late within a block.
  const blocking = (async () => {
    while (blocked.length === 0 && child?.killed === false)
      await fetch(`${url}/?block=1500`).catch(() => null);
  })();
  await expect.poll(() => blocked, { timeout: 240_000 }).toContain('n1');
  await blocking;
}, 300_000);
