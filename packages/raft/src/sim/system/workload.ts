import type { ConfChangeSingle } from '../../core/index.ts';
import type { RandomStream } from '../harness/random.ts';
import { encodePayload } from './checks/chain-machine.ts';
import type { GroupTruth, Payloads } from './checks/truth.ts';
import { checkQuorumDurable } from './machine/durable-node.ts';
import { OpenCalls } from './machine/open-calls.ts';
import type { SimNode } from './machine/sim-node.ts';
import type { Shared } from './shared.ts';

const READ_TIMEOUT_MS = 5_000;

/** Clients: they propose to the leader, read anywhere, and ask for transfers and snapshots. */
export class Workload {
  readonly #shared: Shared;
  readonly #nodes: readonly SimNode[];
  readonly #payloads: Payloads;
  readonly #random: RandomStream;
  readonly #calls = new OpenCalls();
  isOver = false;

  constructor(shared: Shared, nodes: readonly SimNode[], payloads: Payloads, random: RandomStream) {
    this.#shared = shared;
    this.#nodes = nodes;
    this.#payloads = payloads;
    this.#random = random;
  }

  begin(): void {
    const { timeline, swarm } = this.#shared;
    const wait = (this.#random.below(2_000) / 1_000) * swarm.operationEveryMs;
    timeline.after(wait, () => {
      if (this.isOver) return;
      this.#operation();
      this.begin();
    });
  }

  #operation(): void {
    const random = this.#random;
    const truth = random.pick(this.#shared.truths);
    const kind = random.below(100);
    if (kind < 70) {
      const count = random.chance(0.1) ? random.between(2, 20) : 1;
      for (let at = 0; at < count; at += 1) this.propose(truth, random.chance(0.05));
    } else if (kind < 92) this.read(random.pick(this.#nodes), truth);
    else if (kind < 95) this.#transfer(truth);
    else if (kind < 97 && this.#shared.swarm.changesMembers) this.#changeMembers(truth);
    else this.#snapshot(truth);
  }

  leaderOf(group: number): SimNode | null {
    return this.#nodes.find(({ running }) => running?.host.isLeader(group)) ?? null;
  }

  propose(truth: GroupTruth, anywhere: boolean): void {
    const { group } = truth;
    const node = anywhere ? this.#random.pick(this.#nodes) : this.leaderOf(group);
    const running = node?.running ?? null;
    const process = node?.process ?? null;
    if (running === null || process === null) return;
    const { coverage, swarm, timeline } = this.#shared;
    const id = this.#payloads.draw(group);
    const data = encodePayload(id, this.#random.below(swarm.payloadBytesMax + 1));
    process.enter('io', () => {
      const answered = this.#calls.ask(process, timeline.now, `proposal ${id} of group ${group}`);
      running.host.propose(group, data, (outcome) => {
        // What a dead process would have sent reaches no node.
        if (!process.isAlive) return;
        answered();
        truth.ended(id, outcome);
        coverage.count(`proposal ${outcome.status}`);
        if (outcome.status !== 'committed') return;
        const durable = this.#nodes.map((each) => each.durable);
        checkQuorumDurable(group, outcome.index, durable);
      });
    });
  }

  read(node: SimNode, truth: GroupTruth): void {
    const { group } = truth;
    const { running, process } = node;
    const machine = running?.machines[group];
    if (running === null || process === null || machine === undefined) return;
    const { coverage, timeline } = this.#shared;
    const asked = truth.asked();
    process.enter('io', () => {
      const answered = this.#calls.ask(process, timeline.now, `a read of group ${group}`);
      running.host.read(group, READ_TIMEOUT_MS, (outcome) => {
        if (!process.isAlive) return;
        answered();
        if (outcome.status === 'refused') {
          coverage.count('read refused');
          return;
        }
        const isLeader = running.host.isLeader(group);
        coverage.count(isLeader ? 'read answered by a leader' : 'read answered by a follower');
        truth.read(asked, outcome.appliedIndex, machine.index);
      });
    });
  }

  /** To be called while nothing is paused or broken. */
  checkAnswers(): void {
    this.#calls.check(this.#shared.timeline.now);
  }

  #transfer({ group }: GroupTruth): void {
    const node = this.leaderOf(group);
    const to = 1 + this.#random.below(this.#nodes.length);
    const { running, process } = node ?? { running: null, process: null };
    process?.enter('io', () => running?.host.transferLeadership(group, to));
  }

  /** A voter becomes a learner, or the learner a voter again: one at a time, so that quorums stay as they are. */
  #changeMembers({ group }: GroupTruth): void {
    const { running, process } = this.leaderOf(group) ?? { running: null, process: null };
    if (running === null || process === null) return;
    const { coverage, timeline } = this.#shared;
    const [learner] = running.host.status(group).confState.learners;
    const change: ConfChangeSingle =
      learner === undefined
        ? { type: 'add-learner-node', nodeId: 1 + this.#random.below(this.#nodes.length) }
        : { type: 'add-node', nodeId: learner };
    process.enter('io', () => {
      const answered = this.#calls.ask(process, timeline.now, `a change of group ${group}`);
      running.host.proposeConfChange(group, change, (outcome) => {
        if (!process.isAlive) return;
        answered();
        if (outcome.status !== 'committed') return;
        coverage.count(learner === undefined ? 'voter demoted' : 'learner promoted');
      });
    });
  }

  #snapshot({ group }: GroupTruth): void {
    const { running, process } = this.#random.pick(this.#nodes);
    process?.enter('io', () => running?.host.snapshotGroup(group));
  }
}
