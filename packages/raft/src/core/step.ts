import { answerVote, countVote, hup, takeCommitHint } from './election.ts';
import { maybeAutoLeave } from './membership/membership.ts';
import type { Raft } from './raft.ts';
import { expireForwardedReads } from './reads/reads.ts';
import { broadcastHeartbeat } from './replication.ts';
import { stepCandidate } from './step-candidate.ts';
import { stepFollower } from './step-follower.ts';
import { stepLeader } from './step-leader.ts';
import { type Message, NONE } from './types.ts';

/** Compares terms (Raft paper, 5.1), then does what the role says. */
export function step(raft: Raft, message: Message): void {
  if (message.type === 'commit-hint') {
    takeCommitHint(raft, message.index, message.logTerm);
    return;
  }
  if (message.term > raft.term && !acceptHigherTerm(raft, message)) return;
  if (message.term < raft.term) {
    answerLowerTerm(raft, message);
    return;
  }
  if (message.type === 'vote' || message.type === 'pre-vote') {
    answerVote(raft, message);
    return;
  }
  switch (raft.role) {
    case 'leader':
      stepLeader(raft, message);
      return;
    case 'candidate':
    case 'pre-candidate':
      stepCandidate(raft, message);
      return;
    case 'follower':
      stepFollower(raft, message);
      return;
  }
}

/** False: the message is to be ignored. */
function acceptHigherTerm(raft: Raft, message: Message): boolean {
  switch (message.type) {
    case 'vote':
      if (raft.inLease() && !message.force) return false;
      raft.becomeFollower(message.term, NONE);
      return true;
    case 'pre-vote':
      // Being asked doesn't move our term.
      return message.force || !raft.inLease();
    case 'pre-vote-response':
      // A grant carries the term that we asked about; a refusal the refuser's own.
      if (message.reject) raft.becomeFollower(message.term, NONE);
      return true;
    case 'append':
    case 'heartbeat':
    case 'snapshot':
      raft.becomeFollower(message.term, message.from);
      return true;
    default:
      raft.becomeFollower(message.term, NONE);
      return true;
  }
}

function answerLowerTerm(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'append':
    case 'heartbeat':
    case 'snapshot':
      // Sends the newer term to a leader that does not know of it: we may never campaign.
      answerNewerTerm(raft, message.from);
      return;
    case 'pre-vote':
      raft.send({
        type: 'pre-vote-response',
        to: message.from,
        from: raft.id,
        term: raft.term,
        reject: true,
      });
      return;
    case 'read-index':
      raft.refuseRead(message.from, message.requestId);
      return;
    default:
      return;
  }
}

function answerNewerTerm(raft: Raft, to: number): void {
  raft.send({
    type: 'append-response',
    to,
    from: raft.id,
    term: raft.term,
    index: 0,
    reject: false,
    rejectHint: 0,
    logTerm: 0,
    commit: 0,
  });
}

/** One tick of the clock. */
export function tick(raft: Raft): void {
  if (raft.role === 'leader') {
    tickLeader(raft);
    return;
  }
  raft.electionElapsed += 1;
  raft.readsElapsed += 1;
  if (raft.readsElapsed >= raft.options.electionTicks) {
    raft.readsElapsed = 0;
    expireForwardedReads(raft);
  }
  if (raft.electionElapsed >= raft.randomizedElectionTicks && raft.promotable()) {
    raft.electionElapsed = 0;
    raft.resetRandomizedElectionTicks();
    hup(raft, raft.options.preVote ? 'pre-vote' : 'vote');
  }
}

function tickLeader(raft: Raft): void {
  raft.heartbeatElapsed += 1;
  raft.electionElapsed += 1;
  if (raft.electionElapsed >= raft.options.electionTicks) {
    raft.electionElapsed = 0;
    if (raft.options.checkQuorum && !takeQuorumActive(raft)) {
      // Others may have elected a leader that we don't hear.
      raft.becomeFollower(raft.term, NONE);
      return;
    }
    // A transfer that takes longer than an election is given up: proposals are served again.
    raft.leadTransferee = NONE;
  }
  if (raft.heartbeatElapsed >= raft.options.heartbeatTicks) {
    raft.heartbeatElapsed = 0;
    maybeAutoLeave(raft);
    broadcastHeartbeat(raft);
  }
}

/** Whether a quorum was active since the last call. */
function takeQuorumActive(raft: Raft): boolean {
  const active = raft.tracker.quorumActive();
  for (const replica of raft.tracker.replicas) replica.recentActive = replica.id === raft.id;
  return active;
}

/** The own vote of a campaign is on disk; it counts if that campaign is still on. */
export function selfVoteDurable(raft: Raft, pre: boolean, term: number): void {
  const current = pre
    ? raft.role === 'pre-candidate' && raft.term + 1 === term
    : raft.role === 'candidate' && raft.term === term;
  if (current) countVote(raft, raft.id, true);
}
