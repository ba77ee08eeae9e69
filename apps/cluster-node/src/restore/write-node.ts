import { randomInt } from 'node:crypto';
import type { WalRecord } from '@fleetlm/raft/wal';
import { type DataDirectory, openDataDirectory } from '../control/data-directory.ts';
import { openStorage, type Storage, StorageError } from '../groups/storage.ts';
import type { ClusterDescriptor } from '../membership/cluster-descriptor.ts';
import { ownNumber } from '../membership/cluster-descriptor.ts';
import type { Placement } from '../membership/placement.ts';

/** A group's state and where its new log begins. */
export interface GroupFile {
  readonly group: number;
  readonly index: number;
  readonly term: number;
  readonly data: Uint8Array;
}

/** A node's data directory while it is filled. */
export class NodeWriter {
  readonly nodeId: string;
  readonly #directory: DataDirectory;
  #storage: Storage | null = null;

  private constructor(nodeId: string, directory: DataDirectory) {
    this.nodeId = nodeId;
    this.#directory = directory;
  }

  /** Makes an empty directory with a new incarnation. */
  static async open(path: string, nodeId: string): Promise<NodeWriter> {
    return new NodeWriter(nodeId, await openDataDirectory(path, nodeId));
  }

  get incarnation(): string {
    return this.#directory.incarnation;
  }

  /** Puts the group where placement wants it: the file first, the mark in the log after it. */
  async write(file: GroupFile, descriptor: ClusterDescriptor, placement: Placement): Promise<void> {
    const number = ownNumber(descriptor, this.nodeId);
    const voters = placement.replicasOf(file.group);
    if (!voters.includes(number)) return;
    const { wal, snapshots } = await this.#opened(descriptor);
    const { group, index, term, data } = file;
    const key = { group, incarnation: randomInt(2 ** 47) };
    const confState = {
      voters: [...voters],
      learners: [],
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    const snapshot = { index, term, confState };
    await done((finished) => snapshots.save(key, snapshot, data, finished));
    const records: WalRecord[] = [
      { type: 'group-created', key, replicaId: number },
      { type: 'snapshot', key, snapshot },
      { type: 'hard-state', key, hardState: { term: term + 1, vote: 0, commit: index } },
    ];
    await done((finished) => wal.append(records, finished));
  }

  async #opened({ clusterId }: ClusterDescriptor): Promise<Storage> {
    this.#storage ??= await openStorage(
      this.#directory.path,
      { clusterId, nodeId: this.nodeId },
      () => undefined,
    );
    return this.#storage;
  }

  /** The last thing that is written: without it the node does not know that it has a cluster. */
  async finish(descriptor: ClusterDescriptor): Promise<void> {
    await this.#directory.saveDescriptor(descriptor);
    await this.close();
  }

  async close(): Promise<void> {
    const storage = this.#storage;
    this.#storage = null;
    if (storage !== null) await new Promise<void>((resolve) => storage.wal.close(resolve));
    this.#directory.lock.release();
  }
}

function done(
  work: (finished: (failure: StorageError['failure'] | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) =>
    work((failure) => {
      if (failure === null) resolve();
      else reject(new StorageError(failure));
    }),
  );
}
