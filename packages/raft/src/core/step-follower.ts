import { hup } from './election.ts';
import { violated } from './invariant.ts';
import { restoreConf } from './membership/conf-change.ts';
import { takeConf } from './membership/membership.ts';
import type { Raft } from './raft.ts';
import { readAnswered, requestRead } from './reads/reads.ts';
import { type Message, NONE, type ReplicaId, type SnapshotMetadata } from './types.ts';

type Of<T extends Message['type']> = Extract<Message, { type: T }>;

export function stepFollower(raft: Raft, message: Message): void {
  switch (message.type) {
    case 'append':
      followLeader(raft, message.from);
      handleAppend(raft, message);
      return;
    case 'heartbeat':
      followLeader(raft, message.from);
      handleHeartbeat(raft, message);
      return;
    case 'snapshot':
      followLeader(raft, message.from);
      handleSnapshot(raft, message);
      return;
    case 'timeout-now':
      // The leader hands over: no pre-vote, it would be refused by those who still hear that leader.
      hup(raft, 'transfer');
      return;
    case 'transfer-leader':
      if (raft.leader !== NONE && message.from === raft.id) {
        raft.send({ ...message, to: raft.leader });
      }
      return;
    case 'read-index':
      requestRead(raft, message.from, message.requestId);
      return;
    case 'read-index-response':
      readAnswered(raft, message.requestId, message.index, message.reject);
      return;
    case 'append-response':
    case 'heartbeat-response':
    case 'vote-response':
    case 'pre-vote-response':
    case 'vote':
    case 'commit-hint':
    case 'pre-vote':
      return;
  }
}

function followLeader(raft: Raft, leader: ReplicaId): void {
  if (raft.leader !== NONE && raft.leader !== leader) {
    violated(`${raft.leader} and ${leader} both lead in term ${raft.term}`);
  }
  raft.electionElapsed = 0;
  raft.leader = leader;
}

export function handleAppend(raft: Raft, message: Of<'append'>): void {
  const { log } = raft;
  if (message.index < log.committed) {
    accept(raft, message.from, log.committed);
    return;
  }
  const proved = log.maybeAppend(message.index, message.logTerm, message.commit, message.entries);
  if (proved !== null) {
    accept(raft, message.from, proved);
    return;
  }
  // Raft paper, end of 5.3: the hint skips whole terms that can't match.
  const hint = log.findConflictByTerm(Math.min(message.index, log.lastIndex()), message.logTerm);
  raft.send({
    type: 'append-response',
    to: message.from,
    from: raft.id,
    term: raft.term,
    index: message.index,
    reject: true,
    rejectHint: hint.index,
    logTerm: hint.term,
    commit: log.committed,
  });
}

function accept(raft: Raft, to: ReplicaId, index: number): void {
  raft.send({
    type: 'append-response',
    to,
    from: raft.id,
    term: raft.term,
    index,
    reject: false,
    rejectHint: 0,
    logTerm: 0,
    commit: raft.log.committed,
  });
}

export function handleHeartbeat(raft: Raft, message: Of<'heartbeat'>): void {
  raft.log.commitTo(message.commit);
  raft.send({
    type: 'heartbeat-response',
    to: message.from,
    from: raft.id,
    term: raft.term,
    readRound: message.readRound,
  });
}

export function handleSnapshot(raft: Raft, message: Of<'snapshot'>): void {
  restore(raft, message.snapshot);
  accept(raft, message.from, raft.log.committed);
}

function restore(raft: Raft, snapshot: SnapshotMetadata): void {
  const { log } = raft;
  if (snapshot.index <= log.committed) return;
  // Its configuration may be from before this replica was added: the entry that adds it follows.
  if (log.matchTerm(snapshot.index, snapshot.term)) {
    // The log has that entry: nothing has to be thrown away, only committed.
    log.commitTo(snapshot.index);
    return;
  }
  // The configuration is taken over when the state machine has the snapshot (`snapshotInstalled`).
  log.restore(snapshot);
}

/**
 * A snapshot is in the state machine, and its configuration in force. Not earlier: entries that were handed
 * out before it came may still be on their way there, with changes of the configuration before it.
 */
export function snapshotInstalled(raft: Raft, snapshot: SnapshotMetadata): void {
  raft.confIndex = snapshot.index;
  takeConf(raft, restoreConf(snapshot.confState, raft.log.lastIndex(), raft.options));
}
