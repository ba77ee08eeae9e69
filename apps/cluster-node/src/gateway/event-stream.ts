import type { ServerResponse } from 'node:http';
import { projectChunk, type SdkVersion } from '@fleetlm/protocol/ui-stream';
import type { Chunk } from '../runtime/runtime-api.ts';
import { contained } from './contained.ts';
import { STREAM_BUFFER_BYTES_MAX } from './limits.ts';

const KEEP_ALIVE_MS = 15_000;

export interface EventStreamOptions {
  readonly response: ServerResponse;
  /** Chunks are written as this reader understands them; null: as the agent sent them. */
  readonly reader: SdkVersion | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Called once: the stream is over or its reader is gone. */
  readonly closed: () => void;
}

/** A UI message stream to one reader. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #keepAlive: NodeJS.Timeout;
  #isOver = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    const { response } = options;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // The framework's own headers are not sent with a response that is taken over.
      'access-control-allow-origin': '*',
      'access-control-expose-headers': Object.keys(options.headers ?? {}).join(', '),
      'x-accel-buffering': 'no',
      'x-vercel-ai-ui-message-stream': 'v1',
      ...options.headers,
    });
    // The reader is to know that the stream lives, also while the agent thinks.
    response.flushHeaders();
    const end = (): void => this.destroy();
    const keepAlive = contained('stream', () => this.#write(': keep-alive\n\n'), end);
    this.#keepAlive = setInterval(keepAlive, KEEP_ALIVE_MS);
    response.once(
      'close',
      contained('stream', () => this.#over()),
    );
    response.once(
      'error',
      contained('stream', () => this.#over()),
    );
  }

  write(chunks: readonly Chunk[]): void {
    const { reader } = this.#options;
    for (const chunk of chunks) {
      const projected = reader === null ? chunk : projectChunk(chunk, reader);
      if (projected !== null) this.#write(`data: ${JSON.stringify(projected)}\n\n`);
    }
  }

  end(): void {
    if (this.#isOver) return;
    this.#write('data: [DONE]\n\n');
    this.#over();
    this.#options.response.end();
  }

  /** Its reader asks again. */
  destroy(): void {
    this.#options.response.destroy();
    this.#over();
  }

  /** A reader that does not keep up loses its stream and asks again. */
  #write(text: string): void {
    if (this.#isOver) return;
    const { response } = this.#options;
    response.write(text);
    if (response.writableLength > STREAM_BUFFER_BYTES_MAX) response.destroy();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#keepAlive);
    this.#options.closed();
  }
}
