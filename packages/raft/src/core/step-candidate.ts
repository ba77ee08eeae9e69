import { tallyVote } from './election.ts';
import type { Raft } from './raft.ts';
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
      if (raft.role === 'candidate') tallyVote(raft, message);
      return;
    case 'pre-vote-response':
      if (raft.role === 'pre-candidate') tallyVote(raft, message);
      return;
    case 'read-index':
      if (message.from === raft.id) raft.dropRead(message.requestId);
      else {
        raft.send({
          type: 'read-index-response', to: message.from, from: raft.id, term: raft.term,
          requestId: message.requestId, index: 0, reject: true,
        });
      }
      return;
    case 'read-index-response':
      raft.readStates.push({ requestId: message.requestId, status: 'dropped' });
      return;
    case 'timeout-now':
    case 'transfer-leader':
    case 'append-response':
    case 'heartbeat-response':
    case 'vote':
    case 'pre-vote':
      return;
  }
}
