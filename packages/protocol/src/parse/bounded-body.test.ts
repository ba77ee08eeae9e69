import { expect, test } from 'vitest';
import { BodyTimeoutError, BodyTooLargeError, readBoundedStream } from './bounded-body.ts';

const BOUNDS = { bytesMax: 40_000, timeoutMs: 5_000 };

/** A body of pieces; says how many were taken and whether it was cancelled. */
function messageOf(pieces: Iterable<Uint8Array>, headers = new Headers()) {
  const iterator = pieces[Symbol.iterator]();
  const seen = { taken: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const { done, value } = iterator.next();
        if (done === true) return controller.close();
        seen.taken += 1;
        controller.enqueue(value);
      },
      cancel: () => {
        seen.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { message: { headers, body }, seen };
}

function* pieces(count: number, bytes: number): Iterable<Uint8Array> {
  for (let at = 0; at < count; at += 1) yield new Uint8Array(bytes).fill(at % 251);
}

test.each([
  [39_999, 1],
  [40_000, 1],
  [4_000, 10],
])('a body of %i pieces of %i bytes is read whole', async (count, bytes) => {
  const read = await readBoundedStream(messageOf(pieces(count, bytes)).message, BOUNDS);
  expect(Buffer.compare(read, Buffer.concat([...pieces(count, bytes)]))).toBe(0);
});

test('a body that is larger is refused where the limit is passed, and cancelled', async () => {
  const { message, seen } = messageOf(pieces(1_000_000, 1_000));
  await expect(readBoundedStream(message, BOUNDS)).rejects.toThrow(BodyTooLargeError);
  expect(seen).toEqual({ taken: 41, isCancelled: true });
});

test('a body that announces more is refused unread', async () => {
  const headers = new Headers({ 'content-length': '40001' });
  const { message, seen } = messageOf(pieces(1, 10), headers);
  await expect(readBoundedStream(message, BOUNDS)).rejects.toThrow('larger than');
  expect(seen).toEqual({ taken: 0, isCancelled: true });
});

test('a body that stops arriving is refused when its time is over', async () => {
  const message = { headers: new Headers(), body: new ReadableStream<Uint8Array>() };
  const bounds = { bytesMax: 10, timeoutMs: 20 };
  await expect(readBoundedStream(message, bounds)).rejects.toThrow(BodyTimeoutError);
});
