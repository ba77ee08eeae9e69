import type { RaftOptions } from '../options.ts';
import type { ConfState, Message, Ready, ReplicaId } from '../types.ts';
import { TestReplica } from './cluster.ts';
import { describeConf, describeMessage, describeReady } from './describe.ts';

/** Replicas, the messages between them, and the trace of what they do. */
export class ScenarioCluster {
  readonly replicas = new Map<ReplicaId, TestReplica>();
  readonly #options = new Map<ReplicaId, Partial<RaftOptions>>();
  messages: Message[] = [];
  trace: string[] = [];

  at(id: ReplicaId): TestReplica {
    const replica = this.replicas.get(id);
    if (replica === undefined) throw new Error(`there is no replica ${id}`);
    return replica;
  }

  add(id: ReplicaId, conf: ConfState, options: Partial<RaftOptions>): void {
    this.#options.set(id, options);
    this.replicas.set(id, new TestReplica({ ...options, id }, conf));
  }

  /** The process ends and starts again; writes that have not returned are lost. */
  restart(id: ReplicaId): void {
    const { storage } = this.at(id);
    const snapshot = storage.snapshot();
    const conf = snapshot?.confState ?? storage.initialState().confState;
    const options = { ...this.#options.get(id), id, applied: snapshot?.index ?? 0 };
    if (snapshot !== null) storage.setConfState(conf);
    this.replicas.set(id, new TestReplica(options, conf, storage));
  }

  /** Takes a Ready; its write stays under way. False: there was nothing to do. */
  take(id: ReplicaId): boolean {
    const replica = this.at(id);
    const before = describeConf(replica.node.status().confState);
    const ready = replica.take();
    if (ready === null) return false;
    this.#say(id, describeReady(ready));
    const after = describeConf(replica.node.status().confState);
    if (after !== before) this.#say(id, [`configuration: ${after}`]);
    this.#gather(replica);
    return true;
  }

  /** The oldest write under way returns. */
  persist(id: ReplicaId): Ready | null {
    const replica = this.at(id);
    const ready = replica.written();
    this.#gather(replica);
    return ready;
  }

  process(id: ReplicaId): boolean {
    if (!this.take(id)) return false;
    while (this.persist(id) !== null) {
      // Until all writes have returned.
    }
    return true;
  }

  #gather(replica: TestReplica): void {
    this.messages.push(...replica.outbox.splice(0));
  }

  #say(id: ReplicaId, lines: readonly string[]): void {
    for (const line of lines) this.trace.push(`${id}: ${line}`);
  }

  /** Delivers what waits for `to`, or loses it. False: nothing waited. */
  deliver(to: ReplicaId, isLost: (message: Message) => boolean): boolean {
    const due = this.messages.filter((message) => message.to === to);
    this.messages = this.messages.filter((message) => message.to !== to);
    for (const message of due) {
      if (isLost(message)) {
        this.trace.push(`lost ${describeMessage(message)}`);
        continue;
      }
      this.trace.push(describeMessage(message));
      this.replicas.get(to)?.node.step(message);
    }
    return due.length > 0;
  }

  /** Processes and delivers until nothing is left to do. */
  stabilize(ids: readonly ReplicaId[], lose: readonly ReplicaId[]): void {
    for (let round = 0; ; round += 1) {
      if (round > 200) throw new Error('the replicas do not come to rest');
      let busy = false;
      for (const id of ids) {
        // Not shortened by `busy ||`: every replica has its turn in every round.
        while (this.process(id)) busy = true;
      }
      for (const id of ids) {
        const isLost = ({ from }: Message): boolean => lose.includes(id) || lose.includes(from);
        if (this.deliver(id, isLost)) busy = true;
      }
      if (!busy) return;
    }
  }

  snapshot(id: ReplicaId): void {
    const { storage, node } = this.at(id);
    const { applied, confState } = node.status();
    storage.setSnapshot({ index: applied, term: storage.term(applied), confState });
  }
}

export function newConf(voters: readonly ReplicaId[], learners: readonly ReplicaId[]): ConfState {
  return { voters, learners, votersOutgoing: [], learnersNext: [], autoLeave: false };
}
