import type { Message } from '../../../core/index.ts';
import type { RecoveredWal, Wal, WalRecord } from '../../../wal/index.ts';
import { broken } from '../../harness/broken.ts';
import type { Coverage } from '../../harness/coverage.ts';
import type { Situation } from '../situations.ts';
import { DurableLog } from './durable-log.ts';

/** What the log of one node has answered to be durable, over all of its lives; held against what is read back. */
export class DurableNode {
  readonly node: number;
  readonly #coverage: Coverage<Situation>;
  #logs = new Map<number, DurableLog>();
  /** Handed to the log of the present process and not answered yet. */
  #pending: (readonly WalRecord[])[] = [];

  constructor(node: number, coverage: Coverage<Situation>) {
    this.node = node;
    this.#coverage = coverage;
  }

  logOf(group: number): DurableLog | null {
    return this.#logs.get(group) ?? null;
  }

  /** The log as the host uses it, with a record of what it promises. */
  observe(wal: Wal): Wal {
    return {
      append: (records, done) => {
        this.#pending.push(records);
        wal.append(records, (failure) => {
          // What failed may be on the disk all the same; what found no room never is.
          if (failure === null || failure.kind === 'full')
            this.#pending = this.#pending.filter((pending) => pending !== records);
          if (failure === null) this.#take(this.#logs, records);
          done(failure);
        });
      },
      readEntries: (key, low, high, bytesMax) => wal.readEntries(key, low, high, bytesMax),
      pinningGroups: () => wal.pinningGroups(),
      get stats() {
        return wal.stats;
      },
      close: (done) => wal.close(done),
    };
  }

  #take(logs: Map<number, DurableLog>, records: readonly WalRecord[]): void {
    for (const record of records) {
      const { group, incarnation } = record.key;
      let log = logs.get(group);
      if (log === undefined || record.type === 'group-created') {
        log = new DurableLog(incarnation);
        logs.set(group, log);
      }
      log.apply(record);
    }
  }

  /** A process read its log: all that was answered, and perhaps some of what was on its way, in order. */
  recovered(recovered: RecoveredWal): void {
    let problem = this.#difference(this.#logs, recovered);
    if (problem !== null && this.#pending.length > 0) {
      const logs = new Map([...this.#logs].map(([group, log]) => [group, log.copy()]));
      for (const records of this.#pending) {
        this.#take(logs, records);
        if (this.#difference(logs, recovered) !== null) continue;
        problem = null;
        this.#logs = logs;
        this.#coverage.count('unacknowledged write recovered');
        break;
      }
    }
    if (problem !== null) broken('recovery', `node ${this.node}: ${problem}`);
    if (recovered.tornBytes > 0) this.#coverage.count('torn tail cut');
    this.#pending = [];
    // Commit indexes that were written without a promise count from now on.
    for (const { key, hardState } of recovered.groups) {
      const log = this.#logs.get(key.group);
      if (log !== undefined) log.hardState = hardState;
    }
  }

  #difference(logs: ReadonlyMap<number, DurableLog>, recovered: RecoveredWal): string | null {
    if (recovered.groups.length !== logs.size)
      return `${recovered.groups.length} groups, not ${logs.size}`;
    for (const group of recovered.groups) {
      const log = logs.get(group.key.group);
      if (log?.incarnation !== group.key.incarnation) return `group ${group.key.group} is missing`;
      const difference = log.difference(group);
      if (difference !== null) return `group ${group.key.group}: ${difference}`;
    }
    return null;
  }

  /** What a message promises is durable when it leaves. */
  checkPromise(group: number, message: Message): void {
    const where = `node ${this.node}, group ${group}`;
    const log = this.#logs.get(group);
    const term = log?.hardState.term ?? 0;
    const last = Math.max(log?.lastIndex ?? 0, log?.snapshotIndex ?? 0);
    switch (message.type) {
      case 'append-response':
        if (term < message.term) broken('persist before send', `${where}: term ${message.term}`);
        if (!message.reject && term === message.term && last < message.index)
          broken('persist before send', `${where}: ${message.index} of ${last}`);
        return;
      case 'vote-response':
        if (term < message.term) broken('persist before send', `${where}: term ${message.term}`);
        if (!message.reject && term === message.term && log?.hardState.vote !== message.to)
          broken('persist before send', `${where}: a vote for ${message.to}`);
        return;
      case 'vote':
        if (term < message.term) broken('persist before send', `${where}: term ${message.term}`);
        return;
      default:
        return;
    }
  }
}

/** An entry that is acknowledged is durable on a quorum, in one and the same term. */
export function checkQuorumDurable(
  group: number,
  index: number,
  nodes: readonly DurableNode[],
): void {
  const byTerm = new Map<number, number>();
  let covered = 0;
  for (const node of nodes) {
    const log = node.logOf(group);
    const term = log?.termAt(index) ?? null;
    if (log !== null && log.snapshotIndex >= index) covered += 1;
    else if (term !== null) byTerm.set(term, (byTerm.get(term) ?? 0) + 1);
  }
  const most = covered + Math.max(0, ...byTerm.values());
  if (most * 2 <= nodes.length)
    broken('quorum durability', `group ${group}: ${index} is on ${most} of ${nodes.length} disks`);
}
