import type { RawNode } from '../../core/index.ts';
import { checkCommitTerm } from './invariants/commit-by-count.ts';
import { checkQuorumDurability } from './invariants/quorum-durability.ts';
import type { SimReplica } from './replica.ts';

/** Compares what one step of a node has changed; constant time unless the commit index of a leader moved. */
export function observeStep(replica: SimReplica, node: RawNode): void {
  const { shared, status: before } = replica;
  const now = node.basicStatus();
  replica.monotonic.stepped(now);
  replica.status = now;
  if (before === null) return;
  if (now.role !== before.role) observeRole(replica, before.role, now.term === before.term);
  if (before.leadTransferee !== 0 && now.leadTransferee === 0 && now.role === 'leader') {
    shared.coverage.count('transfer timed out');
  }
  if (before.leadTransferee !== 0 && now.term > before.term) {
    shared.coverage.count('transfer finished');
  }
  if (now.role !== 'leader') return;
  if (before.role !== 'leader') {
    shared.elections.leads(replica.id, now.term);
    shared.coverage.count('elections');
    if (now.lastIndex > now.commit + 1) {
      shared.coverage.count('leader change with an uncommitted tail');
    }
  }
  if (now.commit > before.commit && now.commit > replica.observedCommit) {
    observeCommit(replica, node, now.commit, now.term);
  }
}

function observeRole(replica: SimReplica, before: string, sameTerm: boolean): void {
  const { coverage } = replica.shared;
  const role = replica.status?.role;
  if (before === 'candidate' && role === 'candidate') coverage.count('votes split');
  if (before === 'candidate' && role === 'follower' && sameTerm) coverage.count('votes split');
  if (before === 'leader' && role === 'follower' && sameTerm) {
    coverage.count('leader stepped down without quorum');
  }
}

function observeCommit(replica: SimReplica, node: RawNode, commit: number, term: number): void {
  const { shared, chain } = replica;
  const { confState } = node.status();
  if (confState.votersOutgoing.length > 0) shared.coverage.count('commit in a joint configuration');
  if (commit <= shared.committed.maxIndex) return;
  checkCommitTerm(chain, commit, term);
  // A leader commits what it has sent, so a Ready has shown it.
  shared.committed.observe(chain, replica.observedCommit, commit, term);
  replica.observedCommit = commit;
  checkQuorumDurability(commit, confState, (id, index) => shared.isDurableAt(id, index));
}
