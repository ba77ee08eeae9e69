import type { ReplicaId } from '../types.ts';

/** Reads that may wait at one replica; one more is dropped at once. */
export const READS_PENDING_MAX = 10_000;

/** A read at its leader. `id` is what the asking replica called it: a wire id, or the own host's request id. */
export interface WaitingRead {
  readonly from: ReplicaId;
  readonly id: number;
  readonly index: number;
  /** The first round that can confirm it. */
  readonly round: number;
}

/**
 * The leader's side of ReadIndex (Raft thesis, section 6.4): reads wait until a quorum has answered a
 * heartbeat that left after they came.
 *
 * Every broadcast of heartbeats while reads wait is a round with a number of its own, never used again by
 * this process, so that a late answer can't confirm a later read. They start again after a restart: then
 * the term is another one, and answers of other terms are refused before they get here.
 */
export class ReadOnly {
  #round = 0;
  #waiting: WaitingRead[] = [];
  /** Asked before the first commit of the term. */
  #early: { readonly from: ReplicaId; readonly id: number }[] = [];
  /** A read came after the newest round left. */
  roundDue = false;

  get size(): number {
    return this.#waiting.length + this.#early.length;
  }

  /** Number for the heartbeats about to leave; 0 when no read waits. */
  nextRound(): number {
    this.roundDue = false;
    if (this.#waiting.length === 0) return 0;
    this.#round += 1;
    return this.#round;
  }

  /** Has this round been sent at all? */
  knows(round: number): boolean {
    return round <= this.#round;
  }

  addEarly(from: ReplicaId, id: number): void {
    this.#early.push({ from, id });
  }

  add(from: ReplicaId, id: number, index: number): void {
    this.#waiting.push({ from, id, index, round: this.#round + 1 });
    this.roundDue = true;
  }

  /** The first commit of the term: early reads may begin. */
  beginEarly(index: number): void {
    if (this.#early.length === 0) return;
    for (const { from, id } of this.#early) this.add(from, id, index);
    this.#early = [];
  }

  /** Takes the reads that a round up to `confirmed` answers; they are in the order of their rounds. */
  take(confirmed: number): readonly WaitingRead[] {
    let count = 0;
    while ((this.#waiting[count]?.round ?? Number.POSITIVE_INFINITY) <= confirmed) count += 1;
    return count === 0 ? [] : this.#waiting.splice(0, count);
  }

  /** Leadership is over: takes all reads, none of which was answered. */
  drain(): readonly { readonly from: ReplicaId; readonly id: number }[] {
    const all = [...this.#waiting, ...this.#early];
    this.#waiting = [];
    this.#early = [];
    this.roundDue = false;
    return all;
  }
}
