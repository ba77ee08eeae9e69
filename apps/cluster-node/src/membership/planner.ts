import type { FailureDomains } from './failure-domains.ts';
import type { NodeState } from './node-registry.ts';
import { type Placement, SYSTEM_GROUP } from './placement.ts';

/**
 * What has to be done next so that every group lives where it should: a pure function of what is known. It is asked
 * again and again, by the coordinator of the moment; each step may be carried out twice, or not at all.
 */

export interface PlannedNode extends FailureDomains {
  readonly number: number;
  readonly nodeId: string;
  readonly state: NodeState;
  /** Connected, with a recent report. */
  readonly isAlive: boolean;
}

/** A group as its leader reports it. */
export interface PlannedGroup {
  readonly group: number;
  /** 0: none is known; then nothing can be done. */
  readonly leader: number;
  readonly voters: readonly number[];
  readonly learners: readonly number[];
  /** Not empty: a joint configuration, which is left by itself. */
  readonly votersOutgoing: readonly number[];
  /** Of the leader's log: what a replica that comes back must reach before it has a say. */
  readonly lastIndex: number;
  /** Replicas that have what the leader has, but for what is on its way: by the leader's word and by their own. */
  readonly caughtUp: readonly number[];
  /** Nodes that have a replica open, in the configuration or not. */
  readonly openOn: readonly number[];
}

export interface PlanInput {
  readonly nodes: readonly PlannedNode[];
  readonly groups: readonly PlannedGroup[];
  /** Over the active nodes. */
  readonly placement: Placement;
  /** Copies of a group where there are nodes enough. */
  readonly replicas: number;
  readonly limits: MoveLimits;
}

/** Groups that may be on the move at once: all together, and towards one node. */
export interface MoveLimits {
  readonly movesMax: number;
  readonly movesPerNodeMax: number;
}

export type Step =
  /** An empty replica on a node that is a learner already; silent below what it may have had once. */
  | {
      readonly type: 'open-replica';
      readonly group: number;
      readonly node: number;
      readonly nonVotingBelow: number;
    }
  /** No group counts it any more: its data goes. */
  | { readonly type: 'close-replica'; readonly group: number; readonly node: number }
  | { readonly type: 'transfer'; readonly group: number; readonly to: number }
  /** One change of the configuration; of several voters, by joint consensus. Only from exactly these voters. */
  | ({ readonly type: 'change' } & GroupChange);

export interface GroupChange {
  readonly group: number;
  readonly expectedVoters: readonly number[];
  readonly addLearners: readonly number[];
  /** Learners that become voters; refused while one of them lags. */
  readonly promote: readonly number[];
  /** Voters that become learners. */
  readonly demote: readonly number[];
  readonly remove: readonly number[];
}

export interface Plan {
  readonly steps: readonly Step[];
  /** Groups that are not where they should be, with what they wait for. */
  readonly waiting: readonly { readonly group: number; readonly reason: string }[];
}

/** The next steps; none when all is as it should be, or has to be waited for. */
export function planSteps(input: PlanInput): Plan {
  return new Planner(input).plan();
}

/** A system group with so many voters gives up none that can't be replaced. */
const SYSTEM_COPIES = 3;

class Planner {
  readonly #input: PlanInput;
  readonly #nodes: ReadonlyMap<number, PlannedNode>;
  readonly #steps: Step[] = [];
  readonly #waiting: { group: number; reason: string }[] = [];
  readonly #towards = new Map<number, number>();
  #moving = 0;

  constructor(input: PlanInput) {
    this.#input = input;
    this.#nodes = new Map(input.nodes.map((node) => [node.number, node]));
  }

