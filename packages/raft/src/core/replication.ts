import { entriesBytes } from './log/entry-size.ts';
import type { Progress } from './membership/progress.ts';
import type { Raft } from './raft.ts';
import { finishReads } from './reads/reads.ts';
import type { Entry } from './types.ts';

const NO_ENTRIES: readonly Entry[] = [];

/** Sends what has become due since the last Ready: appends, and a round for the reads that came. */
export function flush(raft: Raft): void {
  if (raft.role !== 'leader') return;
  if (raft.reads.roundDue) broadcastHeartbeat(raft);
  if (!raft.appendDue) return;
  raft.appendDue = false;
  for (const replica of raft.tracker.replicas) {
    if (replica.id === raft.id) continue;
    let sent = maybeSendAppend(raft, replica, replica.wantsCommit(raft.log.committed));
    // Until the window is full or the replica has been sent everything.
    while (sent) sent = maybeSendAppend(raft, replica, false);
  }
}

/**
 * Sends what the replica is missing, a snapshot where the log doesn't reach back far enough. An append
 * without entries only when `sendEmpty`. False: nothing was sent.
 */
export function maybeSendAppend(raft: Raft, replica: Progress, sendEmpty: boolean): boolean {
  if (replica.isPaused()) return false;
  const { log } = raft;
  const last = log.lastIndex();
  const previous = replica.next - 1;
  if (!sendEmpty && previous >= last) return false;
  const previousTerm = log.termOrNull(previous);
  if (previousTerm === null || previous + 1 < log.firstIndex()) return sendSnapshot(raft, replica);
  let entries = NO_ENTRIES;
  if (previous < last && !(replica.state === 'replicate' && replica.inflights.full())) {
    entries = log.slice(replica.next, last + 1, raft.options.appendBytesMax);
  }
  if (entries.length === 0 && !sendEmpty) return false;
  raft.send({
    type: 'append',
    to: replica.id,
    from: raft.id,
    term: raft.term,
    index: previous,
    logTerm: previousTerm,
    entries,
    commit: log.committed,
  });
  replica.sent(entries.length, entriesBytes(entries));
  replica.sentCommit = log.committed;
  return true;
}

function sendSnapshot(raft: Raft, replica: Progress): boolean {
  // No replica can take it.
  if (!replica.recentActive) return false;
  const snapshot = raft.log.snapshot();
  // None yet, or one that doesn't reach to where our log begins: the host is making a newer one.
  if (snapshot === null || snapshot.index + 1 < raft.log.firstIndex()) return false;
  replica.becomeSnapshot(snapshot.index);
  raft.send({ type: 'snapshot', to: replica.id, from: raft.id, term: raft.term, snapshot });
  return true;
}

export function broadcastHeartbeat(raft: Raft): void {
  const readRound = raft.reads.nextRound();
  const { committed } = raft.log;
  for (const replica of raft.tracker.replicas) {
    if (replica.id === raft.id) {
      replica.readRound = readRound;
      continue;
    }
    // Never beyond what the replica is known to have: its log may differ above.
    const commit = Math.min(replica.match, committed);
    replica.sentCommit = Math.max(replica.sentCommit, commit);
    raft.send({
      type: 'heartbeat',
      to: replica.id,
      from: raft.id,
      term: raft.term,
      commit,
      readRound,
    });
  }
  if (readRound > 0) finishReads(raft);
}
