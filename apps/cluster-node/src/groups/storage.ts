import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { nodeClock } from '@fleetlm/raft/host';
import {
  crc32c,
  nodeDisk,
  openSnapshotStore,
  openWal,
  type RecoveredWal,
  SEGMENT_BYTES_DEFAULT,
  type SnapshotStore,
  type Wal,
  type WalFailure,
  type WalIdentity,
} from '@fleetlm/raft/wal';

/** The log or the snapshots can't be opened or trusted: exit code 70. */
export class StorageError extends Error {
  readonly failure: WalFailure;

  constructor(failure: WalFailure) {
    super(describe(failure));
    this.name = 'StorageError';
    this.failure = failure;
  }
}

/** The log was in use once and is gone: exit code 70, and the next start is that of a new node. */
export class LostLogError extends Error {
  constructor(directory: string) {
    super(
      `${directory} held a log, and it is gone. A node that has forgotten what it acknowledged must not go on under its ` +
        'old number: the rest of the directory was renamed, and at its next start this node joins as a new one.',
    );
    this.name = 'LostLogError';
  }
}

/** The error that an operator reads about a log that can't be used any more. */
export function describe(failure: WalFailure): string {
  switch (failure.kind) {
    case 'corrupt':
      return (
        `${failure.file} is damaged at byte ${failure.offset}: ${failure.detail}. This node does not guess what ` +
        'it has acknowledged, so it does not start. The other nodes have all of it: see docs/guide/operations.md'
      );
    case 'failed':
      return `${failure.file} could not be written: ${failure.detail}. What the disk holds is read back at the next start`;
    case 'foreign':
      return `${failure.file} does not belong here: ${failure.detail}`;
    case 'later-version':
      return `${failure.file} was ${failure.detail}. Start this node with the version that ran here last`;
    case 'full':
      return `${failure.file}: no space is left (${failure.detail})`;
    default:
      return failure satisfies never;
  }
}

export interface Storage {
  readonly wal: Wal;
  readonly recovered: RecoveredWal;
  readonly snapshots: SnapshotStore;
}

/** Opens a node's log and snapshots. Rejects with a StorageError. */
export async function openStorage(
  directory: string,
  identity: WalIdentity,
  onFailure: (failure: WalFailure) => void,
): Promise<Storage> {
  const disk = nodeDisk;
  const clock = nodeClock;
  const snapshots = await new Promise<SnapshotStore>((resolve, reject) =>
    openSnapshotStore(
      { disk, directory: join(directory, 'snapshots'), crc32c, clock },
      (result) => {
        if (result.ok) resolve(result.value);
        else reject(new StorageError(result.failure));
      },
    ),
  );
  return new Promise<Storage>((resolve, reject) =>
    openWal(
      {
        disk,
        directory: join(directory, 'wal'),
        identity,
        segmentBytes: SEGMENT_BYTES_DEFAULT,
        crc32c,
        clock,
        nonce: () => randomInt(2 ** 32),
        onFailure,
      },
      (result) => {
        if (result.ok) resolve({ wal: result.wal, recovered: result.recovered, snapshots });
        else reject(new StorageError(result.failure));
      },
    ),
  );
}
