import type { FastifyRequest } from 'fastify';
import type { Identity } from '../access/identity.ts';
import type { Release } from '../access/quotas.ts';
import { addressOf, type EdgeAdmission } from '../access/request-admission.ts';
import { STREAMS_MAX } from '../limits.ts';
import type { Refusals } from '../refusals.ts';

/** A call that is answered with a stream. */
export interface StreamCall extends Pick<Refusals<'overloaded'>, 'refuse'> {
  readonly request: FastifyRequest;
  readonly identity: Identity;
}

/** Streams of server-sent events of this node: open ones, and those that are being opened. */
export class StreamSlots {
  readonly #edge: EdgeAdmission;
  #count = 0;

  constructor(edge: EdgeAdmission) {
    this.#edge = edge;
  }

  /** To be released when the stream is over. Throws `overloaded` or `rate_limited`. */
  acquire({ request, identity, refuse }: StreamCall): Release {
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
}
