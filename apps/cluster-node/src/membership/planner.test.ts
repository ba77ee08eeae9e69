import { expect, test } from 'vitest';
import type { NodeState } from './node-registry.ts';
import { placementOf, ranked, SYSTEM_GROUP } from './placement.ts';
import {
  type GroupChange,
  type PlanInput,
  type PlannedGroup,
  type PlannedNode,
  planSteps,
  type Step,
} from './planner.ts';

const REPLICAS = 3;
const LIMITS = { movesMax: 6, movesPerNodeMax: 3 };

function randomOf(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return bound <= 1 ? 0 : (state >>> 8) % bound;
  };
}

interface ModelGroup {
  voters: number[];
  learners: number[];
  leader: number;
  readonly open: Set<number>;
  /** Nodes that have the data. */
  readonly caughtUp: Set<number>;
}

/** A cluster as the planner's steps change it, with the rules that Raft has for such changes. */
class Model {
  readonly nodes: PlannedNode[] = [];
  readonly groups = new Map<number, ModelGroup>();
  readonly groupCount: number;
  /** Learners added by one round of steps, over all groups. */
  broken: string | null = null;

  /** Of nodes that share machines and zones, or that have said nothing of either. */
  readonly isShared: boolean;

  constructor(nodes: number, groups: number, isShared = false) {
    this.groupCount = groups;
    this.isShared = isShared;
    for (let at = 0; at < nodes; at += 1) this.addNode('active');
    const placement = this.placement();
    for (const group of [...Array.from({ length: groups }, (_, at) => at), SYSTEM_GROUP]) {
      const voters = [...placement.replicasOf(group)];
      this.groups.set(group, {
        voters,
        learners: [],
        leader: voters[0] ?? 0,
        open: new Set(voters),
        caughtUp: new Set(voters),
      });
    }
  }

  addNode(state: NodeState): PlannedNode {
    const number = this.nodes.length + 1;
    const domains = { hostId: `h${number % 4}`, zone: `z${number % 2}` };
    const named = { number, nodeId: `n${number}`, ...(this.isShared ? domains : {}) };
    const node = { ...named, state, isAlive: true };
    this.nodes.push(node);
    return node;
  }

  set(number: number, change: Partial<PlannedNode>): void {
    const at = this.nodes.findIndex((node) => node.number === number);
    const node = this.nodes[at];
    if (node !== undefined) this.nodes[at] = { ...node, ...change };
  }

  isAlive(number: number): boolean {
    return this.nodes.find((node) => node.number === number)?.isAlive ?? false;
  }

  placement() {
    const nodes = this.nodes.filter(({ state }) => state === 'active');
    return placementOf({ nodes, groups: this.groupCount, replicas: REPLICAS });
  }

  hasQuorum({ voters }: ModelGroup): boolean {
    return voters.filter((node) => this.isAlive(node)).length * 2 > voters.length;
  }

  input(): PlanInput {
    const groups = [...this.groups].map(([group, model]): PlannedGroup => {
      const isLed = this.isAlive(model.leader) && this.hasQuorum(model);
      return {
        group,
        leader: isLed ? model.leader : 0,
        voters: model.voters,
        learners: model.learners,
        votersOutgoing: [],
        lastIndex: 10,
        caughtUp: [...model.caughtUp].filter((node) => this.isAlive(node)),
        openOn: [...model.open].filter((node) => this.isAlive(node)),
      };
    });
    return {
      nodes: this.nodes,
      groups,
      placement: this.placement(),
      replicas: REPLICAS,
      limits: LIMITS,
    };
  }

  perform(step: Step): void {
    const model = this.groups.get(step.group);
    if (model === undefined) throw new Error(`no group ${step.group}`);
    switch (step.type) {
      case 'open-replica':
        if (!model.learners.includes(step.node)) this.broken = 'opened without being a learner';
        model.open.add(step.node);
        return;
      case 'close-replica':
        if (model.voters.includes(step.node)) this.broken = 'a voter lost its data';
        model.open.delete(step.node);
        model.caughtUp.delete(step.node);
        return;
      case 'transfer':
        if (model.voters.includes(step.to) && this.isAlive(step.to)) model.leader = step.to;
        return;
      case 'change':
        this.#change(model, step);
        return;
      default:
        step satisfies never;
    }
  }

