import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type BodyBounds,
  BodyTimeoutError,
  BodyTooLargeError,
  readBounded,
} from '@fleetlm/protocol/plain';
import { type Answer, CallerGoneError } from './answer.ts';
import {
  ANSWER_HEADERS,
  type AnswerOutcome,
  DONE_EVENT,
  toEvent,
  writeAnswer,
} from './write-answer.ts';

/** Bytes of a webhook's body that are read at most: history is sent whole, so it may be large. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
/** A webhook's body is waited for this long, in milliseconds. */
export const BODY_TIMEOUT_MS = 30_000;

export const BODY_BOUNDS: BodyBounds = { bytesMax: BODY_BYTES_MAX, timeoutMs: BODY_TIMEOUT_MS };

/** The raw body of a request. Rejects with BodyTooLargeError or BodyTimeoutError. */
export async function readBody(
  request: IncomingMessage,
  bounds: Partial<BodyBounds> = {},
): Promise<Buffer> {
  const limits = { ...BODY_BOUNDS, ...bounds };
  // What announces itself as too large is refused unread.
  if (Number(request.headers['content-length'] ?? '0') > limits.bytesMax)
    throw new BodyTooLargeError(limits.bytesMax);
  // Kept open when it is refused, so that the refusal can be read.
  const pieces = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  const body = await readBounded(async () => {
    const { done, value } = await pieces.next();
    return done === true
      ? { done }
      : { value: Buffer.isBuffer(value) ? value : Buffer.from(value) };
  }, limits);
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** How a body that was not read is answered; null: for another reason. */
export function bodyRefusal(
  error: unknown,
): { readonly status: 408 | 413; readonly detail: string } | null {
  if (error instanceof BodyTooLargeError) return { status: 413, detail: error.message };
  if (error instanceof BodyTimeoutError) return { status: 408, detail: error.message };
  return null;
}

/**
 * Streams an answer on a Node response, no faster than the cluster reads. The signal is aborted when the
 * caller goes before the end. Resolves with what it came to, also when `write` throws: look at `failed` and log it.
 */
export async function streamAnswer(
  response: ServerResponse,
  write: (answer: Answer, signal: AbortSignal) => Promise<void>,
): Promise<AnswerOutcome> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort(new CallerGoneError());
  response.once('close', onClose);
  response.writeHead(200, ANSWER_HEADERS);
  // Before the first content is there, the caller should know that it is being thought about.
  response.flushHeaders();
  const outcome = await writeAnswer(
    async (chunk) => {
      if (gone.signal.aborted) throw new CallerGoneError();
      if (!response.write(toEvent(chunk))) await roomFor(response, gone.signal);
    },
    (answer) => write(answer, gone.signal),
  );
  response.off('close', onClose);
  if (outcome.type !== 'gone') response.end(DONE_EVENT);
  return outcome;
}

async function roomFor(response: ServerResponse, gone: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal: gone });
  } catch (error) {
    throw gone.aborted ? new CallerGoneError() : error;
  }
}
