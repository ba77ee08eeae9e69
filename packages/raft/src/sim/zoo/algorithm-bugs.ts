import type { Bug, Patch } from './patch.ts';

const bug = (name: string, ...patches: readonly Patch[]): Bug => ({ name, layer: 0, patches });

/** Deliberate bugs of the core, each one that lost data or stopped a cluster somewhere. */
export const ALGORITHM_BUGS: readonly Bug[] = [
  // A new leader appends no empty entry and answers reads at once.
  bug(
    'readBeforeFirstCommit',
    { file: 'core/raft.ts', find: "    this.appendEntry('normal', NO_DATA);\n", replace: '' },
    {
      file: 'core/raft.ts',
      find: 'return this.log.committed >= this.termStartIndex;',
      replace: 'return true;',
    },
  ),
  // Entries of earlier terms are committed by counting replicas (Raft paper, figure 8).
  bug('commitOldTermByCount', {
    file: 'core/raft.ts',
    find: '    if (this.log.termOrNull(index) !== this.term) return false;\n',
    replace: '',
  }),
  bug('voteNotPersisted', {
    file: 'core/raw-node.ts',
    find: 'return hardState;',
    replace: 'return { ...hardState, vote: NONE };',
  }),
  bug('voteSentBeforePersist', {
    file: 'core/raft.ts',
    find: "      case 'vote-response':\n",
    replace: '',
  }),
  bug('voteErasedOnStepDown', {
    file: 'core/raft.ts',
    find: '      this.#dropUnreadAnswers();\n    }\n',
    replace: '      this.#dropUnreadAnswers();\n    } else this.vote = NONE;\n',
  }),
  // Vote requests leave before the new term and the own vote are on disk.
  bug('voteRequestBeforePersist', {
    file: 'core/raft.ts',
    find: "      case 'vote':\n",
    replace: '',
  }),
  bug('voteIgnoresLog', {
    file: 'core/election.ts',
    find: 'const granted = free && upToDate;',
    replace: 'const granted = free;',
  }),
  bug('appendResponseBeforePersist', {
    file: 'core/raft.ts',
    find: "      case 'append-response':\n",
    replace: '',
  }),
  // The leader counts its own log before its write has returned.
  bug('selfAckBeforePersist', {
    file: 'core/raft.ts',
    find: '    return entry.index;\n',
    replace: `    this.tracker.progress.get(this.id)?.maybeUpdate(entry.index);
    this.maybeCommit();
    return entry.index;
`,
  }),
  // The return of a write vouches for entries that have been replaced since.
  bug(
    'writeCompletionIgnoresReplacement',
    {
      file: 'core/log/unstable.ts',
      find: 'if (last >= this.offset) this.#stableTo(last);',
      replace: `const stable = Math.min(last, this.offset + this.entries.length - 1);
    if (stable >= this.offset) this.#stableTo(stable);`,
    },
    {
      file: 'core/log/unstable.ts',
      find: 'if (write.last >= index) write.last = index - 1;',
      replace: ';',
    },
  ),
  // A follower commits min(leader's commit, own last index).
  bug('commitBeyondProof', {
    file: 'core/log/raft-log.ts',
    find: 'this.commitTo(Math.min(commit, proved));',
    replace: 'this.commitTo(Math.min(commit, this.lastIndex()));',
  }),
  // A heartbeat tells the leader's commit index to every follower, whatever it has.
  bug(
    'heartbeatCommitUncapped',
    {
      file: 'core/replication.ts',
      find: 'const commit = Math.min(replica.match, committed);',
      replace: 'const commit = committed;',
    },
    {
      file: 'core/step-follower.ts',
      find: 'raft.log.commitTo(message.commit);',
      replace: 'raft.log.commitTo(Math.min(message.commit, raft.log.lastIndex()));',
    },
  ),
  // A follower drops everything behind the entries of any append, also of an old one.
  bug('appendAlwaysTruncates', {
    file: 'core/log/raft-log.ts',
    find: 'const known = this.#knownPrefix(entries);',
    replace: 'const known = 0;',
  }),
  bug('twoPendingChanges', {
    file: 'core/membership/membership.ts',
    find: "  if (raft.pendingConfIndex > raft.log.applied) return 'conf-change-pending';\n",
    replace: '',
  }),
  bug('learnerCountedInQuorum', {
    file: 'core/membership/tracker.ts',
    find: '{ incoming: sorted(incoming),',
    replace: '{ incoming: sorted(new Set([...incoming, ...config.learners])),',
  }),
  bug('jointIgnoresOutgoing', {
    file: 'core/membership/tracker.ts',
    find: 'outgoing: sorted(outgoing) }',
    replace: 'outgoing: [] }',
  }),
  // Reads are answered from the commit index without asking a quorum.
  bug('leaseRead', {
    file: 'core/reads/reads.ts',
    find: 'raft.reads.add(from, id, raft.log.committed);',
    replace: 'answer(raft, from, id, raft.log.committed);',
  }),
  // An answer to any earlier round confirms a later read.
  bug('readRoundIgnored', {
    file: 'core/step-leader.ts',
    find: 'replica.readRound = readRound;',
    replace: 'replica.readRound = Number.MAX_SAFE_INTEGER;',
  }),
  // A full window stays paused until an append is answered (which may all be lost).
  bug('fullWindowStaysPaused', {
    file: 'core/step-leader.ts',
    find: '  replica.heartbeatAnswered();\n  replica.paused = false;\n',
    replace: `  replica.heartbeatAnswered();
  if (!replica.inflights.full()) replica.paused = false;
`,
  }),
  // Entries are handed to the state machine before this replica's own disk has them.
  bug('applyUnstable', {
    file: 'core/log/raft-log.ts',
    find: 'return Math.min(this.committed, this.unstable.offset - 1);',
    replace: 'return this.committed;',
  }),
];
