import type { SnapshotStore, StoredSnapshot, StoreResult, WalFailure } from '../wal/index.ts';
import type { HostEvent, SkippedEntry, Stall } from './host-api.ts';
import { restoreMachine } from './open-group.ts';
import type { Replica } from './replica.ts';

export interface StallsParts<TReply> {
  readonly snapshots: SnapshotStore;
  readonly onEvent: (event: HostEvent) => void;
  readonly guard: (work: () => void) => void;
  readonly fatal: (failure: WalFailure) => void;
  readonly mark: (replica: Replica<TReply>) => void;
  readonly failGroup: (replica: Replica<TReply>, detail: string) => void;
  readonly requestSnapshot: (replica: Replica<TReply>) => void;
}

/**
 * Replicas that can't apply an entry, and their way back. To Raft a stalled replica is one that applies very slowly: it
 * votes, stores and acknowledges, so the group keeps its quorum, but it neither campaigns nor serves.
 */
export class Stalls<TReply> {
  readonly #parts: StallsParts<TReply>;
  readonly #skips = new Map<number, readonly SkippedEntry[]>();

  constructor(parts: StallsParts<TReply>) {
    this.#parts = parts;
  }

  skipsOf(group: number): readonly SkippedEntry[] {
    return this.#skips.get(group) ?? [];
  }

  stall(replica: Replica<TReply>, stall: Stall): void {
    replica.stall = stall;
    replica.applyQueue = [];
    replica.applyAt = 0;
    replica.isReading = true;
    replica.proposals.abandon();
    replica.reads.abandon();
    replica.node?.setMayCampaign(false);
    this.#parts.onEvent({ type: 'group-stalled', group: replica.group, stall });
  }

  resumed(replica: Replica<TReply>): void {
    replica.stall = null;
    replica.node?.setMayCampaign(true);
    this.#parts.onEvent({ type: 'group-resumed', group: replica.group, index: replica.applied });
    this.#parts.mark(replica);
  }

  setSkips(
    group: number,
    skips: readonly SkippedEntry[],
    replica: Replica<TReply> | undefined,
  ): void {
    this.#skips.set(group, skips);
    if (replica === undefined) return;
    replica.skips = skips;
    const { stall } = replica;
    if (stall === null) return;
    const { index, term, data } = stall;
    const isSkipped = skips.some(
      (skip) => skip.index === index && skip.term === term && skip.matches(data),
    );
    if (isSkipped) this.#restart(replica);
  }

  /** A replay from before the entry must not meet it again: the state behind it is made durable at once. */
  skipped(replica: Replica<TReply>, index: number): void {
    this.#parts.onEvent({ type: 'entry-skipped', group: replica.group, index });
    this.#parts.requestSnapshot(replica);
  }

  /** The entry may have left the state half changed: it is built anew from the snapshot and the log. */
  #restart(replica: Replica<TReply>): void {
    const { snapshots, guard } = this.#parts;
    snapshots.load(replica.log.key, (loaded) => guard(() => this.#loaded(replica, loaded)));
  }

  #loaded(replica: Replica<TReply>, loaded: StoreResult<StoredSnapshot | null>): void {
    const { fatal, failGroup } = this.#parts;
    if (replica.stall === null || replica.phase !== 'running') return;
    if (!loaded.ok) {
      if (loaded.failure.kind === 'corrupt') failGroup(replica, loaded.failure.detail);
      else fatal(loaded.failure);
      return;
    }
    const snapshot = loaded.value;
    const data = snapshot?.data ?? replica.firstState;
    const { index, term } = snapshot?.metadata ?? replica.log.mark;
    // A newer one than this replica has applied is being installed, and that ends the stall as well.
    if (index > replica.applied) return;
    const problem = data === null ? 'it is missing' : restoreMachine(replica, data);
    if (problem !== null) {
      failGroup(replica, `the snapshot at ${index} can't be restored: ${problem}`);
      return;
    }
    replica.replayTo = Math.max(replica.replayTo, replica.applied);
    replica.applied = index;
    replica.appliedTerm = term;
    this.resumed(replica);
  }
}
