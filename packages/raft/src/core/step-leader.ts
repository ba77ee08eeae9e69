import type { Progress } from './progress.ts';
import type { Raft } from './raft.ts';
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
      readIndex(raft, message.from, message.requestId);
      return;
    case 'transfer-leader':
      transferLeader(raft, message.transferee);
      return;
    case 'read-index-response':
      raft.readStates.push({ requestId: message.requestId, status: 'dropped' });
      return;
    case 'append':
    case 'heartbeat':
    case 'snapshot':
    case 'timeout-now':
    case 'vote-response':
    case 'pre-vote-response':
    case 'vote':
    case 'pre-vote':
      return;
  }
}

function handleAppendResponse(raft: Raft, message: Of<'append-response'>): void {
  const progress = raft.tracker.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  if (message.reject) {
    let next = message.rejectHint;
    if (message.logTerm > 0) next = raft.log.findConflictByTerm(message.rejectHint, message.logTerm).index;
    if (progress.maybeDecrease(message.index, next)) {
      if (progress.state === 'replicate') progress.becomeProbe();
      raft.sendAppend(message.from);
    }
    return;
  }
  const wasPaused = progress.isPaused();
  const moved = progress.maybeUpdate(message.index);
  if (!moved && !(progress.match === message.index && progress.state === 'probe')) return;
  switch (progress.state) {
    case 'probe':
      progress.becomeReplicate();
      break;
    case 'snapshot':
      // Anything that reconnects with our log will do; it need not be the snapshot itself.
      if (progress.match + 1 >= raft.log.firstIndex()) {
        progress.becomeProbe();
        progress.becomeReplicate();
      }
      break;
    case 'replicate':
      progress.inflights.freeTo(message.index);
      progress.probeSent = false;
      break;
  }
  if (raft.maybeCommit()) {
    releaseEarlyReads(raft);
    raft.broadcastAppend();
  } else if (raft.id !== message.from && (wasPaused || progress.sentCommit < raft.log.committed)) {
    raft.sendAppend(message.from);
  }
  if (raft.id !== message.from) {
    while (raft.maybeSendAppend(message.from, progress, false)) {
      // Until the window is full or the replica has it all.
    }
  }
  if (message.from === raft.leadTransferee && progress.match === raft.log.lastIndex()) {
    sendTimeoutNow(raft, message.from);
  }
}

function handleHeartbeatResponse(raft: Raft, message: Of<'heartbeat-response'>): void {
  const progress = raft.tracker.progress.get(message.from);
  if (progress === undefined) return;
  progress.recentActive = true;
  progress.probeSent = false;
  // A follower that misses something gets a message again, however full the window is.
  if (progress.match < raft.log.lastIndex() || progress.state === 'probe') unblock(raft, message.from, progress);
  if (message.readRound === 0) return;
  raft.readOnly.ack(message.from, message.readRound);
  finishReads(raft);
}

function unblock(raft: Raft, to: ReplicaId, progress: Progress): void {
  raft.maybeSendAppend(to, progress, true);
}

export function finishReads(raft: Raft): void {
  for (const request of raft.readOnly.advance(raft.id, (acks) => raft.tracker.hasQuorum(acks))) {
    if (request.from === raft.id) {
      raft.readStates.push({ requestId: request.requestId, status: 'ok', index: request.index });
    } else {
      raft.send({
        type: 'read-index-response', to: request.from, from: raft.id, term: raft.term,
        requestId: request.requestId, index: request.index, reject: false,
      });
    }
  }
}

export function readIndex(raft: Raft, from: ReplicaId, requestId: number): void {
  if (!raft.committedInTerm()) {
    // Until then the commit index may lie behind what an earlier leader acknowledged.
    raft.readOnly.addEarly(from, requestId);
    return;
  }
  raft.readOnly.add(from, requestId, raft.log.committed);
  if (raft.tracker.isSingleton()) finishReads(raft);
  else raft.broadcastHeartbeat();
}

function releaseEarlyReads(raft: Raft): void {
  if (!raft.committedInTerm()) return;
  const early = raft.readOnly.takeEarly();
  for (const { from, requestId } of early) raft.readOnly.add(from, requestId, raft.log.committed);
  if (early.length === 0) return;
  if (raft.tracker.isSingleton()) finishReads(raft);
  else raft.broadcastHeartbeat();
}

function transferLeader(raft: Raft, to: ReplicaId): void {
  const progress = raft.tracker.progress.get(to);
  if (progress === undefined || progress.isLearner || !raft.tracker.isVoter(to)) return;
  if (raft.leadTransferee === to) return;
  raft.leadTransferee = NONE;
  if (to === raft.id) return;
  raft.electionElapsed = 0;
  raft.leadTransferee = to;
  if (progress.match === raft.log.lastIndex()) sendTimeoutNow(raft, to);
  else {
    progress.probeSent = false;
    raft.sendAppend(to);
  }
}

function sendTimeoutNow(raft: Raft, to: ReplicaId): void {
  raft.send({ type: 'timeout-now', to, from: raft.id, term: raft.term });
}
