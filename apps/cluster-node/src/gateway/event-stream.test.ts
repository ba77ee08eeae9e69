import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { EventStream, uiMessageStream } from './event-stream.ts';
import { STREAM_BUFFER_BYTES_MAX } from './limits.ts';

const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0).toReversed()) close();
});

/** A stream whose reader does not read yet. */
async function open(): Promise<{ stream: EventStream; reader: IncomingMessage }> {
  const streams = Promise.withResolvers<EventStream>();
  const server = createServer((_request, response: ServerResponse) =>
    streams.resolve(
      new EventStream({ response, format: uiMessageStream(null), closed: () => undefined }),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const reader = await new Promise<IncomingMessage>((resolve) =>
    get({ port: address.port, host: '127.0.0.1' }, resolve),
  );
  reader.on('error', () => undefined);
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
    () => reader.destroy(),
  );
  return { stream: await streams.promise, reader };
}

const chunks = (bytes: number) =>
  Array.from({ length: bytes / 1_000 }, (_, at) => ({
    type: 'text-delta' as const,
    id: String(at),
    delta: 'x'.repeat(950),
  }));

test('a run of the largest size is replayed to a reader that takes its time', async () => {
  const { stream, reader } = await open();
  stream.write(chunks(3_000_000));
  stream.end();
  let text = '';
  reader.setEncoding('utf8');
  for await (const part of reader) text += part;
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  expect(text.split('text-delta')).toHaveLength(3_001);
});

test('a reader that does not keep up at all loses its stream', async () => {
  const { stream, reader } = await open();
  const closed = new Promise((resolve) => reader.once('close', resolve));
  for (let written = 0; written < 4 * STREAM_BUFFER_BYTES_MAX; written += 1_000_000)
    stream.write(chunks(1_000_000));
  reader.resume();
  await closed;
  expect(reader.complete).toBe(false);
});
