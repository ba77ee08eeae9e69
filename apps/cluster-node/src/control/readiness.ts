import { setTimeout as pause } from 'node:timers/promises';
import type { ReadOutcome } from '@fleetlm/raft/host';
import type { Groups } from '../groups/groups.ts';
import type { NodeRecord } from '../membership/node-registry.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import { CALL_DEADLINE_MS } from '../router/router.ts';
import { guarded, runGuarded } from '../telemetry/guarded.ts';
import type { GroupLocator } from './group-locator.ts';
import type { Replicas } from './replicas.ts';

const READ_SYSTEM_EVERY_MS = 50;

/** A group that has had no leader for this long, while most have one, no longer keeps its nodes from serving those. */
export const LEADERLESS_PATIENCE_MS = 10_000;

/** May clients be sent to this node? */
export interface ReadinessState {
  readonly ready: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** What does not work all the same. */
  readonly degraded: readonly string[];
}

/** What this node knows of its groups and of itself. */
export interface ReadinessView {
  readonly locator: Pick<GroupLocator, 'isReachable'>;
  /** This node's own record; null: the registry has not come here yet. */
  readonly own: () => NodeRecord | null;
  readonly replicas: Pick<Replicas, 'isServing' | 'hasFailed'>;
}

/** May clients be sent here? And if not, why. */
export class Readiness {
  readonly #groups: Pick<Groups, 'hosted' | 'read'>;
  readonly #locator: Pick<GroupLocator, 'isReachable'>;
  readonly #view: ReadinessView;
  readonly #monotonicMs: () => number;
  /** Since when groups have no leader in contact. */
  readonly #leaderlessSince = new Map<number, number>();
  /** Null: Postgres answers, or was not asked yet. */
  readonly #archiveError: () => string | null;
  #systemCaughtUp = false;
  #stopping = false;

  constructor(
    groups: Pick<Groups, 'hosted' | 'read'>,
    view: ReadinessView,
    archiveError: () => string | null,
    monotonicMs: () => number = () => performance.now(),
  ) {
    this.#monotonicMs = monotonicMs;
    this.#groups = groups;
    this.#locator = view.locator;
    this.#view = view;
    this.#archiveError = archiveError;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** The node is not ready any more, and will not be again. */
  beginStop(): void {
    this.#stopping = true;
  }

  /** Reads the system group until that worked once: a restart must not serve the registrations of yesterday. */
  start(caughtUp: () => void): void {
    void this.catchUpSystem().then((isCaughtUp) => {
      if (isCaughtUp) runGuarded('timer', caughtUp);
      else if (!this.#stopping)
        setTimeout(
          guarded('timer', () => this.start(caughtUp)),
          READ_SYSTEM_EVERY_MS,
        );
    });
  }

  /**
   * True: this node's system group holds everything that was acknowledged before the call. An election is waited for, as
   * every other call waits for one: up to CALL_DEADLINE_MS, or a single read more.
   */
  async catchUpSystem(): Promise<boolean> {
    const deadlineMs = this.#monotonicMs() + CALL_DEADLINE_MS;
    for (;;) {
      const outcome = await this.#readSystem();
      if (outcome.status === 'ok') {
        this.#systemCaughtUp = true;
        return true;
      }
      if (outcome.reason === 'stopped' || this.#stopping) return false;
      if (this.#monotonicMs() + READ_SYSTEM_EVERY_MS >= deadlineMs) return false;
      await pause(READ_SYSTEM_EVERY_MS);
    }
  }

  #readSystem(): Promise<ReadOutcome> {
    return new Promise((resolve) => this.#groups.read(SYSTEM_GROUP, resolve));
  }

  state(): ReadinessState {
    const reasons: string[] = [];
    if (this.#stopping) reasons.push('this node is stopping');
    const degraded: string[] = [];
    const { leaderless, abandoned, failed, catchingUp } = this.#hosted();
    if (leaderless > 0) reasons.push(`${leaderless} groups have no leader in contact`);
    if (failed.length > 0)
      degraded.push(`replicas on this node have failed or stalled: ${listed(failed)}`);
    if (abandoned.length > 0)
      degraded.push(`groups without a leader do not serve: ${listed(abandoned)}`);
    if (!this.#locator.isReachable(SYSTEM_GROUP))
      reasons.push('the system group has no leader in contact');
    else if (!this.#systemCaughtUp) reasons.push('the registrations of agents are not read yet');
    const state = this.#view.own()?.state ?? null;
    if (state === null || state === 'joining')
      reasons.push('joining: this node is not an active one yet');
    if (state === 'gone') reasons.push('this node was removed from the cluster: stop it');
    if (catchingUp > 0 && leaderless === 0)
      reasons.push(`catching up: ${catchingUp} groups are being brought up to date`);
    // No reason to send users elsewhere: every node shares one Postgres, and only what left memory needs it.
    const error = this.#archiveError();
    if (error !== null) degraded.push(`the archive (Postgres) is unreachable: ${error}`);
    return { ready: reasons.length === 0, reasons, degraded };
  }

  /** One group that can't be served must not keep this node from serving the others. */
  #hosted(): {
    readonly leaderless: number;
    readonly abandoned: readonly number[];
    readonly failed: readonly number[];
    readonly catchingUp: number;
  } {
    const { replicas } = this.#view;
    const now = this.#monotonicMs();
    const failed: number[] = [];
    const without: number[] = [];
    let count = 0;
    let catchingUp = 0;
    for (const group of this.#groups.hosted) {
      count += 1;
      if (this.#locator.isReachable(group)) this.#leaderlessSince.delete(group);
      if (replicas.hasFailed(group)) failed.push(group);
      else if (!this.#locator.isReachable(group)) without.push(group);
      else if (!replicas.isServing(group)) catchingUp += 1;
    }
    const abandoned: number[] = [];
    for (const group of without) {
      const since = this.#leaderlessSince.get(group) ?? now;
      this.#leaderlessSince.set(group, since);
      if (now - since >= LEADERLESS_PATIENCE_MS) abandoned.push(group);
    }
    // Most of them without a leader: it is this node that is cut off, or the cluster that has no quorum.
    if (without.length * 2 > count) abandoned.length = 0;
    return { leaderless: without.length - abandoned.length, abandoned, failed, catchingUp };
  }
}

const LISTED_MAX = 8;

function listed(groups: readonly number[]): string {
  const first = groups.slice(0, LISTED_MAX).join(', ');
  return groups.length > LISTED_MAX ? `${first} and ${groups.length - LISTED_MAX} more` : first;
}
