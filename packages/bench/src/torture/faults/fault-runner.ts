import type { FaultWindow, UnexpectedEnd } from '../checker/run-record.ts';
import type { RigCluster, RigNode } from '../rig/cluster.ts';
import type { Operations } from '../rig/operations.ts';
import { pause } from '../rig/wait-until.ts';
import { between, seededRandom } from '../seeded-random.ts';
import type { AgentServer } from '../workload/agent-server.ts';
import type { Workload } from '../workload/workload.ts';
import { FAULTS, type PlannedFault } from './definitions.ts';
import type { ActiveFault } from './fault.ts';
import type { Round } from './schedule.ts';

/** Faults of one round begin within so long. */
const STAGGER_MS_MAX = 1_500;
const RESTART_AFTER_MS = 500;

export interface FaultRunnerOptions {
  readonly cluster: RigCluster;
  readonly agents: AgentServer;
  readonly workload: Workload;
  readonly operations: Operations;
  readonly say: (text: string) => void;
}

/** Carries out what was planned, and writes down when, and whether it had an effect. */
export class FaultRunner {
  readonly windows: FaultWindow[] = [];
  readonly unexpectedEnds: UnexpectedEnd[] = [];
  readonly #options: FaultRunnerOptions;
  /** Nodes whose next end is our doing. */
  readonly #expected = new Set<string>();
  #closed = false;
  #brokenOff = false;

  constructor(options: FaultRunnerOptions) {
    this.#options = options;
    for (const node of options.cluster.nodes)
      node.process.onEnd = ({ code, signal }) => this.#ended(node, `${signal ?? `code ${code}`}`);
  }

  /** Something did not come back: there is no cluster any more that could be tortured. */
  get brokenOff(): boolean {
    return this.#brokenOff;
  }

  /** The round's faults, side by side, until all of them are healed. */
  async run(round: Round): Promise<void> {
    const stagger = seededRandom(round.faults[0]?.seed ?? 0);
    await Promise.all(
      round.faults.map(async (fault, at) => {
        if (at > 0) await pause(between(0, STAGGER_MS_MAX, stagger));
        await this.#perform(fault);
      }),
    );
  }

  /** All nodes may end while this goes on. */
  async expectingEnds<T>(act: () => Promise<T>): Promise<T> {
    this.#closed = true;
    try {
      return await act();
    } finally {
      this.#closed = false;
    }
  }

  /** From here on nodes end because the run is over. */
  close(): void {
    this.#closed = true;
  }

  async #perform(fault: PlannedFault): Promise<void> {
    const { cluster, agents, workload, operations, say } = this.#options;
    const nodes = fault.nodes.map((id) => nodeNamed(cluster, id));
    const startMs = performance.now();
    const expected = new Set(fault.nodes);
    const beginning = FAULTS[fault.kind].perform({
      cluster,
      agents,
      workload,
      operations,
      nodes,
      random: seededRandom(fault.seed),
      holdMs: fault.holdMs,
      expectEnd: (node) => {
        expected.add(node.id);
        this.#expected.add(node.id);
      },
    });
    const active = await beginning.catch(neverBegun);
    await pause(fault.holdMs);
    const trouble = await active.heal().then(
      () => null,
      (error: unknown) =>
        `it did not recover: ${error instanceof Error ? error.message : String(error)}`,
    );
    for (const id of expected) this.#expected.delete(id);
    const { effective, detail, broken } = active.proof();
    this.#brokenOff ||= trouble !== null;
    const window: FaultWindow = {
      number: this.windows.length + 1,
      kind: fault.kind,
      target: fault.nodes.join(' '),
      startMs,
      healedMs: performance.now(),
      effective,
      proof: detail,
      broken: trouble ?? broken,
    };
    this.windows.push(window);
    say(describeWindow(window));
  }

  #ended(node: RigNode, detail: string): void {
    if (this.#closed || this.#expected.delete(node.id)) return;
    const last = node.process.lastWords;
    this.unexpectedEnds.push({
      node: node.id,
      atMs: performance.now(),
      detail: `${detail}: ${last}`,
    });
    this.#options.say(`!! ${node.id} ended by itself with ${detail}: ${last}`);
    // The run continues: what follows may show more.
    setTimeout(() => {
      if (!this.#closed && node.process.pid === null) node.process.start();
    }, RESTART_AFTER_MS);
  }
}

/** What was to happen did not: the cluster's failure, not the rig's. */
function neverBegun(error: unknown): ActiveFault {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    heal: () => Promise.reject(new Error(detail)),
    proof: () => ({ effective: true, detail: 'it could not be carried out', broken: detail }),
  };
}

function nodeNamed(cluster: RigCluster, id: string): RigNode {
  const node = cluster.nodes.find((one) => one.id === id);
  if (node === undefined) throw new Error(`there is no node ${id}`);
  return node;
}

function describeWindow(window: FaultWindow): string {
  const seconds = ((window.healedMs - window.startMs) / 1000).toFixed(1);
  const trouble = window.broken === null ? '' : ` !! ${window.broken}`;
  const effect = window.effective ? '' : ' !! it had no effect';
  return `${window.kind} ${window.target} (${seconds} s): ${window.proof}${effect}${trouble}`;
}
