import type { ServerResponse } from 'node:http';
import { projectChunk, type SdkVersion } from '@fleetlm/protocol/ui-stream';
import type { Chunk } from '../runtime/runtime-api.ts';
import { SseResponse } from './streams/sse-response.ts';

/** How the chunks of an answer are written for its reader. For one stream. */
export interface StreamFormat {
  readonly headers: Readonly<Record<string, string>>;
  /** In front of the first chunk, at once. */
  readonly firstFrame?: string;
  /** The frames for chunks, in their order. */
  frames(chunks: readonly Chunk[]): readonly string[];
  /** Behind the last chunk. */
  lastFrame(): string;
}

/** A UI message stream, as this version of the `ai` package reads it; null: as the agent sent it. */
export function uiMessageStream(reader: SdkVersion | null): StreamFormat {
  return {
    headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
    frames: (chunks) =>
      chunks.flatMap((chunk) => {
        const projected = reader === null ? chunk : projectChunk(chunk, reader);
        return projected === null ? [] : [`data: ${JSON.stringify(projected)}\n\n`];
      }),
    lastFrame: () => 'data: [DONE]\n\n',
  };
}

export interface EventStreamOptions {
  readonly response: ServerResponse;
  readonly format: StreamFormat;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once: the stream is over or its reader is gone. */
  readonly closed: () => void;
}

/** An answer, streamed to one reader. */
export class EventStream {
  readonly #format: StreamFormat;
  readonly #sse: SseResponse;

  constructor({ response, format, headers, closed }: EventStreamOptions) {
    this.#format = format;
    this.#sse = new SseResponse({
      response,
      headers: { ...format.headers, ...headers },
      // A reader that does not keep up loses its stream and asks again.
      slow: () => response.destroy(),
      closed,
    });
    if (format.firstFrame !== undefined) this.#sse.write(format.firstFrame);
  }

  write(chunks: readonly Chunk[]): void {
    for (const frame of this.#format.frames(chunks)) this.#sse.write(frame);
  }

  end(): void {
    this.#sse.end(this.#format.lastFrame());
  }

  /** Its reader asks again. */
  destroy(): void {
    this.#sse.destroy();
  }
}
