import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** The body is larger than what is read. Answer it with 413. */
export class BodyTooLargeError extends Error {
  constructor() {
    super(`the body is larger than ${BODY_BYTES_MAX / 1024 / 1024} MiB`);
    this.name = 'BodyTooLargeError';
  }
}

/** The raw body of a request. Rejects with BodyTooLargeError. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Kept open when it is too large, so that the refusal can be read.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new BodyTooLargeError();
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
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
  // Before the first word is there, the caller should know that it is being thought about.
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
