import type { BasicStatus, HardState } from '../../../core/index.ts';
import { broken } from '../../harness/broken.ts';

/** Terms, commit and applied indexes of one replica only grow; it votes once in a term. */
export class Monotonic {
  #last: BasicStatus | null = null;
  #durable: HardState = { term: 0, vote: 0, commit: 0 };

  /** A new incarnation: commit and applied may begin lower, durable terms may not. */
  restarted(status: BasicStatus): void {
    this.#last = null;
    if (status.term < this.#durable.term) broken('monotonic', 'the durable term fell');
    this.stepped(status);
  }

  stepped(now: BasicStatus): void {
    const last = this.#last;
    this.#last = now;
    const { applied, commit, lastIndex } = now;
    if (applied > commit || commit > lastIndex) {
      broken('monotonic', `applied ${applied}, commit ${commit}, last ${lastIndex}`);
    }
    if (last === null) return;
    if (now.term < last.term) broken('monotonic', `term ${last.term} fell to ${now.term}`);
    if (commit < last.commit) broken('monotonic', `commit ${last.commit} fell to ${commit}`);
    if (applied < last.applied) broken('monotonic', `applied ${last.applied} fell to ${applied}`);
    if (now.term === last.term && last.vote !== 0 && now.vote !== last.vote) {
      broken('monotonic', `vote in term ${now.term} changed from ${last.vote} to ${now.vote}`);
    }
  }

  persisted(now: HardState): void {
    const last = this.#durable;
    this.#durable = now;
    if (now.term < last.term) broken('monotonic', 'the durable term fell');
    if (now.term === last.term && last.vote !== 0 && now.vote !== last.vote) {
      broken('monotonic', `durable vote in term ${now.term} changed`);
    }
  }
}
