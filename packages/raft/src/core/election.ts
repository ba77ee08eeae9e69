import { invariant } from './invariant.ts';
import type { Raft } from './raft.ts';
import { type Message, NONE } from './types.ts';

/** Starts an election: asks first whether it could be won (pre-vote), unless the leader handed over. */
export function hup(raft: Raft, kind: 'pre-vote' | 'vote' | 'transfer'): void {
  if (raft.role === 'leader' || !raft.promotable()) return;
  // A configuration change that is committed but not applied could make this replica count wrongly.
  if (hasUnappliedConfChange(raft)) return;
  campaign(raft, kind);
}

function hasUnappliedConfChange(raft: Raft): boolean {
  const { log } = raft;
  for (let index = log.applied + 1; index <= log.committed; ) {
    const entries = log.slice(index, log.committed + 1, raft.options.committedBytesMaxPerReady);
    if (entries.some(({ type }) => type !== 'normal')) return true;
    invariant(entries.length > 0, () => `no entry at ${index}`);
    index += entries.length;
  }
  return false;
}

export function campaign(raft: Raft, kind: 'pre-vote' | 'vote' | 'transfer'): void {
  const pre = kind === 'pre-vote';
  if (pre) raft.becomePreCandidate();
  else raft.becomeCandidate();
  const term = pre ? raft.term + 1 : raft.term;
  const index = raft.log.lastIndex();
  const logTerm = raft.log.lastTerm();
  for (const id of raft.tracker.voterIds()) {
    if (id === raft.id) {
      // The own vote counts once it is on disk.
      raft.send({ type: pre ? 'pre-vote-response' : 'vote-response', to: id, from: id, term, reject: false });
    } else {
      raft.send({ type: pre ? 'pre-vote' : 'vote', to: id, from: raft.id, term, index, logTerm, force: kind === 'transfer' });
    }
  }
}

type VoteRequest = Extract<Message, { type: 'vote' | 'pre-vote' }>;

/** Grants or refuses; the term was already brought up to date. */
export function answerVote(raft: Raft, message: VoteRequest): void {
  const pre = message.type === 'pre-vote';
  const free =
    raft.vote === message.from ||
    (raft.vote === NONE && raft.leader === NONE) ||
    (pre && message.term > raft.term);
  const granted = free && raft.log.isUpToDate(message.index, message.logTerm);
  raft.send({
    type: pre ? 'pre-vote-response' : 'vote-response',
    to: message.from,
    from: raft.id,
    // A pre-vote is granted for the term that was asked about; everything else speaks for our own.
    term: granted ? message.term : raft.term,
    reject: !granted,
  });
  if (granted && !pre) {
    raft.electionElapsed = 0;
    raft.vote = message.from;
  }
}

export function tallyVote(raft: Raft, message: Extract<Message, { type: 'vote-response' | 'pre-vote-response' }>): void {
  raft.tracker.recordVote(message.from, !message.reject);
  switch (raft.tracker.voteResult()) {
    case 'won':
      if (raft.role === 'pre-candidate') campaign(raft, 'vote');
      else {
        raft.becomeLeader();
        raft.broadcastAppend();
      }
      return;
    case 'lost':
      raft.becomeFollower(raft.term, NONE);
      return;
    case 'pending':
      return;
  }
}
