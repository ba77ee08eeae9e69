import type { Clock } from '../../clock/clock.ts';
import { NONE, type ReplicaId } from '../../core/index.ts';
import type { Replica } from '../replica.ts';
import type { Contacts } from './contacts.ts';

/** A preferred replica must have been connected so long before leadership goes to it. */
export const PREFERRED_CONNECTED_MS = 2_000;
/** A group's leadership is not moved again for so long, however the last move ended. */
export const TRANSFER_PAUSE_MS = 10_000;
/** A group that is busy keeps its leader for so long, although another one is preferred. */
export const BUSY_MOVE_DELAY_MS = 120_000;
/** Moves of one check: leaderships come back a few at a time. */
export const TRANSFERS_PER_CHECK = 4;

export interface LeadershipParts<TReply> {
  readonly clock: Clock;
  readonly contacts: Contacts;
  readonly mark: (replica: Replica<TReply>) => void;
}

/** Hands leaderships over: to the preferred replicas, and away from a node that can't serve them. */
export class Leadership<TReply> {
  readonly #parts: LeadershipParts<TReply>;
  /** Where the last check stopped: every group has its turn. */
  #cursor = 0;

  constructor(parts: LeadershipParts<TReply>) {
    this.#parts = parts;
  }

  transfer(replica: Replica<TReply>, to: ReplicaId): void {
    if (!replica.isLeader) return;
    replica.transferStartedMs = this.#parts.clock.now();
    replica.moveWantedMs = null;
    replica.node?.transferLeadership(to);
    this.#parts.mark(replica);
  }

  /** Gives a few leaderships to the replicas that should have them. */
  balance(replicas: readonly Replica<TReply>[]): void {
    let moves = 0;
    for (let count = 0; count < replicas.length && moves < TRANSFERS_PER_CHECK; count += 1) {
      this.#cursor = (this.#cursor + 1) % replicas.length;
      const replica = replicas[this.#cursor];
      if (replica === undefined) continue;
      const to = this.#wantedLeader(replica);
      if (to === NONE) continue;
      this.transfer(replica, to);
      moves += 1;
    }
  }

  /** Who is to take over now; NONE: the leadership stays. */
  #wantedLeader(replica: Replica<TReply>): ReplicaId {
    if (replica.stall === null) return this.#shouldMove(replica) ? replica.preferredLeader : NONE;
    const isPaused = this.#parts.clock.now() - replica.transferStartedMs < TRANSFER_PAUSE_MS;
    return replica.isLeader && !isPaused ? this.#bestFollower(replica) : NONE;
  }

  #shouldMove(replica: Replica<TReply>): boolean {
    const { preferredLeader } = replica;
    if (!replica.isLeader || preferredLeader === NONE || preferredLeader === replica.id) {
      replica.moveWantedMs = null;
      return false;
    }
    if (this.#parts.contacts.connectedMs(preferredLeader) < PREFERRED_CONNECTED_MS) return false;
    if (this.#parts.clock.now() - replica.transferStartedMs < TRANSFER_PAUSE_MS) return false;
    return this.#isCaughtUp(replica, preferredLeader) && !this.#isDelayed(replica);
  }

  /** Balance can wait for work that would end with the leadership, but not for ever. */
  #isDelayed(replica: Replica<TReply>): boolean {
    if (!replica.isBusy) return false;
    const now = this.#parts.clock.now();
    replica.moveWantedMs ??= now;
    return now - replica.moveWantedMs < BUSY_MOVE_DELAY_MS;
  }

  #isCaughtUp(replica: Replica<TReply>, id: ReplicaId): boolean {
    const status = replica.node?.status();
    const progress = status?.progress.get(id);
    if (status === undefined || progress === undefined || progress.isLearner) return false;
    return (
      progress.state === 'replicate' && progress.recentActive && progress.match >= status.commit
    );
  }

  /** Hands over every group that another node could lead; true: nothing is left to hand over. */
  handOver(replicas: Iterable<Replica<TReply>>, pauseMs: number): boolean {
    let isDone = true;
    const now = this.#parts.clock.now();
    for (const replica of replicas) {
      if (!replica.isLeader) continue;
      const to = this.#bestFollower(replica);
      if (to === NONE) continue;
      isDone = false;
      if (now - replica.transferStartedMs >= pauseMs) this.transfer(replica, to);
    }
    return isDone;
  }

  /** The connected voter whose log is the longest; the preferred one where several are. */
  #bestFollower(replica: Replica<TReply>): ReplicaId {
    const { contacts } = this.#parts;
    let best: ReplicaId = NONE;
    let bestMatch = -1;
    for (const [id, progress] of replica.node?.status().progress ?? []) {
      const isFit =
        id !== replica.id &&
        !progress.isLearner &&
        progress.state === 'replicate' &&
        contacts.isThere(id);
      if (!isFit) continue;
      const isBetter =
        progress.match > bestMatch ||
        (progress.match === bestMatch && id === replica.preferredLeader);
      if (isBetter) {
        best = id;
        bestMatch = progress.match;
      }
    }
    return best;
  }
}
