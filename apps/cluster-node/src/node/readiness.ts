import type { Groups } from '../groups/groups.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';
import type { ReadinessState } from '../runtime/runtime-api.ts';
import { guarded, runGuarded } from '../telemetry/guarded.ts';
import type { ClusterShape } from './cluster-shape.ts';
import type { Leaders } from './leaders.ts';

const READ_SYSTEM_EVERY_MS = 50;

/** May clients be sent here? And if not, why. */
export class Readiness {
  readonly #groups: Groups;
  readonly #leaders: Leaders;
  readonly #shape: Pick<ClusterShape, 'own' | 'replicas'>;
  /** Null: Postgres answers, or was not asked yet. */
  readonly #archiveError: () => string | null;
  #systemCaughtUp = false;
  #stopping = false;

  constructor(
    groups: Groups,
    shape: Pick<ClusterShape, 'leaders' | 'own' | 'replicas'>,
    archiveError: () => string | null,
  ) {
    this.#groups = groups;
    this.#leaders = shape.leaders;
    this.#shape = shape;
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

  /** True: this node's system group holds everything that was acknowledged before the call. */
  catchUpSystem(): Promise<boolean> {
    return new Promise((resolve) =>
      this.#groups.read(SYSTEM_GROUP, ({ status }) => {
        if (status === 'ok') this.#systemCaughtUp = true;
        resolve(status === 'ok');
      }),
    );
  }

  state(): ReadinessState {
    const reasons: string[] = [];
    if (this.#stopping) reasons.push('this node is stopping');
    let leaderless = 0;
    for (const group of this.#groups.hosted) if (!this.#leaders.isReachable(group)) leaderless += 1;
    if (leaderless > 0) reasons.push(`${leaderless} groups have no leader in contact`);
    if (!this.#leaders.isReachable(SYSTEM_GROUP))
      reasons.push('the system group has no leader in contact');
    else if (!this.#systemCaughtUp) reasons.push('the registrations of agents are not read yet');
    const state = this.#shape.own?.state ?? null;
    if (state === null || state === 'joining')
      reasons.push('joining: this node is not an active one yet');
    if (state === 'gone') reasons.push('this node was removed from the cluster: stop it');
    const catchingUp = this.#shape.replicas.catchingUp;
    if (catchingUp > 0 && leaderless === 0)
      reasons.push(`catching up: ${catchingUp} groups are being brought up to date`);
    // No reason to send people elsewhere: every node shares one Postgres, and only what left memory needs it.
    const error = this.#archiveError();
    const degraded = error === null ? [] : [`the archive (Postgres) is away: ${error}`];
    return { ready: reasons.length === 0, reasons, degraded };
  }
}
