import type { Entry, RawNode } from '../core/index.ts';
import { entryBytes } from '../core/index.ts';
import type { Replica } from './replica.ts';

export interface ApplyEvents<TReply> {
  /** The group's own state machine threw: this replica can't go on, the others can. */
  failed(replica: Replica<TReply>, detail: string): void;
  confChanged(replica: Replica<TReply>): void;
}

/** Bytes that one group applies in one turn, at least one entry. */
const APPLY_BYTES_PER_TURN = 1024 * 1024;

/**
 * Takes committed entries to the state machines, a slice of each group a turn: a group with a long queue
 * doesn't hold up the heartbeats and the entries of the others.
 */
export class ApplyLoop<TReply> {
  readonly #entriesPerTurn: number;
  readonly #events: ApplyEvents<TReply>;
  entriesApplied = 0;

  constructor(entriesPerTurn: number, events: ApplyEvents<TReply>) {
    this.#entriesPerTurn = entriesPerTurn;
    this.#events = events;
  }

  hasWork(replica: Replica<TReply>): boolean {
    return replica.applyAt < replica.applyQueue.length;
  }

  slice(replica: Replica<TReply>, node: RawNode): void {
    if (!this.hasWork(replica)) return;
    let bytes = 0;
    for (let count = 0; count < this.#entriesPerTurn && bytes < APPLY_BYTES_PER_TURN; count += 1) {
      const entry = replica.applyQueue[replica.applyAt];
      if (entry === undefined) break;
      if (!this.#apply(replica, node, entry)) return;
      replica.applyAt += 1;
      bytes += entryBytes(entry);
    }
    if (replica.applyAt === replica.applyQueue.length) {
      replica.applyQueue = [];
      replica.applyAt = 0;
    }
    replica.bytesSinceSnapshot += bytes;
    node.advanceApply(replica.applied);
  }

  /** False: the replica has failed. */
  #apply(replica: Replica<TReply>, node: RawNode, entry: Entry): boolean {
    if (entry.index !== replica.applied + 1) {
      throw new RangeError(
        `group ${replica.group}: entry ${entry.index} to apply after ${replica.applied}`,
      );
    }
    if (entry.term !== replica.appliedTerm) {
      replica.appliedTerm = entry.term;
      replica.proposals.termBegan(entry.term, replica.leader);
    }
    if (entry.type !== 'normal') {
      replica.confState = node.applyConfChange(entry);
      replica.proposals.confChanged(entry.index, entry.term, replica.confState, replica.leader);
      this.#events.confChanged(replica);
    } else if (entry.data.length > 0 && !this.#applyData(replica, entry)) {
      // An empty entry is a new leader's first.
      return false;
    }
    replica.applied = entry.index;
    replica.entriesSinceSnapshot += 1;
    this.entriesApplied += 1;
    return true;
  }

  #applyData(replica: Replica<TReply>, entry: Entry): boolean {
    let reply: TReply;
    try {
      reply = replica.machine.apply(entry.index, entry.data);
    } catch (error) {
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#events.failed(replica, `entry ${entry.index} can't be applied: ${reason}`);
      return false;
    }
    replica.proposals.applied(entry.index, entry.term, reply, replica.leader);
    return true;
  }
}
