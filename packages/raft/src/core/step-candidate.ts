import { countVote } from './election.ts';
import type { Raft } from './raft.ts';
import { requestRead } from './reads/reads.ts';
import { handleAppend, handleHeartbeat, handleSnapshot } from './step-follower.ts';
import type { Message } from './types.ts';

/** Candidates and pre-candidates; the term was already compared. */
export function stepCandidate(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'append':
      raft.becomeFollower(message.term, message.from);
      handleAppend(raft, message);
      return;
    case 'heartbeat':
      raft.becomeFollower(message.term, message.from);
      handleHeartbeat(raft, message);
      return;
    case 'snapshot':
      raft.becomeFollower(message.term, message.from);
      handleSnapshot(raft, message);
      return;
    case 'vote-response':
      if (raft.role === 'candidate') countVote(raft, message.from, !message.reject);
      return;
    case 'pre-vote-response':
      if (raft.role === 'pre-candidate') countVote(raft, message.from, !message.reject);
      return;
    case 'read-index':
      requestRead(raft, message.from, message.requestId);
      return;
    case 'read-index-response':
    case 'timeout-now':
    case 'transfer-leader':
    case 'append-response':
    case 'heartbeat-response':
    case 'vote':
    case 'commit-hint':
    case 'pre-vote':
      return;
  }
}
