import { createConnection, createServer, type Socket } from 'node:net';
import { freePorts } from '@fleetlm/database/free-ports';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TcpProxy } from './tcp-proxy.ts';

/** A server that remembers what it was sent, and a caller that goes through the proxy. */
let received = '';
let accepted: Socket[] = [];
let proxy: TcpProxy;
let caller: Socket;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  received = '';
  accepted = [];
  const [port = 0, proxyPort = 0] = await freePorts(2);
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (piece) => {
      received += piece.toString('latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  proxy = await TcpProxy.listen(proxyPort, port);
  caller = createConnection({ host: '127.0.0.1', port: proxyPort });
  caller.on('error', () => undefined);
  await new Promise<void>((resolve) => caller.once('connect', () => resolve()));
  caller.write('a');
  await expect.poll(() => received).toBe('a');
});

afterEach(async () => {
  caller.destroy();
  for (const socket of accepted) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

test('passes both ways', async () => {
  let received = '';
  caller.on('data', (piece) => {
    received += piece.toString('latin1');
  });
  accepted[0]?.write('back');
  await expect.poll(() => received).toBe('back');
});

test('discards what the caller says, and resets the connection when it is healed: it has a hole', async () => {
  proxy.setMode({ type: 'discard' });
  caller.write('lost');
  await expect.poll(() => proxy.counts.bytesDiscarded).toBe(4);
  let returned = '';
  caller.on('data', (piece) => {
    returned += piece.toString('latin1');
  });
  accepted[0]?.write('the other way works');
  await expect.poll(() => returned).toBe('the other way works');
  expect(received).toBe('a');
  proxy.heal();
  await expect.poll(() => caller.destroyed).toBe(true);
});

test('frozen, nothing arrives; healed, everything does', async () => {
  proxy.setMode({ type: 'freeze' });
  caller.write('later');
  expect(proxy.counts.frozen).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(received).toBe('a');
  proxy.heal();
  await expect.poll(() => received).toBe('alater');
});

test('delayed pieces arrive in order, also those that follow the delay', async () => {
  proxy.setMode({ type: 'delay', milliseconds: 40, jitter: 30 });
  caller.write('b');
  await expect.poll(() => proxy.counts.bytesDelayed).toBe(1);
  proxy.heal();
  caller.write('c');
  await expect.poll(() => received).toBe('abc');
});

test('many delayed pieces arrive in order, whatever the jitter', async () => {
  proxy.setMode({ type: 'delay', milliseconds: 5, jitter: 20 });
  let sent = '';
  for (let piece = 0; piece < 150; piece += 1) {
    sent += `${piece} `;
    caller.write(`${piece} `);
    await new Promise((resolve) => setTimeout(resolve, piece % 3 === 0 ? 1 : 0));
  }
  await expect.poll(() => received.length, { timeout: 5000 }).toBe(sent.length + 1);
  expect(received).toBe(`a${sent}`);
});

test('cuts a piece in half and resets', async () => {
  proxy.setMode({ type: 'cut' });
  caller.write('12345678');
  await expect.poll(() => caller.destroyed).toBe(true);
  expect(received).toBe('a1234');
  expect(proxy.counts).toMatchObject({ cut: 1, reset: 1 });
});

test('changes one byte', async () => {
  proxy.setMode({ type: 'corrupt' });
  caller.write('xyz');
  await expect.poll(() => received.length).toBe(4);
  expect(received).not.toBe('axyz');
  expect(proxy.counts.corrupted).toBe(1);
});

test('resets every connection', async () => {
  expect(proxy.reset()).toBe(1);
  await expect.poll(() => caller.destroyed).toBe(true);
  expect(proxy.connections).toBe(0);
});
