import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort, freePorts } from './free-ports.ts';

test('gives each port once, below those of outgoing connections', async () => {
  const ports = [...(await freePorts(20)), await freePort(), ...(await freePorts(20))];
  expect(new Set(ports).size).toBe(41);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(20_000);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test('leaves out a port on which a process listens', async () => {
  const [taken = 0] = await freePorts(1);
  // The next candidate is the one after it.
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(taken + 1, '127.0.0.1', resolve));
  try {
    expect(await freePorts(5)).not.toContain(taken + 1);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
