import { NONE, type ReadState, type ReplicaId } from '../../core/index.ts';
import type { ReadOutcome } from '../host-api.ts';
import type { Later, PendingCount } from './proposals.ts';

interface Waiting {
  readonly deadlineMs: number;
  readonly done: (outcome: ReadOutcome) => void;
}

/** Reads that share one ReadIndex round. */
interface Round {
  readonly waiting: Waiting[];
  readonly retryAtMs: number;
}

/** Reads that wait until the state machine has caught up with their index. */
interface Confirmed {
  readonly index: number;
  readonly waiting: readonly Waiting[];
}

/** A round whose answer was lost is begun anew, under a new number. */
export const READ_RETRY_MS = 500;

/** Gives out the numbers of ReadIndex rounds; none is ever used twice, restarts included. */
export type NextRequestId = () => number;

/**
 * Linearizable reads of one replica. All reads of one turn of the event loop share a round; a read never
 * joins a round that was begun before it, whose index may be older than an append it must see.
 */
export class Reads {
  readonly #total: PendingCount;
  readonly #later: Later;
  readonly #nextRequestId: NextRequestId;
  #fresh: Waiting[] = [];
  readonly #rounds = new Map<number, Round>();
  #confirmed: Confirmed[] = [];

  constructor(total: PendingCount, later: Later, nextRequestId: NextRequestId) {
    this.#total = total;
    this.#later = later;
    this.#nextRequestId = nextRequestId;
  }

  get isEmpty(): boolean {
    return this.#fresh.length === 0 && this.#rounds.size === 0 && this.#confirmed.length === 0;
  }

  add(deadlineMs: number, done: (outcome: ReadOutcome) => void): void {
    this.#fresh.push({ deadlineMs, done });
    this.#total.count += 1;
  }

  /** The number of the round to begin now, if any read waits for one. */
  begin(nowMs: number): number | null {
    if (this.#fresh.length === 0) return null;
    const requestId = this.#nextRequestId();
    this.#rounds.set(requestId, { waiting: this.#fresh, retryAtMs: nowMs + READ_RETRY_MS });
    this.#fresh = [];
    return requestId;
  }

  /** The core's answer. A dropped round goes back to the fresh ones, or is refused when there is no leader. */
  answered(state: ReadState, leader: ReplicaId): void {
    const round = this.#rounds.get(state.requestId);
    if (round === undefined) return;
    this.#rounds.delete(state.requestId);
    if (state.status === 'ok') this.#confirmed.push({ index: state.index, waiting: round.waiting });
    else if (leader === NONE) this.#refuse(round.waiting, 'no-leader', leader);
    else this.#retryLater(round.waiting);
  }

  /** Waits a tick or more: a leader that can't answer yet would be asked in a circle. */
  #retryLater(waiting: Waiting[]): void {
    this.#rounds.set(this.#nextRequestId(), { waiting, retryAtMs: 0 });
  }

  applied(index: number): void {
    if (this.#confirmed.length === 0) return;
    const left: Confirmed[] = [];
    for (const confirmed of this.#confirmed) {
      if (confirmed.index > index) left.push(confirmed);
      else
        for (const { done } of confirmed.waiting)
          this.#finish(done, { status: 'ok', appliedIndex: index });
    }
    this.#confirmed = left;
  }

  /** Refuses what is too late and takes rounds up again whose answer is overdue. True: there are fresh ones. */
  tick(nowMs: number, leader: ReplicaId): boolean {
    for (const [requestId, round] of this.#rounds) {
      if (round.retryAtMs > nowMs) continue;
      this.#rounds.delete(requestId);
      this.#fresh.push(...round.waiting);
    }
    this.#fresh = this.#expire(this.#fresh, nowMs, leader);
    this.#confirmed = this.#confirmed.map(({ index, waiting }) => ({
      index,
      waiting: this.#expire(waiting, nowMs, leader),
    }));
    this.#confirmed = this.#confirmed.filter(({ waiting }) => waiting.length > 0);
    return this.#fresh.length > 0;
  }

  #expire(waiting: readonly Waiting[], nowMs: number, leader: ReplicaId): Waiting[] {
    const late = waiting.filter(({ deadlineMs }) => deadlineMs <= nowMs);
    this.#refuse(late, 'timeout', leader);
    return waiting.filter(({ deadlineMs }) => deadlineMs > nowMs);
  }

  abandon(): void {
    const all = [
      ...this.#fresh,
      ...[...this.#rounds.values()].flatMap(({ waiting }) => waiting),
      ...this.#confirmed.flatMap(({ waiting }) => waiting),
    ];
    this.#fresh = [];
    this.#rounds.clear();
    this.#confirmed = [];
    this.#refuse(all, 'stopped', NONE);
  }

  #refuse(
    waiting: readonly Waiting[],
    reason: 'no-leader' | 'timeout' | 'stopped',
    leader: ReplicaId,
  ): void {
    for (const { done } of waiting) this.#finish(done, { status: 'refused', reason, leader });
  }

  #finish(done: (outcome: ReadOutcome) => void, outcome: ReadOutcome): void {
    this.#total.count -= 1;
    this.#later(() => done(outcome));
  }
}
