import type { GroupStatus } from './host-api.ts';
import type { Replica } from './replica.ts';

/** Between a message and the end of its turn the replica lags behind its core: role and term have one source. */
export function statusOf<TReply>(replica: Replica<TReply>): GroupStatus {
  const status = replica.node?.status();
  const replicas = [...(status?.progress ?? [])].map(([id, progress]) => ({
    id,
    match: progress.match,
    next: progress.next,
    state: progress.state,
    active: progress.recentActive,
  }));
  return {
    group: replica.group,
    role: status?.role ?? replica.role,
    leader: status?.leader ?? replica.leader,
    term: status?.term ?? replica.term,
    firstIndex: replica.log.firstIndex(),
    lastIndex: status?.lastIndex ?? replica.log.lastIndex(),
    commit: status?.commit ?? replica.applied,
    applied: replica.applied,
    snapshotIndex: replica.log.mark.index,
    confState: replica.confState,
    stall: replica.stall,
    replicas,
  };
}
