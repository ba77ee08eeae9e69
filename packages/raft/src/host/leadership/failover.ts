import type { Clock, Timer } from '../../clock/clock.ts';
import { NONE, type RandomInteger, type ReplicaId } from '../../core/index.ts';
import type { NodeNumber } from '../host-api.ts';
import type { Replica } from '../replica.ts';
import type { Contacts } from './contacts.ts';

interface Campaign<TReply> {
  readonly replica: Replica<TReply>;
  readonly atMs: number;
  readonly triesLeft: number;
}

/** The first in line campaigns within this, at a random moment: votes of many groups share their syncs. */
export const FIRST_CAMPAIGN_MS_MAX = 50;
/** Every further one gives those before it so long to win. */
export const CAMPAIGN_STEP_MS = 150;
/** At boot a leader that is there already has two heartbeats' time to show itself. */
export const BOOT_PATIENCE_MS = 250;

export interface FailoverParts<TReply> {
  readonly clock: Clock;
  readonly random: RandomInteger;
  readonly contacts: Contacts;
  /** False while this node should not lead anything (its disk stalls, it is stopping). */
  readonly mayLead: () => boolean;
  readonly campaign: (replica: Replica<TReply>) => void;
  readonly guard: (work: () => void) => void;
}

/**
 * Elections without waiting for the election time-out: when the connection to a leader breaks, or at boot. The
 * living voters of a group stand in a line that all of them know; the first campaigns at once, the others step
 * in only if that led to nothing. The pre-vote keeps a mistaken campaign from doing harm, and the ordinary
 * time-out stands behind all of it.
 */
export class Failover<TReply> {
  readonly #parts: FailoverParts<TReply>;
  #planned: Campaign<TReply>[] = [];
  #timer: Timer | null = null;
  #timerAtMs = 0;

  constructor(parts: FailoverParts<TReply>) {
    this.#parts = parts;
  }

  /** The leader of this follower is gone. */
  leaderLost(replica: Replica<TReply>): void {
    // Candidates of earlier elections don't count.
    replica.candidateSeenMs = Number.NEGATIVE_INFINITY;
    this.#plan(replica, 0);
  }

  /** The replica has just come into contact with a quorum and knows no leader. */
  quorumFound(replica: Replica<TReply>): void {
    // A group that never had a leader need not wait.
    this.#plan(replica, replica.term <= FIRST_TERM ? 0 : BOOT_PATIENCE_MS);
  }

  #plan(replica: Replica<TReply>, patienceMs: number): void {
    const { random, clock, contacts } = this.#parts;
    if (!replica.isVoter) return;
    const place = placeInLine(replica, contacts.isThere);
    const delay = patienceMs + place * CAMPAIGN_STEP_MS + random(FIRST_CAMPAIGN_MS_MAX);
    this.#planned = this.#planned.filter((campaign) => campaign.replica !== replica);
    this.#planned.push({ replica, atMs: clock.now() + delay, triesLeft: 3 });
    this.#arm();
  }

  #arm(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const { atMs } of this.#planned) next = Math.min(next, atMs);
    if (next === Number.POSITIVE_INFINITY || (this.#timer !== null && this.#timerAtMs <= next))
      return;
    this.#timer?.cancel();
    this.#timerAtMs = next;
    const { clock, guard } = this.#parts;
    this.#timer = clock.setTimer(Math.max(0, next - clock.now()), () => {
      this.#timer = null;
      // What waits on the sockets may be the word of a new leader.
      clock.defer(() => guard(() => this.#fire()));
    });
  }

  #fire(): void {
    const now = this.#parts.clock.now();
    const due = this.#planned.filter(({ atMs }) => atMs <= now);
    this.#planned = this.#planned.filter(({ atMs }) => atMs > now);
    for (const campaign of due) this.#run(campaign, now);
    this.#arm();
  }

  #run({ replica, triesLeft }: Campaign<TReply>, nowMs: number): void {
    const { mayLead, campaign, random } = this.#parts;
    const isWanted = replica.canServe && replica.phase === 'running' && replica.leader === NONE;
    if (!isWanted || !replica.hasQuorum || !mayLead() || replica.isNonVoting) return;
    if (triesLeft > 0) {
      // Looked at once more: answers to this campaign, or to another's, may get lost, and votes may be split.
      const atMs = nowMs + CAMPAIGN_STEP_MS + random(2 * CAMPAIGN_STEP_MS);
      this.#planned.push({ replica, atMs, triesLeft: triesLeft - 1 });
    }
    // Another node is campaigning: give that election its time.
    if (nowMs - replica.candidateSeenMs >= CAMPAIGN_STEP_MS) campaign(replica);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#planned = [];
  }
}

/** A group is created in term 1, in which no replica ever led. */
const FIRST_TERM = 1;

/**
 * This replica's place among the living voters: the preferred leader first, the others by number, beginning
 * elsewhere for each group, so that the groups of a dead node spread over the rest.
 */
function placeInLine<TReply>(
  replica: Replica<TReply>,
  isThere: (id: ReplicaId) => boolean,
): number {
  const { voters, votersOutgoing } = replica.confState;
  const living = [...new Set([...voters, ...votersOutgoing])].filter(isThere).sort((a, b) => a - b);
  const preferred: NodeNumber = replica.preferredLeader;
  if (living.includes(preferred)) {
    if (preferred === replica.id) return 0;
    const others = living.filter((id) => id !== preferred);
    return 1 + rotatedPlace(others, replica);
  }
  return rotatedPlace(living, replica);
}

function rotatedPlace<TReply>(ids: readonly ReplicaId[], replica: Replica<TReply>): number {
  const at = ids.indexOf(replica.id);
  return at < 0 ? ids.length : (at - (replica.group % ids.length) + ids.length) % ids.length;
}
