import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ANSWER_HEADERS, type Answer, DONE_EVENT, toEvent, writeAnswer } from './answer.ts';

const BODY_BYTES_MAX = 32 * 1024 * 1024;

/** The raw body of a request. Rejects when it is larger than 32 MiB. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new RangeError('the body is larger than 32 MiB');
    chunks.push(piece);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Streams an answer on a Node response, no faster than the cluster reads. */
export async function streamAnswer(
  response: ServerResponse,
  write: (answer: Answer, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopped = new AbortController();
  response.on('close', () => stopped.abort());
  response.writeHead(200, ANSWER_HEADERS);
  await writeAnswer(
    async (chunk) => {
      if (stopped.signal.aborted) return;
      if (!response.write(toEvent(chunk))) {
        await Promise.race([once(response, 'drain'), once(response, 'close')]);
      }
    },
    (answer) => write(answer, stopped.signal),
  );
  response.end(DONE_EVENT);
}
