import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { Server, type Socket } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, expect, test, vi } from 'vitest';
import { createMetrics } from '../../telemetry/metrics.ts';
import { SOCKET_BUFFER_BYTES_MAX } from '../limits.ts';
import { watchSlowness } from './slow-socket.ts';
import { TurnWrites } from './turn-writes.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A connection of a real client, and the server's end of it. */
async function connected() {
  const http: HttpServer = createServer();
  const server = new Server(http, { transports: ['websocket'] });
  const writes = new TurnWrites();
  server.engine.on('connection', (connection: Socket['conn']) => writes.watch(connection));
  const accepted = new Promise<Socket>((resolve) => server.on('connection', resolve));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = http.address() as AddressInfo;
  const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true });
  closing.push(() => client.disconnect());
  const received: unknown[] = [];
  client.onAny((...event: unknown[]) => received.push(event));
  const socket = await accepted;
  await expect.poll(() => client.connected).toBe(true);
  const request: IncomingMessage = socket.conn.request;
  return { client, socket, received, tcp: request.socket };
}

/** Calls of the operating system that a socket makes to write. */
function writesOf(tcp: TcpSocket): () => number {
  const one = vi.spyOn(tcp, '_write');
  const many = vi.spyOn(tcp, '_writev' as '_write');
  return () => one.mock.calls.length + many.mock.calls.length;
}

test('what one turn sends leaves in one write, in order', async () => {
  const { socket, received, tcp } = await connected();
  const count = writesOf(tcp);
  for (let number = 0; number < 20; number += 1) socket.emit('event', number);
  await expect.poll(() => received.length).toBe(20);
  expect(received).toEqual(Array.from({ length: 20 }, (_, number) => ['event', number]));
  expect(count()).toBe(1);
});

test('what is sent before the connection is closed still arrives', async () => {
  const { socket, received, client } = await connected();
  socket.emit('event', 'last');
  socket.disconnect(true);
  await expect.poll(() => client.connected).toBe(false);
  expect(received).toEqual([['event', 'last']]);
});

test('a client that does not read is noticed as too slow', async () => {
  const { socket, tcp } = await connected();
  const metrics = createMetrics();
  let left = false;
  watchSlowness(socket, { metrics }, () => {
    left = true;
  });
  closing.push(() => tcp.destroy());
  // As a client whose receive window is full: nothing more leaves the server.
  vi.spyOn(tcp, '_writev' as '_write').mockImplementation(() => undefined);
  vi.spyOn(tcp, '_write').mockImplementation(() => undefined);
  let sent = 0;
  const text = 'x'.repeat(16 * 1024);
  while (!left && sent < 4 * SOCKET_BUFFER_BYTES_MAX) {
    socket.emit('event', text);
    sent += text.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(left).toBe(true);
  expect(sent).toBeLessThan(1.5 * SOCKET_BUFFER_BYTES_MAX);
});
