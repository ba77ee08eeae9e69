import type { SdkVersion } from '@fleetlm/protocol/ui-stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Runtime, SessionEvent } from '../runtime/runtime-api.ts';
import type { Identity } from './access/identity.ts';
import type { Release } from './access/quotas.ts';
import { addressOf, type EdgeAdmission } from './access/request-admission.ts';
import { contained } from './contained.ts';
import { EventStream } from './event-stream.ts';
import { STREAM_PENDING_BYTES_MAX, STREAM_PENDING_EVENTS_MAX, STREAMS_MAX } from './limits.ts';
import { PendingEvents } from './pending-events.ts';
import { type Refusals, whenLive } from './refusals.ts';
import { LOST, type ReplyFollower, type Step } from './reply-follower.ts';

/** Says which session a chat is. */
export const SESSION_HEADER = 'x-fleetlm-session';

/** A call that is answered with a stream. */
interface StreamCall extends Refusals<'no_quorum' | 'overloaded'> {
  readonly request: FastifyRequest;
  readonly identity: Identity;
}

/** Events of a session that are kept until it is known what they mean. */
export interface Listening {
  /** Everything that has come since, then everything that comes; after too much of it, that it was lost. */
  hearAll(hear: (event: SessionEvent) => void, onFault: () => void): void;
  close(): void;
}

/** The answers that readers of this node follow. */
export class AnswerStreams {
  readonly #runtime: Runtime;
  readonly #edge: EdgeAdmission;
  readonly #open = new Set<EventStream>();
  /** Open ones, and those that are being opened. */
  #count = 0;

  constructor(runtime: Runtime, edge: EdgeAdmission) {
    this.#runtime = runtime;
    this.#edge = edge;
  }

  /** To be waited for before anything is read or sent: what comes in between is kept. Throws `no_quorum`. */
  async listen(call: StreamCall, sessionId: string): Promise<Listening> {
    const release = this.#acquire(call);
    const pending = new PendingEvents(STREAM_PENDING_EVENTS_MAX, STREAM_PENDING_BYTES_MAX);
    let hear: (event: SessionEvent) => void = pending.add;
    let end = (): void => undefined;
    const containedTake = contained(
      'stream',
      (event: SessionEvent) => hear(event),
      () => end(),
    );
    const subscription = this.#runtime.subscribeSession(sessionId, containedTake);
    try {
      await whenLive(subscription, call);
    } catch (error) {
      subscription.close();
      release();
      throw error;
    }
    return {
      hearAll: (listener, onFault) => {
        hear = listener;
        end = onFault;
        for (const event of pending.events) listener(event);
        if (pending.isOver) listener({ type: 'resync', reason: 'too many events' });
      },
      close: () => {
        subscription.close();
        release();
      },
    };
  }

  #acquire({ request, identity, refuse }: StreamCall): Release {
    if (this.#count >= STREAMS_MAX)
      throw refuse({ code: 'overloaded', detail: 'this node has too many open streams' });
    const address = addressOf(this.#edge, request.raw);
    const release = this.#edge.quotas.acquireStream({ identity, address });
    this.#count += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.#count -= 1;
      isHeld = false;
      release();
    };
  }

  /** Answers the request with the stream of a follower; `first` is what is there already. */
  open(
    reply: FastifyReply,
    listening: Listening,
    follower: ReplyFollower,
    options: {
      readonly reader: SdkVersion | null;
      readonly first?: Step;
      readonly headers?: Readonly<Record<string, string>>;
      /** What was found out otherwise, read last. */
      readonly known?: readonly SessionEvent[];
    },
  ): void {
    reply.hijack();
    const stream = new EventStream({
      response: reply.raw,
      reader: options.reader,
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

  /** The node stops: its readers must ask another one. */
  endAll(): void {
    for (const stream of this.#open) {
      stream.write([LOST]);
      stream.end();
    }
  }
}
