import type { Raft } from './raft.ts';
import { type Message, NONE, type ReplicaId } from './types.ts';

export type CampaignKind = 'pre-vote' | 'vote' | 'transfer';

/** Campaigns, where this replica may. False: it may not. */
export function hup(raft: Raft, kind: CampaignKind): boolean {
  if (raft.role === 'leader' || !raft.promotable()) return false;
  // A configuration that is committed but not applied would make this replica count wrongly.
  if (hasUnappliedConfChange(raft)) return false;
  campaign(raft, kind);
  return true;
}

function hasUnappliedConfChange(raft: Raft): boolean {
  const { log } = raft;
  let index = log.applied + 1;
  while (index <= log.committed) {
    const entries = log.slice(index, log.committed + 1, raft.options.committedBytesMaxPerReady);
    if (entries.some(({ type }) => type !== 'normal')) return true;
    index += entries.length;
  }
  return false;
}

function campaign(raft: Raft, kind: CampaignKind): void {
  const pre = kind === 'pre-vote';
  if (pre) raft.becomePreCandidate();
  else raft.becomeCandidate();
  const term = pre ? raft.term + 1 : raft.term;
  const index = raft.log.lastIndex();
  const logTerm = raft.log.lastTerm();
  for (const to of raft.tracker.voterIds) {
    // The own vote counts once it is on disk (RawNode.advanceAppend).
    if (to === raft.id) raft.selfVote = { pre, term };
    else {
      const type = pre ? 'pre-vote' : 'vote';
      raft.send({ type, to, from: raft.id, term, index, logTerm, force: kind === 'transfer' });
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
  const upToDate = raft.log.isUpToDate(message.index, message.logTerm);
  const granted = free && upToDate;
  raft.send({
    type: pre ? 'pre-vote-response' : 'vote-response',
    to: message.from,
    from: raft.id,
    // A pre-vote is granted for the term that was asked about; everything else speaks for our own.
    term: granted ? message.term : raft.term,
    reject: !granted,
  });
  if (!upToDate) sendCommitHint(raft, message.from);
  if (granted && !pre) {
    raft.electionElapsed = 0;
    raft.vote = message.from;
  }
}

/**
 * A candidate that needs our vote only to learn that it does not need it would wait forever: a change of the configuration
 * that is committed here, and that the candidate has in its log without knowing, may have made it the only
 * voter.
 */
function sendCommitHint(raft: Raft, to: ReplicaId): void {
  const index = raft.log.committed;
  const logTerm = raft.log.termOrNull(index);
  if (index === 0 || logTerm === null) return;
  raft.send({ type: 'commit-hint', to, from: raft.id, term: raft.term, index, logTerm });
}

/** A replica has committed this entry. What is committed stays so, whatever term the message is from. */
export function takeCommitHint(raft: Raft, index: number, logTerm: number): void {
  if (raft.role === 'leader' || !raft.log.matchTerm(index, logTerm)) return;
  raft.log.commitTo(index);
  // The votes were counted in a configuration that is over.
  if (raft.role !== 'follower' && hasUnappliedConfChange(raft)) {
    raft.becomeFollower(raft.term, NONE);
  }
}

/** A vote has come in, or the own one is on disk. */
export function countVote(raft: Raft, from: ReplicaId, granted: boolean): void {
  raft.tracker.recordVote(from, granted);
  switch (raft.tracker.voteResult()) {
    case 'won':
      if (raft.role === 'pre-candidate') campaign(raft, 'vote');
      else raft.becomeLeader();
      return;
    case 'lost':
      raft.becomeFollower(raft.term, NONE);
      return;
    case 'pending':
      return;
  }
}
