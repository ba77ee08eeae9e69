import { type Answer, CallerGoneError } from './answer.ts';
import {
  ANSWER_HEADERS,
  type AnswerOutcome,
  DONE_EVENT,
  toEvent,
  writeAnswer,
} from './write-answer.ts';

/**
 * A web `Response` that streams an answer, for route handlers. The signal is aborted when the caller goes
 * before the end. `onOutcome` is called with the outcome; log `failed` there.
 */
export function answerResponse(
  write: (answer: Answer, signal: AbortSignal) => Promise<void>,
  onOutcome: (outcome: AnswerOutcome) => void = () => undefined,
): Response {
  const gone = new AbortController();
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch(() => gone.abort(new CallerGoneError()));
  const send = async (event: string): Promise<void> => {
    try {
      // `ready` holds a writer back that is faster than the reader.
      await writer.ready;
      await writer.write(encoder.encode(event));
    } catch {
      // A stream of ours fails in one way only: its reader has cancelled it.
      throw new CallerGoneError();
    }
  };
  const run = async (): Promise<AnswerOutcome> => {
    const outcome = await writeAnswer(
      (chunk) => send(toEvent(chunk)),
      (answer) => write(answer, gone.signal),
    );
    if (outcome.type === 'gone') return outcome;
    try {
      await send(DONE_EVENT);
      await writer.close();
      return outcome;
    } catch {
      return { type: 'gone' };
    }
  };
  void run().then(onOutcome);
  return new Response(readable, { headers: ANSWER_HEADERS });
}