  plan(): Plan {
    // Groups that have the fewest living voters go first: they are nearest to losing their quorum.
    const groups = [...this.#input.groups].sort(
      (a, b) => this.#living(a) - this.#living(b) || a.group - b.group,
    );
    for (const group of groups) if (this.#isMoving(group)) this.#count(group);
    for (const group of groups) this.#group(group);
    return { steps: this.#steps, waiting: this.#waiting };
  }

  #living({ voters }: PlannedGroup): number {
    return voters.filter((node) => this.#isAlive(node)).length;
  }

  #isAlive(node: number): boolean {
    return this.#nodes.get(node)?.isAlive ?? false;
  }

  /** A move that has begun: a learner that is to become a voter. */
  #isMoving(group: PlannedGroup): boolean {
    return group.group !== SYSTEM_GROUP && this.#arriving(group).length > 0;
  }

  #arriving(group: PlannedGroup): readonly number[] {
    const wanted = this.#wanted(group);
    return group.learners.filter((node) => wanted.includes(node));
  }

  #count(group: PlannedGroup): void {
    this.#moving += 1;
    for (const node of this.#arriving(group))
      this.#towards.set(node, (this.#towards.get(node) ?? 0) + 1);
  }

  /**
   * The voters that the group should have: those of the placement, and as long as these are fewer than there
   * should be copies, those that were lost. A copy that can't be replaced is not given up: nothing is gained by it.
   */
  #wanted({ group, voters }: PlannedGroup): readonly number[] {
    const placed = this.#input.placement.replicasOf(group);
    const copies = group === SYSTEM_GROUP ? SYSTEM_COPIES : this.#input.replicas;
    const missing = copies - placed.length;
    const kept = voters.filter((node) => !placed.includes(node) && this.#isKept(node));
    return [...placed, ...kept.slice(0, Math.max(0, missing))];
  }

  #isKept(node: number): boolean {
    const state = this.#nodes.get(node)?.state ?? 'gone';
    return state === 'lost' || state === 'gone';
  }

  #group(group: PlannedGroup): void {
    const { votersOutgoing, leader } = group;
    const wanted = this.#wanted(group);
    const missing = wanted.filter((node) => !group.voters.includes(node));
    const extra = group.voters.filter((node) => !wanted.includes(node));
    if (leader === 0) {
      this.#wait(group, 'it has no leader');
      return;
    }
    if (votersOutgoing.length > 0) {
      this.#wait(group, 'a change of its voters is being completed');
      return;
    }
    this.#closeLeftovers(group, wanted);
    if (this.#changeLearners(group, wanted)) return;
    if (missing.length === 0 && extra.length === 0) return;
    const absent = missing.filter((node) => !group.learners.includes(node));
    const closed = missing.filter((node) => !absent.includes(node) && !group.openOn.includes(node));
    if (absent.length > 0) this.#bring(group, absent);
    else if (closed.length > 0) this.#open(group, closed);
    else if (missing.every((node) => group.caughtUp.includes(node)))
      this.#exchange(group, missing, extra);
    else this.#wait(group, `${this.#names(missing)}: still being brought up to date`);
  }

  /** Replicas that are in no configuration and not about to be: also those that were removed while they were away. */
  #closeLeftovers(group: PlannedGroup, wanted: readonly number[]): void {
    for (const node of group.openOn) {
      const isMember = group.voters.includes(node) || group.learners.includes(node);
      const isLeft = !isMember && !wanted.includes(node) && !this.#isSystemMember(group, node);
      if (isLeft && this.#isAlive(node))
        this.#steps.push({ type: 'close-replica', group: group.group, node });
    }
  }

  /** Every node that is not gone has the system group at hand. */
  #isSystemMember({ group }: PlannedGroup, node: number): boolean {
    return group === SYSTEM_GROUP && (this.#nodes.get(node)?.state ?? 'gone') !== 'gone';
  }

  /** Learners that no step waits for, and, in the system group, those that every node should be. True: a step was found. */
  #changeLearners(group: PlannedGroup, wanted: readonly number[]): boolean {
    const needless = group.learners.filter(
      (node) => !wanted.includes(node) && !this.#isSystemMember(group, node),
    );
    if (needless.length > 0) {
      this.#change(group, { remove: needless.slice(0, 1) });
      return true;
    }
    if (group.group !== SYSTEM_GROUP) return false;
    const unheard = this.#input.nodes.filter(
      ({ number, isAlive, state }) =>
        state !== 'gone' &&
        isAlive &&
        !group.voters.includes(number) &&
        !group.learners.includes(number),
    );
    const [next] = unheard;
    if (next !== undefined) this.#change(group, { addLearners: [next.number] });
    return next !== undefined;
  }

  /** Nodes that are to hold the group become its learners, within the limits. */
  #bring(group: PlannedGroup, absent: readonly number[]): void {
    const away = absent.filter((node) => !this.#isAlive(node));
    if (away.length > 0) this.#wait(group, `${this.#names(away)} can't be reached`);
    else if (!this.#mayMove(group, absent))
      this.#wait(group, 'its turn comes: only so many groups move at once');
    else this.#change(group, { addLearners: absent });
  }

  /** What a node has open of an earlier time it keeps: with its log and its votes it is no worse than others. */
  #open({ group, lastIndex }: PlannedGroup, nodes: readonly number[]): void {
    for (const node of nodes)
      this.#steps.push({ type: 'open-replica', group, node, nonVotingBelow: lastIndex });
    this.#waiting.push({ group, reason: `${this.#names(nodes)}: a replica is being opened` });
  }

  #mayMove(group: PlannedGroup, absent: readonly number[]): boolean {
    const { movesMax, movesPerNodeMax } = this.#input.limits;
    if (group.group === SYSTEM_GROUP) return true;
    const isFull = absent.some((node) => (this.#towards.get(node) ?? 0) >= movesPerNodeMax);
    const isNew = !this.#isMoving(group);
    if (isFull || (isNew && this.#moving >= movesMax)) return false;
    if (isNew) this.#moving += 1;
    for (const node of absent) this.#towards.set(node, (this.#towards.get(node) ?? 0) + 1);
    return true;
  }

  /** The new ones in, the old ones out, in one joint change. */
  #exchange(group: PlannedGroup, missing: readonly number[], extra: readonly number[]): void {
    const after = [...group.voters.filter((node) => !extra.includes(node)), ...missing];
    if (!this.#isQuorum(after) || !this.#isQuorum(group.voters)) {
      this.#wait(group, 'too few of its nodes can be reached');
      return;
    }
    const staying = after.filter((node) => group.caughtUp.includes(node));
    if (staying.length * 2 <= after.length) {
      this.#wait(group, 'too few of its remaining nodes are up to date');
      return;
    }
    const [successor] = staying.filter((node) => group.voters.includes(node));
    // Its leader goes: it hands over first, so that no request waits for an election.
    if (extra.includes(group.leader) && successor !== undefined) {
      this.#steps.push({ type: 'transfer', group: group.group, to: successor });
      this.#wait(group, 'its leader hands over');
      return;
    }
    const demote = extra.filter((node) => this.#isSystemMember(group, node));
    const remove = extra.filter((node) => !demote.includes(node));
    this.#change(group, { promote: missing, demote, remove });
  }

  #isQuorum(voters: readonly number[]): boolean {
    return voters.filter((node) => this.#isAlive(node)).length * 2 > voters.length;
  }

  #change(group: PlannedGroup, change: Partial<GroupChange>): void {
    this.#steps.push({
      type: 'change',
      group: group.group,
      expectedVoters: group.voters,
      addLearners: [],
      promote: [],
      demote: [],
      remove: [],
      ...change,
    });
    this.#wait(group, 'it is being moved');
  }

  #wait({ group }: PlannedGroup, reason: string): void {
    this.#waiting.push({ group, reason });
  }

  #names(numbers: readonly number[]): string {
    return numbers.map((number) => this.#nodes.get(number)?.nodeId ?? `#${number}`).join(', ');
  }
}
