import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
/**
 * Below the ports that operating systems give to outgoing connections (from 32,768 on Linux): a server that is not started
 * yet, or is down for a while, must find its port free when it comes back.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
/** Test files that run beside each other take theirs from different parts of the range. */
const PARTS = 8;
const PART_SIZE = Math.floor((LAST_PORT - FIRST_PORT + 1) / PARTS);

let next: number | null = null;

/** Ports of 127.0.0.1 that are free; this process is given each one once. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let tried = 0; ports.length < count; tried += 1) {
    if (tried === PART_SIZE) throw new Error(`fewer than ${count} ports are free`);
    const port = candidate();
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** One port of 127.0.0.1 that is free. Rejects when none is. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no port is free');
  return port;
}

function candidate(): number {
  const worker = Number(process.env.VITEST_POOL_ID ?? Math.floor(Math.random() * PARTS));
  const first = FIRST_PORT + (worker % PARTS) * PART_SIZE;
  // Random at first: other programs of this repository may run on the same machine.
  next = ((next ?? Math.floor(Math.random() * PART_SIZE)) + 1) % PART_SIZE;
  return first + next;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
