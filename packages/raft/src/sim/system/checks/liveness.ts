import { broken } from '../../harness/broken.ts';
import type { SimNode } from '../machine/sim-node.ts';
import type { Shared } from '../shared.ts';
import type { Workload } from '../workload.ts';
import type { GroupTruth } from './truth.ts';

/** Nothing is broken any more for so long: by then everything must have been done. */
const LIMIT_MS = 60_000;
const POLL_EVERY_MS = 250;
const REST_MS = 25_000;

/**
 * After all faults: every group has a leader which commits something new, and all replicas come to the same
 * state. Then the power fails everywhere, and everything that was acknowledged is still there.
 */
export class LivenessPhase {
  readonly #shared: Shared;
  readonly #nodes: readonly SimNode[];
  readonly #workload: Workload;
  #waiting: GroupTruth[] = [];
  #deadlineMs = 0;
  #round = 0;
  /** By group: what was acknowledged when the round began. */
  #before: readonly number[] = [];
  isDone = false;

  constructor(shared: Shared, nodes: readonly SimNode[], workload: Workload) {
    this.#shared = shared;
    this.#nodes = nodes;
    this.#workload = workload;
  }

  begin(): void {
    const { truths, timeline } = this.#shared;
    this.#round += 1;
    this.#deadlineMs = timeline.now + LIMIT_MS;
    this.#waiting = [...truths];
    this.#before = truths.map(({ acknowledged }) => acknowledged);
    this.#look();
  }

  #look(): void {
    const { timeline } = this.#shared;
    timeline.after(POLL_EVERY_MS, () => {
      this.#workload.checkAnswers();
      this.#waiting = this.#waiting.filter((truth) => !this.#isSettled(truth));
      if (this.#waiting.length === 0) this.#settled();
      else if (timeline.now > this.#deadlineMs) this.#fail();
      else this.#look();
    });
  }

  /** Something new was committed, and every replica has it. */
  #isSettled(truth: GroupTruth): boolean {
    if (truth.acknowledged <= (this.#before[truth.group] ?? 0)) {
      this.#workload.propose(truth, false);
      return false;
    }
    return this.#nodes.every(({ running }) => {
      const machine = running?.machines[truth.group];
      return machine?.index === truth.lastIndex && machine.hash === truth.lastHash;
    });
  }

  #settled(): void {
    if (this.#round === 2) {
      this.isDone = true;
      return;
    }
    const { timeline, seed } = this.#shared;
    // In some runs long enough for every call to have its answer.
    timeline.after(seed % 4 === 0 ? REST_MS : 1, () => {
      this.#workload.checkAnswers();
      for (const node of this.#nodes) {
        node.losePower();
        this.#shared.restart(node);
      }
      this.begin();
    });
  }

  #fail(): void {
    const [truth] = this.#waiting;
    const group = truth?.group ?? 0;
    const states = this.#nodes.map(({ number, running }) => {
      const index = running?.machines[group]?.index;
      return `node ${number}: ${JSON.stringify(running?.host.status(group))} applied data ${index}`;
    });
    const what = `${this.#waiting.length} groups unsettled, group ${group} at ${truth?.lastIndex}`;
    broken('liveness', `round ${this.#round}: ${what}\n${states.join('\n')}`);
  }
}
