import type { ClusterWire, Operations } from '../rig/operations.ts';
import { pause } from '../rig/wait-until.ts';

const EVERY_MS = 100;

/** Groups that move at one moment, by what the nodes report: those with a replica that learns. */
export function movingIn({ groups }: Pick<ClusterWire, 'groups'>): {
  readonly groups: number;
  readonly towards: number;
} {
  const towards = new Map<string, number>();
  let moving = 0;
  for (const { replicas } of groups) {
    const learners = replicas.filter(({ role }) => role === 'learner');
    if (learners.length > 0) moving += 1;
    for (const { node_id } of learners) towards.set(node_id, (towards.get(node_id) ?? 0) + 1);
  }
  return { groups: moving, towards: Math.max(0, ...towards.values()) };
}

/** Looks at the moves of groups while a change goes on. */
export class MoveWatch {
  /** The most that was seen at one moment. */
  groupsMax = 0;
  towardsMax = 0;
  looks = 0;
  readonly #operations: Operations;
  readonly #running: Promise<void>;
  #stop = false;

  constructor(operations: Operations) {
    this.#operations = operations;
    this.#running = this.#run();
  }

  async end(): Promise<string> {
    this.#stop = true;
    await this.#running;
    return `at most ${this.groupsMax} groups moved at once, ${this.towardsMax} of them towards one node (${this.looks} looks)`;
  }

  async #run(): Promise<void> {
    while (!this.#stop) {
      const cluster = await this.#operations.cluster();
      if (cluster !== null) {
        const { groups, towards } = movingIn(cluster);
        this.groupsMax = Math.max(this.groupsMax, groups);
        this.towardsMax = Math.max(this.towardsMax, towards);
        this.looks += 1;
      }
      await pause(EVERY_MS);
    }
  }
}
