import type { ReplicaId } from './types.ts';

interface ReadRequest {
  readonly from: ReplicaId;
  readonly requestId: number;
  readonly index: number;
  readonly round: number;
}

/**
 * Reads that wait for a quorum to confirm that this replica still leads (Raft thesis, section 6.4).
 *
 * Every round has a number that is never used again by this replica, so that a late answer to an earlier
 * round can't confirm a later read. The host seeds the numbers after a restart through the term: a round
 * is only counted in the term in which it was sent.
 */
export class ReadOnly {
  #round = 0;
  #queue: ReadRequest[] = [];
  #acks = new Map<ReplicaId, number>();
  /** Asked before the first commit of the term. */
  #early: { from: ReplicaId; requestId: number }[] = [];

  newestRound(): number {
    return this.#queue.length === 0 ? 0 : this.#round;
  }

  addEarly(from: ReplicaId, requestId: number): void {
    this.#early.push({ from, requestId });
  }

  takeEarly(): readonly { from: ReplicaId; requestId: number }[] {
    const early = this.#early;
    this.#early = [];
    return early;
  }

  add(from: ReplicaId, requestId: number, index: number): void {
    this.#round += 1;
    this.#queue.push({ from, requestId, index, round: this.#round });
  }

  ack(from: ReplicaId, round: number): void {
    if (round > (this.#acks.get(from) ?? 0)) this.#acks.set(from, round);
  }

  /** Requests confirmed by a quorum, in order; `hasQuorum` is asked with the replicas that acknowledged. */
  advance(
    self: ReplicaId,
    hasQuorum: (acks: ReadonlyMap<ReplicaId, boolean>) => boolean,
  ): readonly ReadRequest[] {
    let confirmed = 0;
    while (confirmed < this.#queue.length) {
      const request = this.#queue[confirmed];
      if (request === undefined) break;
      const acks = new Map<ReplicaId, boolean>([[self, true]]);
      for (const [id, round] of this.#acks) if (round >= request.round) acks.set(id, true);
      if (!hasQuorum(acks)) break;
      confirmed += 1;
    }
    return this.#queue.splice(0, confirmed);
  }

  /** Leadership is lost: the own requests that nobody will answer. */
  dropAll(self: ReplicaId): readonly number[] {
    const own = [...this.#queue, ...this.#early].filter(({ from }) => from === self);
    this.#queue = this.#queue.filter(({ from }) => from !== self);
    this.#early = this.#early.filter(({ from }) => from !== self);
    return own.map(({ requestId }) => requestId);
  }

  dropRemote(): readonly { readonly from: ReplicaId; readonly requestId: number }[] {
    const remote = [...this.#queue, ...this.#early];
    this.#queue = [];
    this.#early = [];
    this.#acks = new Map();
    return remote;
  }
}
