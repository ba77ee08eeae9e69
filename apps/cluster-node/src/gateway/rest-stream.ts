import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Chunk, LiveAnswer, Runtime, SessionEvent } from '../runtime/runtime-api.ts';
import { visibleSession } from './access.ts';
import { STREAM_BUFFER_BYTES_MAX, STREAMS_MAX } from './limits.ts';
import { RequestError, valueOrThrow } from './request-error.ts';
import { identityOf } from './rest-app.ts';

/** Events that come while the answer so far is being read; with more the stream is refused. */
const PENDING_EVENTS_MAX = 2_000;
const KEEP_ALIVE_MS = 15_000;

/** The answer in progress as server-sent events: an AI SDK UI message stream, resumable at any moment. */
export function addStreamRoute(app: FastifyInstance, runtime: Runtime): void {
  const open = new Set<AnswerStream>();
  app.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });

  app.get(
    '/api/sessions/:id/stream',
    async (request: FastifyRequest<{ Params: { id: string } }>, reply) => {
      const session = await visibleSession(runtime, identityOf(request), request.params.id);
      if (open.size >= STREAMS_MAX)
        throw new RequestError('overloaded', 'this node has too many open streams');
      const pending: SessionEvent[] = [];
      let take = (event: SessionEvent): void => {
        if (pending.length < PENDING_EVENTS_MAX) pending.push(event);
      };
      // Subscribed before the answer so far is read: what comes in between is kept.
      const subscription = runtime.subscribeSession(session.id, (event) => take(event));
      try {
        const answer = valueOrThrow(await runtime.liveAnswer(session.id));
        if (answer === null || pending.length >= PENDING_EVENTS_MAX) {
          subscription.close();
          return reply.status(204).send();
        }
        reply.hijack();
        const stream = new AnswerStream(reply.raw, answer, () => {
          open.delete(stream);
          subscription.close();
        });
        open.add(stream);
        take = (event) => stream.take(event);
        for (const event of pending) stream.take(event);
      } catch (error) {
        subscription.close();
        throw error;
      }
      return reply;
    },
  );
}

class AnswerStream {
  readonly #response: ServerResponse;
  readonly #epoch: number;
  readonly #attempt: number;
  readonly #closed: () => void;
  readonly #keepAlive: NodeJS.Timeout;
  #next = 0;
  #ended = false;

  constructor(response: ServerResponse, answer: LiveAnswer, closed: () => void) {
    this.#response = response;
    this.#epoch = answer.epoch;
    this.#attempt = answer.attempt;
    this.#closed = closed;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'access-control-allow-origin': '*',
      'x-accel-buffering': 'no',
      'x-vercel-ai-ui-message-stream': 'v1',
    });
    this.#keepAlive = setInterval(() => this.#write(': keep-alive\n\n'), KEEP_ALIVE_MS);
    response.once('close', () => this.#over());
    response.once('error', () => this.#over());
    for (const chunk of answer.chunks) this.#chunk(chunk);
    this.#next = answer.nextIndex;
  }

  take(event: SessionEvent): void {
    switch (event.type) {
      case 'chunk':
        if (event.epoch !== this.#epoch || event.attempt < this.#attempt) return;
        // Another attempt has begun to speak: what this reader has is not continued.
        if (event.attempt > this.#attempt) {
          this.end();
          return;
        }
        if (event.index === this.#next) this.#chunk(event.chunk);
        else if (event.index > this.#next) this.end();
        return;
      case 'status': {
        const { dispatch } = event;
        const isOurs =
          dispatch.status === 'running' &&
          dispatch.epoch === this.#epoch &&
          dispatch.attempt === this.#attempt;
        if (!isOurs) this.end();
        return;
      }
      case 'resync':
        this.end();
        return;
      case 'message':
      case 'read':
        return;
      default:
        event satisfies never;
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#write('data: [DONE]\n\n');
    this.#over();
    this.#response.end();
  }

  #chunk(chunk: Chunk): void {
    this.#next += 1;
    this.#write(`data: ${JSON.stringify(chunk)}\n\n`);
  }

  /** A reader that does not keep up loses its stream and asks again. */
  #write(text: string): void {
    if (this.#ended) return;
    this.#response.write(text);
    if (this.#response.writableLength > STREAM_BUFFER_BYTES_MAX) this.#response.destroy();
  }

  #over(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#keepAlive);
    this.#closed();
  }
}
