import type { ConfState, ReplicaId } from '../../core/index.ts';
import type { ConfChangeOutcome, ProposalOutcome, RefusedProposal } from '../host-api.ts';

/** Runs callbacks at the end of the turn, when no state is half changed. */
export type Later = (run: () => void) => void;

/** Proposals of all groups that wait; shared by the replicas of a node. */
export interface PendingCount {
  count: number;
}

export type ProposalWaiter<TReply> =
  | { readonly kind: 'data'; readonly done: (outcome: ProposalOutcome<TReply>) => void }
  | { readonly kind: 'conf-change'; readonly done: (outcome: ConfChangeOutcome) => void };

type Pending<TReply> = {
  readonly term: number;
  readonly deadlineMs: number;
} & ProposalWaiter<TReply>;

/**
 * Proposals of one replica, by index, until their outcome is certain:
 *
 * - an entry applied at the index with the same term: committed;
 * - an entry of a later term applied at or before the index: refused for good, since terms never fall along
 *   a log, so no log that holds that entry can hold the proposal behind it;
 * - covered by a snapshot from a leader, or too old: unknown.
 *
 * Losing the leadership alone decides nothing.
 */
export class Proposals<TReply> {
  readonly #pending = new Map<number, Pending<TReply>>();
  readonly #total: PendingCount;
  readonly #later: Later;

  constructor(total: PendingCount, later: Later) {
    this.#total = total;
    this.#later = later;
  }

  get count(): number {
    return this.#pending.size;
  }

  add(index: number, term: number, deadlineMs: number, waiter: ProposalWaiter<TReply>): void {
    const overwritten = this.#pending.get(index);
    // Our own log was cut and led again: the older one at this index can't be in it any more, but it may
    // still be in another's.
    if (overwritten !== undefined) this.#finish(index, overwritten, UNKNOWN);
    this.#pending.set(index, { term, deadlineMs, ...waiter });
    this.#total.count += 1;
  }

  /** A data entry of `term` was applied. */
  applied(index: number, term: number, reply: TReply, leader: ReplicaId): void {
    const pending = this.#pending.get(index);
    if (pending === undefined) return;
    if (pending.term !== term) this.#finish(index, pending, refusal(leader));
    else if (pending.kind === 'data') {
      const { done } = pending;
      this.#remove(index);
      this.#later(() => done({ status: 'committed', index, reply }));
    }
  }

  /** The entry was committed and changed nothing. */
  refused(index: number, term: number, reason: RefusedProposal['reason'], leader: ReplicaId): void {
    const pending = this.#pending.get(index);
    if (pending === undefined) return;
    const isOwn = pending.term === term;
    this.#finish(index, pending, isOwn ? { status: 'refused', reason, leader } : refusal(leader));
  }

  /** A change of the configuration was applied. */
  confChanged(index: number, term: number, confState: ConfState, leader: ReplicaId): void {
    const pending = this.#pending.get(index);
    if (pending === undefined) return;
    if (pending.term !== term) this.#finish(index, pending, refusal(leader));
    else if (pending.kind === 'conf-change') {
      const { done } = pending;
      this.#remove(index);
      this.#later(() => done({ status: 'committed', index, confState }));
    }
  }

  /** The first entry of `term` was applied: nothing proposed in an earlier one can follow it. */
  termBegan(term: number, leader: ReplicaId): void {
    for (const [index, pending] of this.#pending) {
      if (pending.term < term) this.#finish(index, pending, refusal(leader));
    }
  }

  /** A leader's snapshot covers everything up to `index`. */
  skipped(index: number): void {
    for (const [at, pending] of this.#pending) {
      if (at <= index) this.#finish(at, pending, UNKNOWN);
    }
  }

  expire(nowMs: number): void {
    for (const [index, pending] of this.#pending) {
      // Added in order of their deadlines: the first that is not due ends the search.
      if (pending.deadlineMs > nowMs) return;
      this.#finish(index, pending, UNKNOWN);
    }
  }

  /** The host stops, or the replica goes: what was appended may still be committed by others. */
  abandon(): void {
    for (const [index, pending] of this.#pending) this.#finish(index, pending, UNKNOWN);
  }

  #finish(index: number, { done }: Pending<TReply>, outcome: Verdict): void {
    this.#remove(index);
    this.#later(() => done(outcome));
  }

  #remove(index: number): void {
    this.#pending.delete(index);
    this.#total.count -= 1;
  }
}

type Verdict = { readonly status: 'unknown' } | RefusedProposal;

const UNKNOWN: Verdict = { status: 'unknown' };

function refusal(leader: ReplicaId): Verdict {
  return { status: 'refused', reason: 'not-leader', leader };
}
