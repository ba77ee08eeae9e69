import type { ServerResponse } from 'node:http';
import { contained } from '../contained.ts';
import { RESPONSE_MS_MAX, STREAM_BUFFER_BYTES_MAX, STREAM_KEEP_ALIVE_MS } from '../limits.ts';

export interface SseOptions {
  readonly response: ServerResponse;
  readonly headers?: Readonly<Record<string, string>>;
  /** More than STREAM_BUFFER_BYTES_MAX is unsent: has to end or destroy the response. */
  readonly slow: () => void;
  /** Called once: the response is over or its reader is gone. */
  readonly closed: () => void;
}

/** A response of server-sent events to one reader: its headers, its heartbeat and its bounds. */
export class SseResponse {
  readonly #options: SseOptions;
  readonly #keepAlive: NodeJS.Timeout;
  #isOver = false;

  constructor(options: SseOptions) {
    this.#options = options;
    const { response, headers = {} } = options;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      // The framework's own headers are not sent with a response that is taken over.
      'access-control-allow-origin': '*',
      'access-control-expose-headers': Object.keys(headers).join(', '),
      'x-accel-buffering': 'no',
      ...headers,
    });
    // The reader is to know that the stream lives, also while the agent thinks.
    response.flushHeaders();
    const end = (): void => this.destroy();
    const keepAlive = contained('stream', () => this.write(': keep-alive\n\n'), end);
    this.#keepAlive = setInterval(keepAlive, STREAM_KEEP_ALIVE_MS);
    for (const event of ['close', 'error'])
      response.once(
        event,
        contained('stream', () => this.#over()),
      );
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  write(text: string): void {
    if (this.#isOver) return;
    const { response, slow } = this.#options;
    response.write(text);
    if (response.writableLength > STREAM_BUFFER_BYTES_MAX) slow();
  }

  /** Resolves when there is room for more, or the response is over: a reader has RESPONSE_MS_MAX to make some. */
  room(): Promise<void> {
    const { response } = this.#options;
    if (this.#isOver || !response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => response.destroy(), RESPONSE_MS_MAX);
      const done = (): void => {
        clearTimeout(timer);
        response.off('drain', done);
        response.off('close', done);
        resolve();
      };
      response.once('drain', done);
      response.once('close', done);
    });
  }

  /** Ends the response with `last`. Its reader has RESPONSE_MS_MAX to read what is unsent. */
  end(last: string): void {
    if (this.#isOver) return;
    this.#over();
    const { response } = this.#options;
    const timer = setTimeout(() => response.destroy(), RESPONSE_MS_MAX);
    response.once('close', () => clearTimeout(timer));
    response.end(last);
  }

  /** Its reader asks again. */
  destroy(): void {
    this.#options.response.destroy();
    this.#over();
  }

  #over(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#keepAlive);
    this.#options.closed();
  }
}
