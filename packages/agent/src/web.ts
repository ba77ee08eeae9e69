import { ANSWER_HEADERS, type Answer, DONE_EVENT, toEvent, writeAnswer } from './answer.ts';

/** A web `Response` that streams an answer, for route handlers. */
export function answerResponse(
  write: (answer: Answer, signal: AbortSignal) => Promise<void>,
): Response {
  const stopped = new AbortController();
  const encoder = new TextEncoder();
  const stream = new TransformStream<Uint8Array, Uint8Array>();
  const writer = stream.writable.getWriter();
  writer.closed.catch(() => stopped.abort());
  const run = async (): Promise<void> => {
    await writeAnswer(
      async (chunk) => {
        if (!stopped.signal.aborted) await writer.write(encoder.encode(toEvent(chunk)));
      },
      (answer) => write(answer, stopped.signal),
    );
    await writer.write(encoder.encode(DONE_EVENT));
    await writer.close();
  };
  run().catch(() => stopped.abort());
  return new Response(stream.readable, { headers: ANSWER_HEADERS });
}
