import { COMPLETION_SESSION_HEADER } from '@fleetlm/protocol';
import type { FastifyReply } from 'fastify';
import type { Runtime, SessionEvent } from '../runtime/runtime-api.ts';
import { contained } from './contained.ts';
import { EventStream, type StreamFormat } from './event-stream.ts';
import type { Refusals } from './refusals.ts';
import { LOST, type ReplyFollower, type Step } from './reply-follower.ts';
import { type Listening, listenToSession } from './streams/session-listening.ts';
import type { StreamCall, StreamSlots } from './streams/stream-slots.ts';

/** Says which session a chat is. */
export const SESSION_HEADER = COMPLETION_SESSION_HEADER;

type AnswerCall = StreamCall & Refusals<'no_quorum' | 'overloaded'>;

/** The answers that readers of this node follow. */
export class AnswerStreams {
  readonly #runtime: Pick<Runtime, 'subscribeSession'>;
  readonly #slots: StreamSlots;
  readonly #open = new Set<EventStream>();
  /** Ends what is collected: the answer is lost to its reader. */
  readonly #collecting = new Set<() => void>();

  constructor(runtime: Pick<Runtime, 'subscribeSession'>, slots: StreamSlots) {
    this.#runtime = runtime;
    this.#slots = slots;
  }

  /** To be waited for before anything is read or sent: what comes in between is kept. Throws `no_quorum`. */
  async listen(call: AnswerCall, sessionId: string): Promise<Listening> {
    const release = this.#slots.acquire(call);
    try {
      const listening = await listenToSession(this.#runtime, sessionId, call);
      return {
        hearAll: listening.hearAll,
        close: () => {
          listening.close();
          release();
        },
      };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Answers the request with the stream of a follower; `first` is what is there already. */
  open(
    reply: FastifyReply,
    listening: Listening,
    follower: ReplyFollower,
    options: {
      readonly format: StreamFormat;
      readonly first?: Step;
      readonly headers?: Readonly<Record<string, string>>;
      /** What was found out otherwise, read last. */
      readonly known?: readonly SessionEvent[];
    },
  ): void {
    reply.hijack();
    const stream = new EventStream({
      response: reply.raw,
      format: options.format,
      headers: options.headers ?? {},
      closed: () => {
        this.#open.delete(stream);
        listening.close();
      },
    });
    this.#open.add(stream);
    // Its reader may have gone while the session was looked up: no event brings it any more.
    if (reply.raw.destroyed) {
      stream.destroy();
      return;
    }
    const show = ({ chunks, isOver }: Step): void => {
      stream.write(chunks);
      if (isOver) stream.end();
    };
    const { first, known = [] } = options;
    const begin = (): void => {
      if (first !== undefined) show(first);
      listening.hearAll(
        (event) => show(follower.take(event)),
        () => stream.destroy(),
      );
      for (const event of known) show(follower.take(event));
    };
    // The response is taken over: an exception can't be answered with a problem any more.
    contained('stream', begin, () => stream.destroy())();
  }

  /** Gives `take` an answer until it is over, for a response that is made of it as a whole. False: its reader has gone. */
  collect(
    reply: FastifyReply,
    listening: Listening,
    follower: ReplyFollower,
    known: readonly SessionEvent[],
    take: (chunks: Step['chunks']) => void,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      let isDone = false;
      const done = (isWhole: boolean): void => {
        if (isDone) return;
        isDone = true;
        this.#collecting.delete(lose);
        listening.close();
        resolve(isWhole);
      };
      const lose = (): void => {
        if (!isDone) take([LOST]);
        done(true);
      };
      this.#collecting.add(lose);
      reply.raw.once(
        'close',
        contained('stream', () => done(false)),
      );
      if (reply.raw.destroyed) {
        done(false);
        return;
      }
      const hear = (event: SessionEvent): void => {
        if (isDone) return;
        const { chunks, isOver } = follower.take(event);
        take(chunks);
        if (isOver) done(true);
      };
      const begin = (): void => {
        listening.hearAll(hear, lose);
        for (const event of known) hear(event);
      };
      contained('stream', begin, lose)();
    });
  }

  /** The node stops: its readers must ask another one. */
  endAll(): void {
    for (const lose of this.#collecting) lose();
    for (const stream of this.#open) {
      stream.write([LOST]);
      stream.end();
    }
  }
}
