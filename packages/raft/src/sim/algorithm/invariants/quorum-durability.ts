import type { ConfState, ReplicaId } from '../../../core/index.ts';
import { broken } from '../../harness/broken.ts';

/** What a leader commits is on the disks of a majority of each half of its configuration. */
export function checkQuorumDurability(
  index: number,
  confState: ConfState,
  isDurableAt: (id: ReplicaId, index: number) => boolean,
): void {
  for (const voters of [confState.voters, confState.votersOutgoing]) {
    if (voters.length === 0) continue;
    const durable = voters.filter((id) => isDurableAt(id, index));
    if (durable.length <= voters.length / 2) {
      broken('quorum durability', `${index} is on [${durable}] of [${voters}]`);
    }
  }
}
