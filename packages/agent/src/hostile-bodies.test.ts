import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { nodeAgent, webAgent } from './agent.ts';
import { BODY_BYTES_MAX, readBody } from './node.ts';
import { SECRET, serve } from './testing/agent-server.ts';
import { verified } from './verified.ts';

const PIECE = new Uint8Array(1024 * 1024);

/** A call that goes on for ever; says how much of it was taken. */
function endless(headers: Readonly<Record<string, string>> = {}) {
  const seen = { bytes: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (seen.bytes > 4 * BODY_BYTES_MAX) return controller.close();
        seen.bytes += PIECE.length;
        controller.enqueue(PIECE);
      },
      cancel: () => {
        seen.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  const init = { method: 'POST', headers, body, duplex: 'half' } as const;
  return { request: new Request('http://agent/', init), seen };
}

const answer = (): Promise<void> => Promise.resolve();

test.each([
  ['verified', verified(SECRET, () => new Response('reached'))],
  ['webAgent', webAgent({ secret: SECRET, answer })],
])('%s refuses a body without end where its limit is passed', async (_, handler) => {
  const { request, seen } = endless();
  expect((await handler(request)).status).toBe(413);
  expect(seen.isCancelled).toBe(true);
  expect(seen.bytes).toBeLessThanOrEqual(BODY_BYTES_MAX + 2 * PIECE.length);
});

test.each([
  ['verified', verified(SECRET, () => new Response('reached'))],
  ['webAgent', webAgent({ secret: SECRET, answer })],
])('%s refuses a body that announces too much before it reads', async (_, handler) => {
  const { request, seen } = endless({ 'content-length': String(BODY_BYTES_MAX + 1) });
  expect((await handler(request)).status).toBe(413);
  expect(seen.bytes).toBe(0);
});

test('nodeAgent refuses a body that announces too much before it reads', async () => {
  const server = await serve(nodeAgent({ secret: SECRET, answer }));
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write(`POST / HTTP/1.1\r\nhost: agent\r\ncontent-length: ${BODY_BYTES_MAX + 1}\r\n\r\n`);
  const [first] = await socket.take(1).toArray();
  expect(String(first)).toContain('413');
  socket.destroy();
  await server.close();
});

test('a body of a Node request that stops arriving is given up', async () => {
  const reading = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    readBody(request, { timeoutMs: 50 }).then(reading.resolve, reading.reject);
    request.on('close', () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: agent\r\ncontent-length: 10\r\n\r\n12');
  await expect(reading.promise).rejects.toThrow('did not arrive within 0.05 s');
  socket.destroy();
  server.close();
});
