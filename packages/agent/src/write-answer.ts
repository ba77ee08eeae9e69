import { Answer, CallerGoneError, type ChunkSink, textOfError } from './answer.ts';

/** What a streamed answer came to. */
export type AnswerOutcome =
  | { readonly type: 'finished' }
  /** The function threw; the user sees what `textOfError` passes. */
  | { readonly type: 'failed'; readonly error: unknown }
  /** The caller went before the end. */
  | { readonly type: 'gone' };

/** Runs `write` between `start` and `finish`; an error that it throws becomes an `error` chunk. Never rejects. */
export async function writeAnswer(
  sink: ChunkSink,
  write: (answer: Answer) => Promise<void>,
): Promise<AnswerOutcome> {
  const answer = new Answer(sink);
  try {
    await sink({ type: 'start' });
    await sink({ type: 'start-step' });
    await write(answer);
    await answer.end();
    await sink({ type: 'finish-step' });
    await sink({ type: 'finish' });
    return { type: 'finished' };
  } catch (error) {
    return await writeError(sink, error);
  }
}

async function writeError(sink: ChunkSink, error: unknown): Promise<AnswerOutcome> {
  if (error instanceof CallerGoneError) return { type: 'gone' };
  try {
    await sink({ type: 'error', errorText: textOfError(error) });
  } catch (second) {
    if (second instanceof CallerGoneError) return { type: 'gone' };
    throw second;
  }
  return { type: 'failed', error };
}

/** The headers of a streamed answer. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-vercel-ai-ui-message-stream': 'v1',
  'x-accel-buffering': 'no',
};

/** One chunk as a server-sent event. */
export function toEvent(chunk: Parameters<ChunkSink>[0]): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** What ends the stream. */
export const DONE_EVENT = 'data: [DONE]\n\n';
