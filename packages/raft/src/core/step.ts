import { answerVote, hup } from './election.ts';
import type { Raft } from './raft.ts';
import { stepCandidate } from './step-candidate.ts';
import { stepFollower } from './step-follower.ts';
import { stepLeader } from './step-leader.ts';
import { type Message, NONE } from './types.ts';

/** Compares terms (Raft paper, 5.1), then does what the role says. */
export function step(raft: Raft, message: Message): void {
  if (message.term > raft.term && !acceptHigherTerm(raft, message)) return;
  if (message.term < raft.term && !isOwnRequest(raft, message)) {
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

function isOwnRequest(raft: Raft, message: Message): boolean {
  return message.from === raft.id && (message.type === 'read-index' || message.type === 'transfer-leader');
}

/** False: the message is to be ignored. */
function acceptHigherTerm(raft: Raft, message: Message): boolean {
  if (message.type === 'vote' || message.type === 'pre-vote') {
    const inLease =
      raft.options.checkQuorum && raft.leader !== NONE && raft.electionElapsed < raft.options.electionTicks;
    // Somebody who heard from a leader lately doesn't help to depose it.
    if (inLease && !message.force) return false;
  }
  // A pre-vote doesn't move our term, nor does the answer to our own.
  if (message.type === 'pre-vote') return true;
  if (message.type === 'pre-vote-response' && !message.reject) return true;
  const fromLeader = message.type === 'append' || message.type === 'heartbeat' || message.type === 'snapshot';
  raft.becomeFollower(message.term, fromLeader ? message.from : NONE);
  return true;
}

function answerLowerTerm(raft: Raft, message: Message): void {
  const { checkQuorum, preVote } = raft.options;
  if ((checkQuorum || preVote) && (message.type === 'heartbeat' || message.type === 'append')) {
    // A deposed leader that can't be heard otherwise (we don't campaign on it) learns of the newer term.
    raft.send({
      type: 'append-response', to: message.from, from: raft.id, term: raft.term,
      index: 0, reject: false, rejectHint: 0, logTerm: 0, commit: 0,
    });
  } else if (message.type === 'pre-vote') {
    raft.send({ type: 'pre-vote-response', to: message.from, from: raft.id, term: raft.term, reject: true });
  }
}

/** One tick of the clock. */
export function tick(raft: Raft): void {
  if (raft.role === 'leader') tickLeader(raft);
  else {
    raft.electionElapsed += 1;
    if (raft.electionElapsed >= raft.randomizedElectionTicks && raft.promotable()) {
      raft.electionElapsed = 0;
      raft.resetRandomizedElectionTicks();
      hup(raft, raft.options.preVote ? 'pre-vote' : 'vote');
    }
  }
}

function tickLeader(raft: Raft): void {
  raft.heartbeatElapsed += 1;
  raft.electionElapsed += 1;
  if (raft.electionElapsed >= raft.options.electionTicks) {
    raft.electionElapsed = 0;
    if (raft.options.checkQuorum && !checkQuorum(raft)) return;
    // A transfer that takes longer than an election is given up: proposals are served again.
    raft.leadTransferee = NONE;
  }
  if (raft.heartbeatElapsed >= raft.options.heartbeatTicks) {
    raft.heartbeatElapsed = 0;
    raft.broadcastHeartbeat();
  }
}

/** A leader that hears from no quorum steps down: others may have elected a new one. */
function checkQuorum(raft: Raft): boolean {
  const own = raft.tracker.progress.get(raft.id);
  if (own !== undefined) own.recentActive = true;
  const active = raft.tracker.quorumActive();
  for (const [id, progress] of raft.tracker.progress) {
    if (id !== raft.id) progress.recentActive = false;
  }
  if (!active) raft.becomeFollower(raft.term, NONE);
  return active;
}
