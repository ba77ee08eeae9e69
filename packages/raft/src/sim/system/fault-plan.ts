import type { RandomStream } from '../harness/random.ts';
import type { DiskOperationKind } from './machine/sim-disk.ts';
import type { SimNode } from './machine/sim-node.ts';
import type { Shared } from './shared.ts';

/** Operations in the middle of which a process is killed. */
const DANGEROUS: readonly DiskOperationKind[] = [
  'write',
  'write',
  'sync',
  'sync',
  'create',
  'rename',
  'unlink',
  'sync-directory',
  'read',
];

/** Everything that goes wrong, each kind at its own random times from a stream of its own. */
export class FaultPlan {
  readonly #shared: Shared;
  readonly #nodes: readonly SimNode[];
  readonly #streams: (name: string) => RandomStream;
  #isOver = false;

  constructor(shared: Shared, nodes: readonly SimNode[], streams: (name: string) => RandomStream) {
    this.#shared = shared;
    this.#nodes = nodes;
    this.#streams = streams;
  }

  begin(): void {
    const { swarm } = this.#shared;
    this.#repeat('crash', swarm.crashEveryMs, (random) => this.#crash(random.pick(this.#nodes)));
    this.#repeat('crash at disk', swarm.crashAtDiskEveryMs, (random) => this.#crashAtDisk(random));
    this.#repeat('power', swarm.powerLossEveryMs, (random) => this.#losePower(random));
    this.#repeat('stop', swarm.stopEveryMs, (random) => random.pick(this.#nodes).stop());
    this.#repeat('pause', swarm.pauseEveryMs, (random) => this.#pause(random));
    this.#repeat('stall', swarm.stallEveryMs, (random) => this.#stall(random));
    this.#repeat('full', swarm.fullEveryMs, (random) => this.#fill(random));
    this.#repeat('no room', swarm.noRoomEveryMs, (random) =>
      random.pick(this.#nodes).faults.refuseNextWrite(),
    );
    this.#repeat('sync error', swarm.syncErrorEveryMs, (random) =>
      random.pick(this.#nodes).faults.failNextSync(),
    );
    this.#repeat('partition', swarm.partitionEveryMs, (random) => this.#partition(random));
    this.#repeat('reset', swarm.resetEveryMs, (random) => this.#reset(random));
    this.#repeat('corrupt', swarm.corruptEveryMs, (random) => this.#corrupt(random));
  }

  #repeat(name: string, everyMs: number, fault: (random: RandomStream) => void): void {
    if (everyMs === 0) return;
    const random = this.#streams(name);
    const again = (): void => {
      this.#shared.timeline.after((random.below(2_000) / 1_000) * everyMs + 1, () => {
        if (this.#isOver) return;
        fault(random);
        again();
      });
    };
    again();
  }

  #crash(node: SimNode): void {
    if (node.process === null) return;
    this.#shared.coverage.count('crash of a process');
    node.crash();
    this.#shared.restart(node);
  }

  #crashAtDisk(random: RandomStream): void {
    const node = random.pick(this.#nodes);
    const wanted = random.pick(DANGEROUS);
    let left = random.below(4);
    node.faults.onOperation = ({ kind }) => {
      if (kind !== wanted || node.process === null) return;
      left -= 1;
      if (left >= 0) return;
      if (kind === 'sync') this.#shared.coverage.count('crash with a sync in flight');
      this.#crash(node);
    };
  }

  #losePower(random: RandomStream): void {
    const { coverage } = this.#shared;
    const count = random.pick([1, 1, 2, this.#nodes.length]);
    const first = random.below(this.#nodes.length);
    if (count * 2 > this.#nodes.length) coverage.count('power loss of a majority');
    for (let at = 0; at < count; at += 1) {
      const node = this.#nodes[(first + at) % this.#nodes.length];
      if (node === undefined) continue;
      coverage.count('power loss');
      node.losePower();
      this.#shared.restart(node);
    }
  }

  #pause(random: RandomStream): void {
    const { process } = random.pick(this.#nodes);
    if (process === null || process.isPaused) return;
    this.#shared.coverage.count('pause');
    process.pause();
    const timersFirst = random.chance(0.7);
    this.#shared.timeline.after(random.pick([120, 400, 1_500, 4_000, 8_000]), () =>
      process.resume(timersFirst),
    );
  }

  #stall(random: RandomStream): void {
    this.#shared.coverage.count('disk stalled');
    random.pick(this.#nodes).faults.stall(random.pick([50, 300, 1_000, 3_000, 8_000]));
  }

  #fill(random: RandomStream): void {
    const { faults } = random.pick(this.#nodes);
    if (faults.isFull) return;
    this.#shared.coverage.count('disk full');
    faults.isFull = true;
    this.#shared.timeline.after(random.between(500, 6_000), () => {
      faults.isFull = false;
    });
  }

  #partition(random: RandomStream): void {
    const { network, coverage, timeline } = this.#shared;
    if (!network.links.isWhole) return;
    const kind = random.below(10);
    if (kind < 2) {
      network.links.bridge(random);
      coverage.count('bridge');
    } else {
      network.links.partition(random, kind < 5);
      coverage.count(kind < 5 ? 'partition one way' : 'partition');
    }
    timeline.after(random.pick([50, 300, 1_000, 3_000, 8_000]), () => network.mend());
  }

  #reset(random: RandomStream): void {
    const pipe = this.#shared.network.pick(random);
    if (pipe === null) return;
    this.#shared.coverage.count('connection reset');
    pipe.reset();
  }

  #corrupt(random: RandomStream): void {
    this.#shared.network.pick(random)?.near.corrupt();
  }

  end(): void {
    this.#isOver = true;
    for (const node of this.#nodes) node.faults.heal();
  }
}
