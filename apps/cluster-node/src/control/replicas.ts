import type { RaftHost } from '@fleetlm/raft/host';
import type { GroupReply } from '../groups/group-reply.ts';
import type { Groups } from '../groups/groups.ts';
import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import { type Placement, placementOf, SYSTEM_GROUP } from '../membership/placement.ts';
import { guarded } from '../telemetry/guarded.ts';

/** A replica that could not confirm that it is up to date asks again after this. */
const CONFIRM_EVERY_MS = 100;

export interface ReplicasOptions {
  readonly self: number;
  readonly descriptor: ClusterDescriptor;
  readonly host: RaftHost<GroupReply>;
  readonly groups: Groups;
  /** The replica of the group serves from now on, or does not any more. */
  readonly servingChanged: (group: number, isServing: boolean) => void;
  /** As the disk has it. */
  readonly nonVotingBelow: ReadonlyMap<number, number>;
  /** Durable once it resolves. */
  readonly saveNonVotingBelow: (groups: ReadonlyMap<number, number>) => Promise<void>;
}

/** The replicas of this node: opened, confirmed to be up to date, and closed when their groups have moved away. */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #nonVotingBelow: Map<number, number>;
  readonly #serving = new Set<number>();
  readonly #failed = new Set<number>();
  readonly #confirming = new Set<number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #placement: Placement | null = null;
  /** One change of the file at a time. */
  #saved: Promise<void> = Promise.resolve();

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.#nonVotingBelow = new Map(options.nonVotingBelow);
  }

  /**
   * What the disk has. A founding node whose disk has nothing yet makes its groups; every other one waits for the
   * cluster's facts, and for what it is given.
   */
  openAll(onDisk: ReadonlySet<number>): void {
    const { self, descriptor, groups } = this.#options;
    const isFounder = descriptor.founders.some(({ number }) => number === self);
    const isNew = !onDisk.has(SYSTEM_GROUP);
    if (onDisk.size === 0 && isFounder) {
      this.#found();
      return;
    }
    if (isNew) groups.add(SYSTEM_GROUP, [], 0);
    for (const group of onDisk)
      if (group < descriptor.groups || group === SYSTEM_GROUP)
        groups.add(group, [], this.#nonVotingBelow.get(group) ?? 0);
  }

  #found(): void {
    const { self, descriptor, groups } = this.#options;
    const { founders, replicas } = descriptor;
    const placement = placementOf({ nodes: founders, groups: descriptor.groups, replicas });
    const all = [...Array.from({ length: descriptor.groups }, (_, group) => group), SYSTEM_GROUP];
    for (const group of all) {
      const voters = placement.replicasOf(group);
      if (voters.includes(self)) groups.add(group, voters, 0);
    }
    // With more founders than vote there, the others learn.
    if (!placement.replicasOf(SYSTEM_GROUP).includes(self)) groups.add(SYSTEM_GROUP, [], 0);
  }

  /** An empty replica of a group that was given to this node; nothing when it is open already. */
  async open(group: number, nonVotingBelow: number): Promise<void> {
    const { groups, host } = this.#options;
    if (groups.has(group)) return;
    this.#nonVotingBelow.set(group, nonVotingBelow);
    await this.#save();
    if (groups.has(group)) return;
    groups.add(group, [], nonVotingBelow);
    host.setPreferredLeader(group, this.#placement?.preferredLeader(group) ?? 0);
  }

  /** False: the replica is a member of its group as far as it knows, so it stays. */
  async close(group: number): Promise<boolean> {
    const { groups, host, servingChanged, self } = this.#options;
    if (!groups.has(group)) return true;
    const { leader, confState } = host.status(group);
    const isMember = confState.voters.includes(self) || confState.learners.includes(self);
    // A group that it has left does not talk to it any more.
    if (group === SYSTEM_GROUP || (isMember && leader !== 0)) return false;
    if (this.#serving.delete(group)) servingChanged(group, false);
    this.#failed.delete(group);
    await new Promise<void>((resolve) => groups.remove(group, resolve));
    this.#nonVotingBelow.delete(group);
    await this.#save();
    return true;
  }

  #save(): Promise<void> {
    const groups = new Map(this.#nonVotingBelow);
    this.#saved = this.#saved.then(() => this.#options.saveNonVotingBelow(groups));
    return this.#saved;
  }

  /** Has this node a replica of the group that works, and was up to date once? */
  isServing(group: number): boolean {
    return this.#serving.has(group);
  }

  /** The replica has no state, or applies nothing more: others have to be asked. */
  failed(group: number): void {
    this.#failed.add(group);
    if (this.#serving.delete(group)) this.#options.servingChanged(group, false);
  }

  /** The replica applies again; it is confirmed to be up to date like one that was opened now. */
  resumed(group: number): void {
    this.#failed.delete(group);
    if (this.#options.host.leaderOf(group) !== 0) this.leaderFound(group);
  }

  hasFailed(group: number): boolean {
    return this.#failed.has(group);
  }

  /** A leader is known, perhaps the first one since this replica was opened. */
  leaderFound(group: number): void {
    if (!this.#serving.has(group) && !this.#confirming.has(group)) this.#confirm(group);
  }

  /** Takes a snapshot of the group now, if its replica serves. */
  snapshot(group: number): void {
    if (this.#serving.has(group)) this.#options.host.snapshotGroup(group);
  }

  setPreferred(placement: Placement): void {
    const { groups, host } = this.#options;
    this.#placement = placement;
    for (const group of groups.hosted)
      host.setPreferredLeader(group, placement.preferredLeader(group));
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** A read through Raft: after it this replica has everything that was acknowledged before it. */
  #confirm(group: number): void {
    const { groups, servingChanged, host } = this.#options;
    this.#confirming.add(group);
    groups.read(group, ({ status }) => {
      this.#confirming.delete(group);
      if (!groups.has(group) || this.#failed.has(group)) return;
      if (status === 'ok') {
        this.#serving.add(group);
        servingChanged(group, true);
        return;
      }
      if (host.leaderOf(group) === 0) return;
      const again = (): void => {
        this.#timers.delete(timer);
        if (groups.has(group)) this.leaderFound(group);
      };
      const timer = setTimeout(guarded('timer', again), CONFIRM_EVERY_MS);
      this.#timers.add(timer);
    });
  }
}
