import { Inflights } from './inflights.ts';

export type ProgressState = 'probe' | 'replicate' | 'snapshot';

/**
 * What a leader knows of one replica.
 *
 * Invariant: 0 <= match < next.
 */
export class Progress {
  match = 0;
  next: number;
  state: ProgressState = 'probe';
  /** While in state 'snapshot': the index that the snapshot being sent brings. */
  pendingSnapshot = 0;
  recentActive = false;
  /** Probing: one message until the next answer or heartbeat. */
  probeSent = false;
  /** Highest commit index told to the replica. */
  sentCommit = 0;
  isLearner: boolean;
  readonly inflights: Inflights;

  constructor(next: number, isLearner: boolean, messagesMax: number, bytesMax: number) {
    this.next = next;
    this.isLearner = isLearner;
    this.inflights = new Inflights(messagesMax, bytesMax);
  }

  #reset(state: ProgressState): void {
    this.probeSent = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.inflights.clear();
  }

  becomeProbe(): void {
    const { state, pendingSnapshot } = this;
    this.#reset('probe');
    this.next = state === 'snapshot' ? Math.max(this.match + 1, pendingSnapshot + 1) : this.match + 1;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  becomeReplicate(): void {
    this.#reset('replicate');
    this.next = this.match + 1;
  }

  becomeSnapshot(index: number): void {
    this.#reset('snapshot');
    this.pendingSnapshot = index;
    this.next = index + 1;
    this.sentCommit = index;
  }

  maybeUpdate(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.probeSent = false;
    return true;
  }

  /** A rejection of the append at `rejected`; false when it is about an older message. */
  maybeDecrease(rejected: number, hint: number): boolean {
    if (this.state === 'replicate') {
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
      this.sentCommit = Math.min(this.sentCommit, this.next - 1);
      return true;
    }
    if (this.next - 1 !== rejected) return false;
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    this.probeSent = false;
    return true;
  }

  isPaused(): boolean {
    switch (this.state) {
      case 'probe':
        return this.probeSent;
      case 'replicate':
        return this.probeSent || this.inflights.full();
      case 'snapshot':
        return true;
    }
  }

  sentEntries(count: number, bytes: number): void {
    switch (this.state) {
      case 'replicate':
        if (count > 0) {
          this.next += count;
          this.inflights.add(this.next - 1, bytes);
        }
        // A full window still lets an empty append through per heartbeat, so that a lost one is noticed.
        this.probeSent = this.inflights.full();
        return;
      case 'probe':
        if (count > 0) this.probeSent = true;
        return;
      case 'snapshot':
        return;
    }
  }
}
