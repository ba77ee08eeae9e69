import { violated } from './invariant.ts';
import type { Raft } from './raft.ts';
import { beginEarlyReads, finishReads, requestRead } from './reads/reads.ts';
import { maybeSendAppend } from './replication.ts';
import { type Message, NONE, type ReplicaId } from './types.ts';

type Of<T extends Message['type']> = Extract<Message, { type: T }>;

export function stepLeader(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'append-response':
      handleAppendResponse(raft, message);
      return;
    case 'heartbeat-response':
      handleHeartbeatResponse(raft, message);
      return;
    case 'read-index':
      requestRead(raft, message.from, message.requestId);
      return;
    case 'transfer-leader':
      transferLeader(raft, message.transferee);
      return;
    case 'append':
    case 'heartbeat':
    case 'snapshot':
      violated(`${message.from} leads too in term ${raft.term}`);
      return;
    case 'read-index-response':
    case 'timeout-now':
    case 'vote-response':
    case 'pre-vote-response':
    case 'vote':
    case 'commit-hint':
    case 'pre-vote':
      return;
  }
}

function handleAppendResponse(raft: Raft, message: Of<'append-response'>): void {
  const { log } = raft;
  const replica = raft.tracker.progress.get(message.from);
  if (replica === undefined) return;
  replica.recentActive = true;
  if (message.reject) {
    let hint = message.rejectHint;
    if (message.logTerm > 0) hint = log.findConflictByTerm(hint, message.logTerm).index;
    if (!replica.maybeDecrease(message.index, hint)) return;
    if (replica.state === 'replicate') replica.rewind();
    maybeSendAppend(raft, replica, true);
    return;
  }
  if (message.index > log.lastIndex()) {
    violated(`${message.from} has entry ${message.index} of this term, which was never appended`);
  }
  const isNewer = replica.maybeUpdate(message.index);
  // An answer that changes nothing still ends a probe that began after a report of unreachability.
  if (!isNewer && !(replica.match === message.index && replica.state === 'probe')) return;
  switch (replica.state) {
    case 'probe':
      if (!replica.isHeld) replica.becomeReplicate();
      break;
    case 'snapshot':
      // Anything that connects with our log will do; it need not be the snapshot itself.
      if (replica.match + 1 >= log.firstIndex()) replica.becomeReplicate();
      break;
    case 'replicate':
      replica.inflights.freeTo(message.index);
      break;
  }
  raft.appendDue = true;
  commitAndRelease(raft);
  if (message.from === raft.leadTransferee && replica.match === log.lastIndex()) {
    sendTimeoutNow(raft, message.from);
  }
}

/** Some replica, or this one, has more on disk. */
export function commitAndRelease(raft: Raft): void {
  if (raft.maybeCommit()) beginEarlyReads(raft);
}

function handleHeartbeatResponse(raft: Raft, message: Of<'heartbeat-response'>): void {
  const replica = raft.tracker.progress.get(message.from);
  if (replica === undefined) return;
  replica.recentActive = true;
  replica.heartbeatAnswered();
  replica.paused = false;
  // Where all appends in flight were lost, nothing else would ever find out: an empty one is answered.
  if (replica.match < raft.log.lastIndex() || replica.state === 'probe') {
    maybeSendAppend(raft, replica, true);
  }
  const { readRound } = message;
  if (readRound <= replica.readRound || !raft.reads.knows(readRound)) return;
  replica.readRound = readRound;
  finishReads(raft);
}

/** Hands leadership to a voter: it is brought up to date, then asked to campaign at once. */
export function transferLeader(raft: Raft, to: ReplicaId): void {
  const replica = raft.tracker.progress.get(to);
  if (replica === undefined || !raft.tracker.isVoter(to)) return;
  if (raft.leadTransferee === to) return;
  // A new wish replaces an old one; to oneself: it ends it.
  raft.leadTransferee = NONE;
  if (to === raft.id) return;
  raft.electionElapsed = 0;
  raft.leadTransferee = to;
  if (replica.match === raft.log.lastIndex()) {
    sendTimeoutNow(raft, to);
  } else {
    replica.paused = false;
    // Where a pipeline was lost nothing is due, and the answer to an empty append says what is missing.
    maybeSendAppend(raft, replica, true);
    raft.appendDue = true;
  }
}

function sendTimeoutNow(raft: Raft, to: ReplicaId): void {
  raft.send({ type: 'timeout-now', to, from: raft.id, term: raft.term });
}
