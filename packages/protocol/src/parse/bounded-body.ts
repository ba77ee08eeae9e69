/** The body is larger than its reader takes. Answered with 413. */
export class BodyTooLargeError extends Error {
  constructor(bytesMax: number) {
    super(`the body is larger than ${sizeOf(bytesMax)}`);
    this.name = 'BodyTooLargeError';
  }
}

/** The body did not arrive in time. Answered with 408. */
export class BodyTimeoutError extends Error {
  constructor(timeoutMs: number) {
    super(`the body did not arrive within ${timeoutMs / 1000} s`);
    this.name = 'BodyTimeoutError';
  }
}

/** How much of a body is read, and for how long. */
export interface BodyBounds {
  readonly bytesMax: number;
  /** For the whole body, in milliseconds. */
  readonly timeoutMs: number;
}

/** The next piece of a body, as the readers of streams and the iterators of Node's requests give it. */
export type NextPiece = () => Promise<{
  readonly done?: boolean | undefined;
  readonly value?: Uint8Array | undefined;
}>;

const FIRST_BYTES = 16 * 1024;

/**
 * Reads a body and counts while it arrives: no more than `bytesMax` is ever held, in one buffer, however small its pieces are.
 * Rejects with BodyTooLargeError or BodyTimeoutError.
 */
export async function readBounded(next: NextPiece, bounds: BodyBounds): Promise<Uint8Array> {
  const { bytesMax, timeoutMs } = bounds;
  let expire: (error: Error) => void = () => undefined;
  let isExpired = false;
  const timer = setTimeout(() => {
    isExpired = true;
    expire(new BodyTimeoutError(timeoutMs));
  }, timeoutMs);
  try {
    let buffer = new Uint8Array(Math.min(FIRST_BYTES, bytesMax));
    let length = 0;
    for (;;) {
      if (isExpired) throw new BodyTimeoutError(timeoutMs);
      const { done, value } = await new Promise<Awaited<ReturnType<NextPiece>>>(
        (resolve, reject) => {
          expire = reject;
          next().then(resolve, reject);
        },
      );
      if (done === true) return buffer.subarray(0, length);
      if (value === undefined) continue;
      const needed = length + value.length;
      if (needed > bytesMax) throw new BodyTooLargeError(bytesMax);
      if (needed > buffer.length) {
        const larger = new Uint8Array(Math.min(bytesMax, Math.max(needed, buffer.length * 2)));
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(value, length);
      length = needed;
    }
  } finally {
    clearTimeout(timer);
  }
}

/** The body of a web Request or Response. Its stream is cancelled when it is refused. */
export async function readBoundedStream(
  message: { readonly headers: Headers; readonly body: ReadableStream<Uint8Array> | null },
  bounds: BodyBounds,
): Promise<Uint8Array> {
  if (message.body === null) return new Uint8Array();
  // What announces itself as too large is refused unread.
  const announced = Number(message.headers.get('content-length') ?? '0');
  const reader = message.body.getReader();
  try {
    if (announced > bounds.bytesMax) throw new BodyTooLargeError(bounds.bytesMax);
    return await readBounded(() => reader.read(), bounds);
  } catch (error) {
    // A stream that has failed can't be cancelled, and has nothing to release.
    reader.cancel(error).catch(() => undefined);
    throw error;
  }
}

function sizeOf(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes >= 1 ? `${mebibytes} MiB` : `${bytes / 1024} KiB`;
}
