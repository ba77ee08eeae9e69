import type { Raft } from '../raft.ts';
import { NONE, type ReplicaId } from '../types.ts';
import { READS_PENDING_MAX } from './read-only.ts';

/** A linearizable read is asked for, by the own host (`from` is this replica) or by a follower. */
export function requestRead(raft: Raft, from: ReplicaId, id: number): void {
  switch (raft.role) {
    case 'leader':
      leaderRead(raft, from, id);
      return;
    case 'follower':
      // A question that comes from elsewhere is not handed on: who asks shall find the leader itself.
      if (
        from === raft.id &&
        raft.leader !== NONE &&
        raft.forwardedReads.size < READS_PENDING_MAX
      ) {
        raft.forwardedReads.add(id);
      } else raft.refuseRead(from, id);
      return;
    case 'candidate':
    case 'pre-candidate':
      raft.refuseRead(from, id);
      return;
  }
}

function leaderRead(raft: Raft, from: ReplicaId, id: number): void {
  if (raft.reads.size >= READS_PENDING_MAX) {
    raft.refuseRead(from, id);
  } else if (!raft.committedInTerm()) {
    // Until then the commit index may lie behind what an earlier leader acknowledged.
    raft.reads.addEarly(from, id);
  } else {
    raft.reads.add(from, id, raft.log.committed);
  }
}

/** The reads that came since the last Ready leave as one question. */
export function flushForwardedReads(raft: Raft): void {
  if (!raft.forwardedReads.hasWaiting || raft.leader === NONE) return;
  raft.send({
    type: 'read-index',
    to: raft.leader,
    from: raft.id,
    term: raft.term,
    requestId: raft.forwardedReads.ask(),
  });
}

export function readAnswered(raft: Raft, wireId: number, index: number, reject: boolean): void {
  for (const requestId of raft.forwardedReads.answered(wireId)) {
    if (reject) raft.dropRead(requestId);
    else raft.readStates.push({ requestId, status: 'ok', index });
  }
}

/** A question or its answer may be lost: once per election timeout the old ones are given up. */
export function expireForwardedReads(raft: Raft): void {
  for (const requestId of raft.forwardedReads.expire()) raft.dropRead(requestId);
}

/** The first commit of the term is done: reads that waited for it begin. */
export function beginEarlyReads(raft: Raft): void {
  if (raft.committedInTerm()) raft.reads.beginEarly(raft.log.committed);
}

/** Answers what a quorum has confirmed. */
export function finishReads(raft: Raft): void {
  for (const { from, id, index } of raft.reads.take(raft.tracker.confirmedReadRound())) {
    answer(raft, from, id, index);
  }
}

function answer(raft: Raft, from: ReplicaId, id: number, index: number): void {
  if (from === raft.id) {
    raft.readStates.push({ requestId: id, status: 'ok', index });
    return;
  }
  raft.send({
    type: 'read-index-response',
    to: from,
    from: raft.id,
    term: raft.term,
    requestId: id,
    index,
    reject: false,
  });
}
