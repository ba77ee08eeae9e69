import type { GroupReport, NodeReport } from './node-report.ts';

interface Received {
  readonly groups: ReadonlyMap<number, GroupReport>;
  readonly atMs: number;
}

interface Known {
  readonly leader: number;
  readonly holders: readonly number[];
}

/** Which nodes hold which groups, and who leads them, by what the nodes report of themselves. */
export class GroupDirectory {
  readonly #received = new Map<number, Received>();
  readonly #known = new Map<number, Known>();
  readonly #monotonicMs: () => number;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  receive(node: number, report: NodeReport): void {
    const groups = new Map([...report.groups, report.system].map((group) => [group.group, group]));
    this.#received.set(node, { groups, atMs: this.#monotonicMs() });
    this.#known.clear();
  }

  /** The node can't be reached: its last report may not hold any more. */
  forget(node: number): void {
    this.#received.delete(node);
    this.#known.clear();
  }

  /** Milliseconds since its last word; infinite: none. */
  silentMs(node: number): number {
    const received = this.#received.get(node);
    return received === undefined ? Number.POSITIVE_INFINITY : this.#monotonicMs() - received.atMs;
  }

  /** 0: none is known. */
  leaderOf(group: number): number {
    return this.#of(group).leader;
  }

  /** Nodes whose replica is up to date and serves; the leader first. */
  holdersOf(group: number): readonly number[] {
    return this.#of(group).holders;
  }

  reportOf(node: number, group: number): GroupReport | null {
    return this.#received.get(node)?.groups.get(group) ?? null;
  }

  /** Nodes that have a replica of the group open. */
  openOn(group: number): readonly number[] {
    return [...this.#received].flatMap(([node, { groups }]) => (groups.has(group) ? [node] : []));
  }

  #of(group: number): Known {
    const known = this.#known.get(group);
    if (known !== undefined) return known;
    let leader = 0;
    let term = -1;
    const holders: number[] = [];
    for (const [node, { groups }] of this.#received) {
      const report = groups.get(group);
      if (report === undefined) continue;
      if (report.isServing) holders.push(node);
      if (report.role !== 'leader' || report.term <= term) continue;
      leader = node;
      term = report.term;
    }
    holders.sort((a, b) => Number(b === leader) - Number(a === leader) || a - b);
    const found = { leader, holders };
    this.#known.set(group, found);
    return found;
  }
}
