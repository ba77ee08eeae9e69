import { connect } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { limitResponseTime } from './response-time.ts';

const LARGE = 'x'.repeat(16 * 1024 * 1024);
let app: FastifyInstance;
afterEach(() => app.close());

async function serve(
  ms: number,
): Promise<{ readonly port: number; readonly closed: () => number }> {
  let closed = 0;
  app = fastify({ forceCloseConnections: true });
  limitResponseTime(app, { bytes: 1024, ms });
  app.get('/', async (_request, reply) => {
    reply.raw.once('close', () => {
      closed += 1;
    });
    return LARGE;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, closed: () => closed };
}

test('a reader that does not read its response loses its connection', async () => {
  const { port, closed } = await serve(100);
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await expect.poll(closed).toBe(1);
  socket.destroy();
});

test('a reader that reads gets all of it', async () => {
  const { port } = await serve(60_000);
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect((await response.text()).length).toBe(LARGE.length);
});
