import {
  type ConfState,
  type Entry,
  type HardState,
  MemoryStorage,
  type SnapshotMetadata,
} from '../../core/index.ts';
import { HashChain } from './hash-chain.ts';

/** What one Ready asks the disk to hold; it becomes durable as a whole or not at all. */
export interface Write {
  readonly hardState: HardState | null;
  readonly entries: readonly Entry[];
  readonly snapshot: SnapshotMetadata | null;
  readonly snapshotHash: number;
  readonly mustSync: boolean;
}

/**
 * The disk of one replica: a storage that shows completed writes only. A process crash keeps what is
 * written; a power loss also takes back commit indexes that were written without a sync.
 */
export class SimDisk {
  readonly storage: MemoryStorage;
  readonly chain = new HashChain();
  #synced: HardState = { term: 0, vote: 0, commit: 0 };

  constructor(confState: ConfState) {
    this.storage = new MemoryStorage(confState);
  }

  get hardState(): HardState {
    return this.storage.initialState().hardState;
  }

  get snapshotIndex(): number {
    return this.storage.snapshot()?.index ?? 0;
  }

  complete(write: Write): void {
    const { snapshot } = write;
    if (snapshot !== null && snapshot.index > this.snapshotIndex) {
      this.storage.applySnapshot(snapshot);
      this.chain.reset(snapshot.index, write.snapshotHash);
    }
    this.storage.append(write.entries);
    for (const entry of write.entries) {
      if (entry.index > this.chain.baseIndex) this.chain.append(entry);
    }
    if (write.hardState !== null) this.storage.setHardState(write.hardState);
    if (write.mustSync) this.#synced = this.hardState;
  }

  losePower(): void {
    this.storage.setHardState(this.#synced);
  }

  /** A snapshot of the state machine at `index`, after which the log is cut up to `compactTo`. */
  saveSnapshot(snapshot: SnapshotMetadata, compactTo: number): void {
    if (snapshot.index <= this.snapshotIndex) return;
    this.storage.setSnapshot(snapshot);
    this.storage.compact(compactTo);
  }
}
