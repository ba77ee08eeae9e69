import { restoreConf } from './conf-change.ts';
import { hup } from './election.ts';
import type { Raft } from './raft.ts';
import { type Message, NONE, type SnapshotMetadata } from './types.ts';

type Of<T extends Message['type']> = Extract<Message, { type: T }>;

export function stepFollower(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'append':
      hear(raft, message.from);
      handleAppend(raft, message);
      return;
    case 'heartbeat':
      hear(raft, message.from);
      handleHeartbeat(raft, message);
      return;
    case 'snapshot':
      hear(raft, message.from);
      handleSnapshot(raft, message);
      return;
    case 'timeout-now':
      // The leader hands over: no pre-vote, it would be refused by those who still hear that leader.
      hup(raft, 'transfer');
      return;
    case 'transfer-leader':
      if (raft.leader !== NONE) raft.send({ ...message, to: raft.leader, from: raft.id, term: raft.term });
      return;
    case 'read-index':
      if (raft.leader === NONE) refuseRead(raft, message);
      else raft.send({ ...message, to: raft.leader, from: raft.id, term: raft.term });
      return;
    case 'read-index-response':
      // An answer of an earlier leader was refused with its term; this one is of the current one.
      raft.readStates.push(
        message.reject
          ? { requestId: message.requestId, status: 'dropped' }
          : { requestId: message.requestId, status: 'ok', index: message.index },
      );
      return;
    case 'append-response':
    case 'heartbeat-response':
    case 'vote-response':
    case 'pre-vote-response':
    case 'vote':
    case 'pre-vote':
      return;
  }
}

function hear(raft: Raft, leader: number): void {
  raft.electionElapsed = 0;
  raft.leader = leader;
}

function refuseRead(raft: Raft, message: Of<'read-index'>): void {
  if (message.from === raft.id) raft.dropRead(message.requestId);
  else {
    raft.send({
      type: 'read-index-response', to: message.from, from: raft.id, term: raft.term,
      requestId: message.requestId, index: 0, reject: true,
    });
  }
}

export function handleAppend(raft: Raft, message: Of<'append'>): void {
  const { log } = raft;
  const answer = (index: number, reject: boolean, rejectHint: number, logTerm: number): void => {
    raft.send({
      type: 'append-response', to: message.from, from: raft.id, term: raft.term,
      index, reject, rejectHint, logTerm, commit: log.committed,
    });
  };
  if (message.index < log.committed) {
    answer(log.committed, false, 0, 0);
    return;
  }
  const lastNew = log.maybeAppend(message.index, message.logTerm, message.commit, message.entries);
  if (lastNew !== null) {
    answer(lastNew, false, 0, 0);
    return;
  }
  // Raft paper, end of 5.3: skip whole terms that can't match.
  const hint = log.findConflictByTerm(Math.min(message.index, log.lastIndex()), message.logTerm);
  answer(message.index, true, hint.index, hint.term);
}

export function handleHeartbeat(raft: Raft, message: Of<'heartbeat'>): void {
  raft.log.commitTo(message.commit);
  raft.send({ type: 'heartbeat-response', to: message.from, from: raft.id, term: raft.term, readRound: message.readRound });
}

export function handleSnapshot(raft: Raft, message: Of<'snapshot'>): void {
  restore(raft, message.snapshot);
  const index = raft.log.committed < message.snapshot.index ? raft.log.committed : Math.max(raft.log.committed, message.snapshot.index);
  raft.send({
    type: 'append-response', to: message.from, from: raft.id, term: raft.term,
    index: Math.min(index, raft.log.lastIndex()), reject: false, rejectHint: 0, logTerm: 0, commit: raft.log.committed,
  });
}

function restore(raft: Raft, snapshot: SnapshotMetadata): void {
  const { log } = raft;
  if (snapshot.index <= log.committed || raft.role !== 'follower') return;
  const { voters, learners, votersOutgoing } = snapshot.confState;
  // Not for us: a configuration without this replica must not be taken over.
  if (![...voters, ...learners, ...votersOutgoing].includes(raft.id)) return;
  if (log.matchTerm(snapshot.index, snapshot.term)) {
    // The log already has that entry: nothing has to be thrown away, only committed.
    log.commitTo(snapshot.index);
    return;
  }
  log.restore(snapshot);
  raft.switchToConf(restoreConf(snapshot.confState, log.lastIndex(), raft.options));
}
