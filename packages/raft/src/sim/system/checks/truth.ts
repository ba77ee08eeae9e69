import type { ProposalOutcome } from '../../../host/host-api.ts';
import { broken } from '../../harness/broken.ts';
import { ElectionSafety } from '../../harness/election-safety.ts';
import { EMPTY_HASH } from '../../harness/hash.ts';

type ProposalState = 'open' | 'committed' | 'refused' | 'unknown';

interface Applied {
  readonly id: number;
  readonly hash: number;
}

export interface AskedRead {
  readonly acknowledged: number;
  readonly seen: number;
}

/** Numbers of proposals, and which group each was meant for. */
export class Payloads {
  readonly #groups: number[] = [];
  readonly #states: ProposalState[] = [];
  readonly #indexes: number[] = [];

  draw(group: number): number {
    this.#groups.push(group);
    this.#states.push('open');
    this.#indexes.push(0);
    return this.#groups.length - 1;
  }

  groupOf(id: number): number {
    return this.#groups[id] ?? broken('state machine safety', `no client proposed ${id}`);
  }

  stateOf(id: number): ProposalState {
    return this.#states[id] ?? 'open';
  }

  indexOf(id: number): number {
    return this.#indexes[id] ?? 0;
  }

  ended(id: number, state: ProposalState): void {
    if (this.#states[id] !== 'open') broken('answers', `a second answer to ${id}`);
    this.#states[id] = state;
  }

  applied(id: number, index: number): void {
    this.#indexes[id] = index;
  }
}

/** What is true of one group, whichever replica stated it first; all others are held against it. */
export class GroupTruth {
  readonly group: number;
  readonly elections = new ElectionSafety();
  readonly #payloads: Payloads;
  readonly #applied = new Map<number, Applied>();
  /** The newest index that any replica has applied, and the one that was acknowledged or read. */
  lastIndex = 0;
  lastHash = EMPTY_HASH;
  acknowledged = 0;
  /** The highest index at which a read has seen the group. */
  seen = 0;

  constructor(group: number, payloads: Payloads) {
    this.group = group;
    this.#payloads = payloads;
  }

  /** A replica whose state was that of `previous` has applied the entry at `index`. */
  applied(previous: number, index: number, id: number, hash: number): void {
    const where = `group ${this.group}, index ${index}`;
    if (index <= previous) broken('exactly once', `${where} after ${previous}`);
    const known = this.#applied.get(index);
    if (known !== undefined) {
      if (known.hash !== hash || known.id !== id)
        broken('state machine safety', `${where}: ${id}, elsewhere ${known.id}`);
      return;
    }
    if (index < this.lastIndex)
      broken('state machine safety', `${where}: ${id}, where others have applied nothing`);
    if (previous !== this.lastIndex)
      broken(
        'state machine safety',
        `${where}: after ${previous}, others were at ${this.lastIndex}`,
      );
    if (this.#payloads.groupOf(id) !== this.group)
      broken('state machine safety', `${where}: ${id} of group ${this.#payloads.groupOf(id)}`);
    if (this.#payloads.indexOf(id) !== 0)
      broken('exactly once', `${where}: ${id} was applied at ${this.#payloads.indexOf(id)} before`);
    if (this.#payloads.stateOf(id) === 'refused')
      broken('refused is never applied', `${where}: ${id}`);
    this.#payloads.applied(id, index);
    this.#applied.set(index, { id, hash });
    this.lastIndex = index;
    this.lastHash = hash;
  }

  restored(index: number, hash: number, isWhole: boolean): void {
    const expected = index === 0 ? EMPTY_HASH : this.#applied.get(index)?.hash;
    if (!isWhole || expected !== hash)
      broken('state machine safety', `group ${this.group}: the snapshot at ${index} is another's`);
  }

  ended(id: number, outcome: ProposalOutcome<number>): void {
    this.#payloads.ended(id, outcome.status);
    const index = this.#payloads.indexOf(id);
    switch (outcome.status) {
      case 'committed':
        if (outcome.index !== index || outcome.reply !== index)
          broken('answers', `${id} was acknowledged at ${outcome.index}, applied at ${index}`);
        this.acknowledged = Math.max(this.acknowledged, index);
        return;
      case 'refused':
        if (index !== 0)
          broken('refused is never applied', `group ${this.group}: ${id} is at ${index}`);
        return;
      case 'unknown':
        return;
    }
  }

  /** What a read that is asked now must have seen. */
  asked(): AskedRead {
    return { acknowledged: this.acknowledged, seen: this.seen };
  }

  /** A read was answered by a replica whose state machine is at `machineIndex`. */
  read(asked: AskedRead, appliedIndex: number, machineIndex: number): void {
    const isStale =
      appliedIndex < Math.max(asked.acknowledged, asked.seen) || machineIndex < asked.acknowledged;
    if (isStale) {
      const saw = `at ${appliedIndex} (${machineIndex})`;
      const known = `${asked.acknowledged} was acknowledged, ${asked.seen} was seen`;
      broken('linearizable reads', `group ${this.group}: read ${saw}, ${known}`);
    }
    this.seen = Math.max(this.seen, appliedIndex);
  }
}
