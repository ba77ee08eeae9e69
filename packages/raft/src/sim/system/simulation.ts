import { Coverage } from '../harness/coverage.ts';
import type { Log, Run } from '../harness/layer.ts';
import { RandomStream } from '../harness/random.ts';
import { LivenessPhase } from './checks/liveness.ts';
import { GroupTruth, Payloads } from './checks/truth.ts';
import { FaultPlan } from './fault-plan.ts';
import { SimNetwork } from './machine/sim-net.ts';
import { SimNode } from './machine/sim-node.ts';
import type { Shared } from './shared.ts';
import { SITUATIONS } from './situations.ts';
import { type RunSetup, type Swarm, swarmOf } from './swarm.ts';
import { Timeline } from './timeline.ts';
import { Workload } from './workload.ts';

/** One run: production hosts, logs and meshes on simulated machines, from one seed. */
export class Simulation implements Shared, Run {
  readonly seed: number;
  readonly swarm: Swarm;
  readonly timeline = new Timeline();
  readonly coverage = new Coverage(SITUATIONS);
  readonly network: SimNetwork;
  readonly truths: readonly GroupTruth[];
  readonly nodes: readonly SimNode[];
  readonly #workload: Workload;
  readonly #faults: FaultPlan;
  readonly #liveness: LivenessPhase;
  readonly #restarts: RandomStream;
  readonly #cuts: RandomStream;
  #isCalm = false;

  readonly trace: Log;

  constructor(run: RunSetup, log: Log) {
    const { seed } = run;
    this.seed = seed;
    this.trace = (line) => log(() => `${this.timeline.now.toFixed(3)} ${line()}`);
    this.swarm = swarmOf(run);
    const stream = (name: string): RandomStream => new RandomStream(seed, `l1 ${name}`);
    this.network = new SimNetwork({
      timeline: this.timeline,
      random: stream('network'),
      swarm: this.swarm,
      coverage: this.coverage,
      hostOf: (number) => this.nodes[number - 1] ?? null,
    });
    const payloads = new Payloads();
    this.truths = Array.from(
      { length: this.swarm.groups },
      (_, group) => new GroupTruth(group, payloads),
    );
    this.nodes = Array.from({ length: this.swarm.nodes }, (_, at) => new SimNode(at + 1, this));
    this.#workload = new Workload(this, this.nodes, payloads, stream('workload'));
    this.#faults = new FaultPlan(this, this.nodes, (name) => stream(`fault ${name}`));
    this.#liveness = new LivenessPhase(this, this.nodes, this.#workload);
    this.#restarts = stream('restarts');
    this.#cuts = stream('cuts');
    if (this.swarm.nodes === 5) this.coverage.count('five nodes');
    if (this.swarm.groups >= 64) this.coverage.count('many groups');
  }

  get events(): number {
    return this.timeline.events;
  }

  get traceHash(): number {
    return this.timeline.hash;
  }

  states(): readonly string[] {
    return this.nodes.map(({ number, running, isDown, process }) => {
      const state = isDown ? 'down' : process?.isPaused ? 'paused' : 'up';
      const led = running?.host.groups.filter((group) => running.host.isLeader(group)) ?? [];
      return `node ${number} is ${state}, leads [${led.slice(0, 20).join(' ')}]`;
    });
  }

  run(): void {
    for (const node of this.nodes) this.#start(node, this.#restarts.below(500));
    this.#workload.begin();
    this.#faults.begin();
    this.#runUntil(() => this.timeline.now >= this.swarm.safetyMs);
    this.#isCalm = true;
    this.#workload.isOver = true;
    this.#faults.end();
    this.network.heal();
    for (const node of this.nodes) {
      node.process?.resume(true);
      if (node.isDown) this.#start(node, 1);
    }
    this.#liveness.begin();
    this.#runUntil(() => this.#liveness.isDone);
  }

  #runUntil(isOver: () => boolean): void {
    while (!isOver()) if (!this.timeline.step()) return;
  }

  restart(node: SimNode): void {
    const random = this.#restarts;
    this.#start(node, this.#isCalm ? 100 : random.pick([20, 200, 1_000, 5_000]));
  }

  #start(node: SimNode, delayMs: number): void {
    this.timeline.after(delayMs, () => {
      if (node.isDown) node.boot();
    });
  }

  cutOf(bytes: number): number {
    return this.#cuts.chance(0.5) ? 0 : this.#cuts.below(bytes + 1);
  }
}