  #change(model: ModelGroup, change: GroupChange): void {
    if (change.expectedVoters.join() !== model.voters.join() || !this.hasQuorum(model)) return;
    const { promote, demote, remove, addLearners } = change;
    if (promote.some((node) => !model.caughtUp.has(node))) this.broken = 'promoted while behind';
    const after = [
      ...model.voters.filter((node) => !remove.includes(node) && !demote.includes(node)),
      ...promote,
    ];
    if (after.filter((node) => this.isAlive(node)).length * 2 <= after.length)
      this.broken = `no quorum left: ${JSON.stringify({ before: model.voters, change })}`;
    // Of what the old voters acknowledged, a majority of the new ones has a copy.
    if (after.filter((node) => model.caughtUp.has(node)).length * 2 <= after.length)
      this.broken = `too few copies left: ${JSON.stringify({ before: model.voters, change })}`;
    model.voters = after;
    model.learners = [
      ...model.learners.filter((node) => !promote.includes(node) && !remove.includes(node)),
      ...addLearners,
      ...demote,
    ];
    if (!after.includes(model.leader))
      model.leader = after.find((node) => this.isAlive(node) && model.caughtUp.has(node)) ?? 0;
  }

  /** Learners and voters that are open and alive catch up, some of them; and lost leaders are replaced. */
  pass(random: (bound: number) => number): void {
    for (const [group, model] of this.groups) {
      for (const node of [...model.learners, ...model.voters]) {
        // A node that is admitted opens the system group by itself.
        if (group === SYSTEM_GROUP && this.isAlive(node)) model.open.add(node);
        if (model.open.has(node) && this.isAlive(node) && random(2) === 0) model.caughtUp.add(node);
      }
      if (!this.isAlive(model.leader) && this.hasQuorum(model))
        model.leader =
          model.voters.find((node) => this.isAlive(node) && model.caughtUp.has(node)) ?? 0;
    }
  }

  moving(): number {
    const placement = this.placement();
    return [...this.groups].filter(
      ([group, { learners }]) =>
        group !== SYSTEM_GROUP &&
        learners.some((node) => placement.replicasOf(group).includes(node)),
    ).length;
  }
}

/** Until nothing is left to do; the answer is the number of rounds. */
function settle(model: Model, random: (bound: number) => number): number {
  for (let round = 1; round < 2_000; round += 1) {
    const { steps } = planSteps(model.input());
    for (const step of steps) {
      // Any of them may fail, or be carried out twice.
      const times = random(4);
      for (let count = 0; count < (times === 3 ? 2 : times === 0 ? 0 : 1); count += 1)
        model.perform(step);
    }
    if (model.broken !== null) throw new Error(model.broken);
    model.pass(random);
    const after = planSteps(model.input());
    if (after.steps.length === 0 && after.waiting.length === 0) return round;
  }
  throw new Error(`not settled: ${JSON.stringify(planSteps(model.input()).waiting.slice(0, 5))}`);
}

function expectPlaced(model: Model): void {
  const placement = model.placement();
  for (const [group, { voters, learners, open }] of model.groups) {
    expect([...voters].sort()).toEqual([...placement.replicasOf(group)].sort());
    if (group === SYSTEM_GROUP) continue;
    expect(learners).toEqual([]);
    const alive = [...open].filter((node) => model.isAlive(node)).sort();
    expect(alive).toEqual([...voters].filter((node) => model.isAlive(node)).sort());
  }
}

const seed = Date.now() % 1_000_000;

