import type { ReplicaId } from '../types.ts';
import { Inflights } from './inflights.ts';

/**
 * How a leader sends to a replica: 'probe' one append at a time to find where the logs meet, 'replicate' a
 * pipeline, 'snapshot' nothing while a snapshot is on its way.
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/** Pipelines that are begun anew at once, between two heartbeat responses. */
const REWINDS_MAX = 1;

export interface ProgressLimits {
  readonly inflightMessagesMax: number;
  readonly inflightBytesMax: number;
}

/**
 * What a leader knows of one replica.
 *
 * Invariant: 0 <= match < next.
 */
export class Progress {
  readonly id: ReplicaId;
  /** Highest index known to be on the replica's disk, as part of our log. */
  match = 0;
  /** The next index to send. */
  next: number;
  state: ProgressState = 'probe';
  /** While in state 'snapshot': the index that the snapshot being sent brings. */
  pendingSnapshot = 0;
  /** Heard of since the last check of the quorum. */
  recentActive = false;
  /** Nothing is sent before the next answer or heartbeat response. */
  paused = false;
  /** Highest commit index sent to the replica. */
  sentCommit = 0;
  /** Newest ReadIndex round that the replica answered. */
  readRound = 0;
  isLearner = false;
  readonly inflights: Inflights;
  /** Pipelines that were rejected since the last heartbeat response. */
  #rewinds = 0;

  constructor(id: ReplicaId, next: number, limits: ProgressLimits) {
    this.id = id;
    this.next = next;
    this.inflights = new Inflights(limits.inflightMessagesMax, limits.inflightBytesMax);
  }

  /** The start of a term. */
  restart(match: number, next: number): void {
    this.#enter('probe');
    this.match = match;
    this.next = next;
    this.sentCommit = 0;
    this.readRound = 0;
    this.recentActive = false;
    this.#rewinds = 0;
  }

  /**
   * Pipelines were rejected too often: until the next heartbeat response nothing is sent, and answers begin
   * nothing. Where messages overtake each other, every late append of an old pipeline could otherwise begin a
   * new one, and their number would grow without end.
   */
  get isHeld(): boolean {
    return this.#rewinds > REWINDS_MAX;
  }

  /** An append of the pipeline was rejected: back to one at a time. */
  rewind(): void {
    this.#rewinds += 1;
    this.becomeProbe();
  }

  heartbeatAnswered(): void {
    this.#rewinds = 0;
  }

  #enter(state: ProgressState): void {
    this.paused = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.inflights.clear();
  }

  becomeProbe(): void {
    // After a snapshot the probe starts behind it: the replica may have it all.
    const next =
      this.state === 'snapshot' ? Math.max(this.match, this.pendingSnapshot) : this.match;
    this.#enter('probe');
    this.next = next + 1;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  becomeReplicate(): void {
    this.#enter('replicate');
    this.next = this.match + 1;
  }

  becomeSnapshot(index: number): void {
    this.#enter('snapshot');
    this.pendingSnapshot = index;
    this.next = index + 1;
    this.sentCommit = index;
  }

  /** The replica has everything up to `index`. False when that was known. */
  maybeUpdate(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.paused = false;
    return true;
  }

  /** A rejection of the append behind `rejected`; false when it answers an older message. */
  maybeDecrease(rejected: number, hint: number): boolean {
    switch (this.state) {
      case 'replicate':
        if (rejected <= this.match) return false;
        this.next = this.match + 1;
        break;
      case 'probe':
        if (this.next - 1 !== rejected) return false;
        this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
        break;
      case 'snapshot':
        return false;
    }
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    this.paused = false;
    return true;
  }

  isPaused(): boolean {
    return this.state === 'snapshot' || this.paused || this.isHeld;
  }

  /** Would an append with `commit` tell the replica of entries that it has or is about to have? */
  wantsCommit(commit: number): boolean {
    return Math.min(commit, this.next - 1) > this.sentCommit;
  }

  /** An append left. A full window still lets one empty append through per heartbeat response. */
  sent(count: number, bytes: number): void {
    if (this.state === 'replicate') {
      if (count > 0) {
        this.next += count;
        this.inflights.add(this.next - 1, bytes);
      }
      this.paused = this.inflights.full();
    } else {
      this.paused = true;
    }
  }
}
