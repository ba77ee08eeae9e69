import type { RaftHost } from '@fleetlm/raft/host';
import type { SnapshotPorts } from '../effects/flusher/index.ts';
import type { GroupReply } from '../groups/group-reply.ts';
import type { Groups } from '../groups/groups.ts';
import { SYSTEM_GROUP } from '../membership/placement.ts';

/** Where the archive finds the snapshots of the groups that this node leads. */
export function snapshotSources(groups: Groups, host: RaftHost<GroupReply>): SnapshotPorts {
  return {
    *led() {
      for (const { group, state } of groups.ledGroups())
        if (state.inboxes.size > 0) yield { group, appliedIndex: host.status(group).applied };
      const isSystemLed = host.groups.includes(SYSTEM_GROUP) && host.isReadyLeader(SYSTEM_GROUP);
      if (isSystemLed && groups.system.agents.size > 0)
        yield { group: SYSTEM_GROUP, appliedIndex: host.status(SYSTEM_GROUP).applied };
    },
    save: (group) => host.snapshotGroup(group),
    open: (group) => new Promise((resolve) => host.openSnapshot(group, resolve)),
  };
}
