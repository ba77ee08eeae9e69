import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { StagedBlob } from './blob.ts';
import { HEAD_BYTES_MAX } from './media-types.ts';

/** What came in does not fit what was announced, or not in time. */
export class UploadRefusedError extends Error {
  readonly code: 'payload_too_large' | 'invalid_request' | 'request_timeout';

  constructor(code: UploadRefusedError['code'], message: string) {
    super(message);
    this.name = 'UploadRefusedError';
    this.code = code;
  }
}

export interface BodyTimes {
  /** Between two pieces. */
  readonly idleMs: number;
  /** For all of it. */
  readonly totalMs: number;
}

export interface ReceivedBody {
  readonly sha256: string;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/**
 * Writes a body to a staged file as it comes: a piece at a time is in memory. Exactly `bytes` are taken. Rejects with
 * UploadRefusedError, or what the sender's connection or the disk says; the file is then the caller's to discard.
 */
export async function receiveBody(
  body: AsyncIterable<Uint8Array>,
  staged: StagedBlob,
  bytes: number,
  times: BodyTimes,
): Promise<ReceivedBody> {
  const hash = createHash('sha256');
  const head = new Uint8Array(Math.min(HEAD_BYTES_MAX, bytes));
  const pieces = body[Symbol.asyncIterator]();
  const clock = new BodyClock(times);
  let received = 0;
  const file = await open(staged.path, 'wx');
  try {
    for (;;) {
      const { done, value } = await clock.next(pieces);
      if (done === true) break;
      if (received + value.length > bytes)
        throw new UploadRefusedError(
          'payload_too_large',
          `more than the announced ${bytes} bytes came`,
        );
      if (received < head.length) head.set(value.subarray(0, head.length - received), received);
      hash.update(value);
      await file.appendFile(value);
      received += value.length;
    }
  } finally {
    clock.end();
    await file.close();
  }
  if (received < bytes)
    throw new UploadRefusedError(
      'invalid_request',
      `${received} bytes came, and ${bytes} were announced`,
    );
  return { sha256: hash.digest('hex'), head };
}

/** The two clocks of a body. */
class BodyClock {
  readonly #times: BodyTimes;
  readonly #total: NodeJS.Timeout;
  #isOver = false;
  #expire: (error: Error) => void = () => undefined;

  constructor(times: BodyTimes) {
    this.#times = times;
    this.#total = setTimeout(() => {
      this.#isOver = true;
      this.#expire(tooSlow(times.totalMs));
    }, times.totalMs);
  }

  async next(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    if (this.#isOver) throw tooSlow(this.#times.totalMs);
    const { idleMs } = this.#times;
    let idle: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        this.#expire = reject;
        idle = setTimeout(() => reject(tooSlow(idleMs)), idleMs);
        pieces.next().then(resolve, reject);
      });
    } finally {
      clearTimeout(idle);
    }
  }

  end(): void {
    clearTimeout(this.#total);
  }
}

function tooSlow(ms: number): UploadRefusedError {
  return new UploadRefusedError('request_timeout', `the bytes did not come within ${ms / 1000} s`);
}
