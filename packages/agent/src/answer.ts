import { randomUUID } from 'node:crypto';

/** One AI SDK UI message chunk. */
export type AnswerChunk = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Where an answer's chunks go; resolves when there is room for more. */
export type ChunkSink = (chunk: AnswerChunk) => Promise<void>;

/**
 * Writes an answer part by part. Open one with `streamAnswer` (Node) or `answerResponse` (web); `finish` is
 * called for you when your function returns, `error` when it throws.
 */
export class Answer {
  readonly #sink: ChunkSink;
  #text: string | null = null;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  /** Appends to the text being written, beginning one where there is none. */
  async text(delta: string): Promise<void> {
    if (this.#text === null) {
      this.#text = randomUUID();
      await this.#sink({ type: 'text-start', id: this.#text });
    }
    await this.#sink({ type: 'text-delta', id: this.#text, delta });
  }

  /** Ends the text being written; the next one is a part of its own. */
  async endText(): Promise<void> {
    if (this.#text === null) return;
    const id = this.#text;
    this.#text = null;
    await this.#sink({ type: 'text-end', id });
  }

  /** What the agent thinks, shown folded. */
  async reasoning(deltas: AsyncIterable<string> | Iterable<string>): Promise<void> {
    await this.endText();
    const id = randomUUID();
    await this.#sink({ type: 'reasoning-start', id });
    for await (const delta of deltas) await this.#sink({ type: 'reasoning-delta', id, delta });
    await this.#sink({ type: 'reasoning-end', id });
  }

  /** Runs a tool and shows its input and what came of it. */
  async tool<T>(name: string, input: unknown, run: () => Promise<T> | T): Promise<T> {
    await this.endText();
    const toolCallId = randomUUID();
    await this.#sink({ type: 'tool-input-start', toolCallId, toolName: name });
    await this.#sink({ type: 'tool-input-available', toolCallId, toolName: name, input });
    try {
      const output = await run();
      await this.#sink({ type: 'tool-output-available', toolCallId, output });
      return output;
    } catch (error) {
      await this.#sink({ type: 'tool-output-error', toolCallId, errorText: String(error) });
      throw error;
    }
  }

  /** Any other chunk of the AI SDK's UI message stream. */
  async chunk(chunk: AnswerChunk): Promise<void> {
    await this.endText();
    await this.#sink(chunk);
  }
}

/** Runs `write` between `start` and `finish`; an error it throws becomes an `error` chunk. */
export async function writeAnswer(
  sink: ChunkSink,
  write: (answer: Answer) => Promise<void>,
): Promise<void> {
  const answer = new Answer(sink);
  await sink({ type: 'start' });
  await sink({ type: 'start-step' });
  try {
    await write(answer);
    await answer.endText();
  } catch (error) {
    await sink({
      type: 'error',
      errorText: error instanceof Error ? error.message : String(error),
    });
    return;
  }
  await sink({ type: 'finish-step' });
  await sink({ type: 'finish' });
}

/** The headers of a streamed answer. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-vercel-ai-ui-message-stream': 'v1',
  'x-accel-buffering': 'no',
};

/** One chunk as a server-sent event. */
export function toEvent(chunk: AnswerChunk): string {
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** What ends the stream. */
export const DONE_EVENT = 'data: [DONE]\n\n';
