import { type ConfState, type HardState, RawNode, type SnapshotMetadata } from '../core/index.ts';
import type { RecoveredGroup, StoredSnapshot, StoreResult, WalRecord } from '../wal/index.ts';
import type { HostLimits, HostOptions } from './host-options.ts';
import type { Replica } from './replica.ts';
import { type MemoryUse, ReplicaLog } from './rounds/replica-log.ts';

/**
 * A group begins as if everything up to here were compacted: a replica that joins later therefore always gets
 * a snapshot first, and with it the configuration, which is not in the log.
 */
const CREATION_INDEX = 1;
const CREATION_TERM = 1;

const NO_VOTERS: ConfState = {
  voters: [],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
};
const EMPTY_LOG: SnapshotMetadata = { index: 0, term: 0, confState: NO_VOTERS };

export interface OpenedLog {
  readonly log: ReplicaLog;
  /** To be written before anything else of the group. */
  readonly firstRecords: readonly WalRecord[];
}

/** The log of a group that the disk doesn't know. */
export function createLog(
  options: HostOptions,
  use: MemoryUse,
  created: {
    readonly group: number;
    readonly replicaId: number;
    readonly voters: readonly number[];
  },
): OpenedLog {
  const key = { group: created.group, incarnation: drawIncarnation(options) };
  const isMember = created.voters.length > 0;
  const hardState: HardState = isMember
    ? { term: CREATION_TERM, vote: 0, commit: CREATION_INDEX }
    : { term: 0, vote: 0, commit: 0 };
  const mark: SnapshotMetadata = isMember
    ? {
        index: CREATION_INDEX,
        term: CREATION_TERM,
        confState: { ...NO_VOTERS, voters: created.voters },
      }
    : EMPTY_LOG;
  const firstRecords: WalRecord[] = [{ type: 'group-created', key, replicaId: created.replicaId }];
  if (isMember)
    firstRecords.push(
      { type: 'snapshot', key, snapshot: mark },
      { type: 'hard-state', key, hardState },
    );
  return {
    log: new ReplicaLog(key, options.wal, use, { hardState, mark, entries: [] }),
    firstRecords,
  };
}

/** The log of a group that the disk knows. */
export function recoverLog(
  options: HostOptions,
  use: MemoryUse,
  recovered: RecoveredGroup,
): ReplicaLog {
  const { key, hardState, snapshot, entries } = recovered;
  return new ReplicaLog(key, options.wal, use, { hardState, mark: snapshot ?? EMPTY_LOG, entries });
}

function drawIncarnation({ random }: HostOptions): number {
  return random(2 ** 21) * 2 ** 31 + random(2 ** 31);
}

/**
 * Brings a recovered replica to where its snapshot file says. The file may be newer than the log's mark (the
 * process ended between the two), never older. The answer is what is wrong with it, or null.
 */
export function restoreFromFile<TReply>(
  replica: Replica<TReply>,
  loaded: StoreResult<StoredSnapshot | null>,
): string | null {
  const { log } = replica;
  if (!loaded.ok) return `the snapshot can't be read: ${loaded.failure.detail}`;
  if (loaded.value === null) {
    return log.mark.index <= CREATION_INDEX ? null : `the snapshot at ${log.mark.index} is missing`;
  }
  const { metadata, data } = loaded.value;
  if (metadata.index < log.mark.index)
    return `the snapshot is of ${metadata.index}, the log begins after ${log.mark.index}`;
  if (metadata.index > log.mark.index) {
    log.install(metadata);
    replica.firstRecords.push({ type: 'snapshot', key: log.key, snapshot: metadata });
  }
  log.setFile(metadata);
  const problem = restoreMachine(replica, data);
  if (problem !== null) return `the snapshot at ${metadata.index} can't be restored: ${problem}`;
  replica.applied = metadata.index;
  replica.appliedTerm = metadata.term;
  replica.confState = metadata.confState;
  return null;
}

/** What is wrong with a snapshot's bytes; null: the machine has that state now. */
export function restoreMachine<TReply>(replica: Replica<TReply>, data: Uint8Array): string | null {
  try {
    replica.machine.restore(data);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function createNode<TReply>(
  replica: Replica<TReply>,
  options: HostOptions,
  limits: HostLimits,
): RawNode {
  return new RawNode({
    id: replica.id,
    storage: replica.log,
    applied: replica.applied,
    electionTicks: limits.electionTicks,
    heartbeatTicks: limits.heartbeatTicks,
    preVote: true,
    checkQuorum: true,
    appendBytesMax: limits.appendBytesMax,
    committedBytesMaxPerReady: limits.committedBytesMaxPerReady,
    uncommittedBytesMax: limits.uncommittedBytesMax,
    inflightMessagesMax: limits.inflightMessagesMax,
    inflightBytesMax: limits.inflightBytesMax,
    random: options.random,
  });
}
