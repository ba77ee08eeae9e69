import type { HostEvent } from '../host-api.ts';

type LargeSnapshot = Omit<Extract<HostEvent, { type: 'snapshot-too-large' }>, 'type' | 'isFirst'>;

/**
 * Reports snapshots above `snapshotBytesMax`: a follower that needs one never catches up. A sender begins anew every few
 * seconds, so an event says whether it is the first about its snapshot.
 */
export class LargeSnapshots {
  readonly #onEvent: (event: HostEvent) => void;
  /** Index by stage, node and group: one entry for each. */
  readonly #reported = new Map<string, number>();

  constructor(onEvent: (event: HostEvent) => void) {
    this.#onEvent = onEvent;
  }

  report(snapshot: LargeSnapshot): void {
    const { group, stage, peer, index } = snapshot;
    const id = `${stage}/${peer}/${group}`;
    const isFirst = this.#reported.get(id) !== index;
    this.#reported.set(id, index);
    this.#onEvent({ type: 'snapshot-too-large', ...snapshot, isFirst });
  }
}
