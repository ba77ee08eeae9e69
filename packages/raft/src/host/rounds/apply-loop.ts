import type { Entry, RawNode } from '../../core/index.ts';
import { entryBytes } from '../../core/index.ts';
import type { Applied, Stall, StateMachine } from '../host-api.ts';
import type { Replica } from '../replica.ts';

export interface ApplyEvents<TReply> {
  /** This replica can't apply the entry: it applies nothing more, the others may. */
  stalled(replica: Replica<TReply>, stall: Stall): void;
  /** An operator took the entry out. */
  skipped(replica: Replica<TReply>, entry: Entry): void;
  /** Every replica refuses the entry alike. */
  refused(replica: Replica<TReply>, entry: Entry, detail: string): void;
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
    if (replica.stall !== null) return false;
    return replica.applyAt < replica.applyQueue.length || this.#mustRead(replica);
  }

  slice(replica: Replica<TReply>, node: RawNode): void {
    if (!this.hasWork(replica)) return;
    if (this.#mustRead(replica)) this.#read(replica);
    let bytes = 0;
    for (let count = 0; count < this.#entriesPerTurn && bytes < APPLY_BYTES_PER_TURN; count += 1) {
      const entry = replica.applyQueue[replica.applyAt];
      if (entry === undefined) break;
      if (!this.#apply(replica, node, entry)) break;
      replica.applyAt += 1;
      bytes += entryBytes(entry);
    }
    if (replica.applyAt === replica.applyQueue.length) {
      replica.applyQueue = [];
      replica.applyAt = 0;
    }
    if (replica.isReading && replica.applied === replica.handedOut) replica.isReading = false;
    replica.bytesSinceSnapshot += bytes;
    node.advanceApply(replica.applied);
  }

  #mustRead({ isReading, applyAt, applyQueue, applied, handedOut }: Replica<TReply>): boolean {
    return isReading && applyAt >= applyQueue.length && applied < handedOut;
  }

  /** The next slice of a replica that is behind what the core has handed out. */
  #read(replica: Replica<TReply>): void {
    const { log, applied, handedOut } = replica;
    replica.applyQueue = [...log.entries(applied + 1, handedOut + 1, APPLY_BYTES_PER_TURN)];
    replica.applyAt = 0;
  }

  /** False: the replica is stalled. */
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
    if (entry.type !== 'normal' && replica.isReplaying) {
      // Applied before: a configuration is changed once.
    } else if (entry.type !== 'normal') {
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
    if (replica.skips.length > 0 && isSkipped(replica, entry)) {
      replica.proposals.refused(entry.index, entry.term, 'malformed', replica.leader);
      this.#events.skipped(replica, entry);
      return true;
    }
    const applied = applyTo(replica.machine, entry);
    switch (applied.status) {
      case 'applied':
        replica.proposals.applied(entry.index, entry.term, applied.reply, replica.leader);
        return true;
      case 'malformed':
        replica.proposals.refused(entry.index, entry.term, 'malformed', replica.leader);
        this.#events.refused(replica, entry, applied.detail);
        return true;
      default: {
        const { index, term, data } = entry;
        const { status: reason, detail } = applied;
        this.#events.stalled(replica, { index, term, reason, detail, data });
        return false;
      }
    }
  }
}

function isSkipped<TReply>({ skips }: Replica<TReply>, { index, term, data }: Entry): boolean {
  return skips.some((skip) => skip.index === index && skip.term === term && skip.matches(data));
}

/** A defect of a state machine is this group's alone. Whatever is thrown elsewhere is the host's, and fatal. */
function applyTo<TReply>(
  machine: StateMachine<TReply>,
  entry: Entry,
): Applied<TReply> | { readonly status: 'exception'; readonly detail: string } {
  try {
    return machine.apply(entry.index, entry.data);
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { status: 'exception', detail };
  }
}
