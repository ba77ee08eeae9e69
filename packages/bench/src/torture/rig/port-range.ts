import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';
/** Below the range from which systems take the ports of outgoing connections (32768 on Linux). */
const FIRST = 11_000;
const LAST = 32_000;
const ATTEMPTS = 50;

/**
 * So many free ports in a row that no outgoing connection takes while the process that listens there is down.
 * Throws when none are found.
 */
export async function findPortRange(count: number): Promise<readonly number[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = FIRST + Math.floor(Math.random() * (LAST - FIRST - count));
    const ports = Array.from({ length: count }, (_, at) => first + at);
    const free = await Promise.all(ports.map(isFree));
    if (free.every(Boolean)) return ports;
  }
  throw new Error(`no ${count} free ports in a row were found`);
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}