test(`nodes come, go, drain and die: never too few copies, and in the end everything is in its place (seed ${seed})`, () => {
  for (let run = 0; run < 60; run += 1) {
    const random = randomOf(seed * 1_000 + run);
    const model = new Model(3 + random(3), 12, run % 2 === 1);
    for (let change = 0; change < 6; change += 1) {
      const active = model.nodes.filter(({ state }) => state === 'active');
      const chosen = active[random(active.length)]?.number ?? 1;
      const allAlive = model.nodes.every(({ isAlive, state }) => isAlive || state === 'gone');
      switch (random(4)) {
        case 0:
          if (active.length < 7) model.addNode('active');
          break;
        case 1:
          if (active.length > 3) model.set(chosen, { state: 'draining' });
          break;
        case 2:
          if (active.length > 3 && allAlive) model.set(chosen, { state: 'lost', isAlive: false });
          break;
        default:
          for (const { number, state } of model.nodes)
            if (state === 'draining') model.set(number, { state: 'active' });
      }
      if (random(2) === 0) settle(model, random);
      else for (const step of planSteps(model.input()).steps) model.perform(step);
      if (model.broken !== null) throw new Error(`run ${run}: ${model.broken}`);
      expect(model.moving()).toBeLessThanOrEqual(LIMITS.movesMax * 2);
    }
    settle(model, random);
    expectPlaced(model);
    // Asked again, it has nothing to say.
    expect(planSteps(model.input())).toEqual({ steps: [], waiting: [] });
  }
});

test('from one node to three: each group gets both at once, never two voters', () => {
  const model = new Model(1, 8);
  model.addNode('active');
  model.addNode('active');
  const sizes = new Set<number>();
  for (let round = 0; round < 60; round += 1) {
    for (const step of planSteps(model.input()).steps) model.perform(step);
    model.pass(() => 0);
    for (const [group, { voters }] of model.groups)
      if (group !== SYSTEM_GROUP) sizes.add(voters.length);
  }
  expectPlaced(model);
  expect([...sizes]).toEqual([1, 3]);
});

test('three nodes, one of them lost: its copies are kept, since no node could take them', () => {
  const model = new Model(3, 8);
  model.set(2, { state: 'lost', isAlive: false });
  for (const model_ of model.groups.values()) if (model_.leader === 2) model_.leader = 1;
  expect(planSteps(model.input()).steps).toEqual([]);
  model.addNode('active');
  settle(model, randomOf(1));
  expectPlaced(model);
});

test('a drained node leads nothing before its replicas leave', () => {
  const model = new Model(4, 8);
  model.set(1, { state: 'draining' });
  const seen: string[] = [];
  for (let round = 0; round < 100; round += 1) {
    for (const step of planSteps(model.input()).steps) {
      const leader = model.groups.get(step.group)?.leader;
      if (step.type === 'change' && (step.remove.includes(1) || step.demote.includes(1)))
        seen.push(leader === 1 ? 'led' : 'handed over');
      model.perform(step);
    }
    model.pass(() => 0);
  }
  expectPlaced(model);
  expect(new Set(seen)).toEqual(new Set(['handed over']));
});

test('a learner that lags is not made a voter', () => {
  const model = new Model(3, 1);
  model.set(3, { state: 'draining' });
  const fourth = model.addNode('active');
  const group = model.groups.get(0);
  for (let round = 0; round < 5; round += 1)
    for (const step of planSteps(model.input()).steps) if (step.group === 0) model.perform(step);
  expect(group?.learners).toEqual([fourth.number]);
  expect(group?.voters).toContain(3);
  expect(planSteps(model.input()).waiting.find(({ group: at }) => at === 0)?.reason).toBe(
    'n4: still being brought up to date',
  );
});

test('one more node takes about a quarter, and leaders are spread evenly', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4'].map((nodeId, at) => ({ nodeId, number: at + 1 }));
  const three = placementOf({ nodes: nodes.slice(0, 3), groups: 256, replicas: 3 });
  const four = placementOf({ nodes, groups: 256, replicas: 3 });
  let moved = 0;
  const led = new Map<number, number>();
  for (let group = 0; group < 256; group += 1) {
    const before = three.replicasOf(group);
    moved += four.replicasOf(group).filter((node) => !before.includes(node)).length;
    const leader = four.preferredLeader(group);
    led.set(leader, (led.get(leader) ?? 0) + 1);
    expect(four.replicasOf(group)).toContain(leader);
  }
  expect(moved / (256 * 3)).toBeGreaterThan(0.18);
  expect(moved / (256 * 3)).toBeLessThan(0.32);
  expect(Math.max(...led.values()) - Math.min(...led.values())).toBeLessThanOrEqual(4);
  expect(ranked(nodes, 7)).toEqual(ranked([...nodes].reverse(), 7));
});
