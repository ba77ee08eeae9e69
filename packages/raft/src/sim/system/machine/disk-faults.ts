import type { Coverage } from '../../harness/coverage.ts';
import type { RandomStream } from '../../harness/random.ts';
import type { Situation } from '../situations.ts';
import type { Swarm } from '../swarm.ts';
import type { Timeline } from '../timeline.ts';
import type { DiskFault, DiskOperation, PowerLoss, SimDiskOptions } from './sim-disk.ts';
import type { SimProcess } from './sim-process.ts';

export interface DiskFaultsParts {
  readonly timeline: Timeline;
  readonly random: RandomStream;
  readonly swarm: Swarm;
  readonly coverage: Coverage<Situation>;
}

/** How the disk of one machine behaves at the moment; it outlives the processes. */
export class DiskFaults {
  readonly #parts: DiskFaultsParts;
  process: SimProcess | null = null;
  #stalledUntilMs = 0;
  #newestSegment = '';
  isFull = false;
  #syncError = false;
  #noRoom = false;
  #healed = false;
  /** Called for every operation that begins, for crashes in the middle of one. */
  onOperation: ((operation: DiskOperation) => void) | null = null;
  /** An error was injected that ends the process. */
  fatalInjected = false;

  constructor(parts: DiskFaultsParts) {
    this.#parts = parts;
  }

  /** The disk as the present process uses it. */
  readonly options: SimDiskOptions = this.#makeOptions();

  #makeOptions(): SimDiskOptions {
    const isFull = (): boolean => this.isFull;
    return {
      schedule: (operation, complete) => {
        const { process } = this;
        const { timeline } = this.#parts;
        const wait = Math.max(0, this.#stalledUntilMs - timeline.now) + this.#duration(operation);
        timeline.after(wait, () => process?.enter('io', complete));
        this.#noteSegments(operation);
        this.onOperation?.(operation);
      },
      fault: (operation) => this.#fault(operation),
      // A full disk has room for nothing that makes a file longer.
      get capacityBytes() {
        return isFull() ? 0 : Number.MAX_SAFE_INTEGER;
      },
    };
  }

  #duration({ kind }: DiskOperation): number {
    const { random, swarm } = this.#parts;
    const max = kind === 'sync' || kind === 'sync-directory' ? swarm.syncMsMax : swarm.writeMsMax;
    const isSlow = !this.#healed && kind === 'sync' && random.chance(swarm.slowSync);
    return (
      (random.below(10_000) / 10_000) *
        (this.#healed ? Math.min(max, 2) : max) *
        (isSlow ? 20 : 1) +
      0.02
    );
  }

  /** A segment that goes while the log is open is an old one: the others are numbered higher. */
  #noteSegments({ kind, path }: DiskOperation): void {
    if (!path.endsWith('.wal')) return;
    if (kind === 'create') this.#newestSegment = path;
    if (kind === 'unlink' && path < this.#newestSegment)
      this.#parts.coverage.count('segment removed');
  }

  #fault({ kind, path, bytes }: DiskOperation): DiskFault | null {
    const { random, swarm, coverage } = this.#parts;
    const isLog = path.endsWith('.wal');
    if (this.#healed) return null;
    if (this.#syncError && kind === 'sync') {
      this.#syncError = false;
      this.fatalInjected = true;
      coverage.count('sync failed');
      return { type: 'error', code: 'EIO' };
    }
    if (this.#noRoom && kind === 'write' && isLog) {
      this.#noRoom = false;
      coverage.count('no room within a write');
      return { type: 'error', code: 'ENOSPC', bytesDone: random.below(bytes) };
    }
    if (kind === 'write' && bytes > 1 && random.chance(swarm.shortWrite))
      return { type: 'short', bytes: 1 + random.below(bytes) };
    return null;
  }

  stall(forMs: number): void {
    this.#stalledUntilMs = Math.max(this.#stalledUntilMs, this.#parts.timeline.now + forMs);
  }

  failNextSync(): void {
    this.#syncError = true;
  }

  refuseNextWrite(): void {
    this.#noRoom = true;
  }

  heal(): void {
    this.#healed = true;
    this.isFull = false;
    this.#syncError = false;
    this.#noRoom = false;
    this.onOperation = null;
    this.#stalledUntilMs = 0;
  }

  /** What a power loss leaves, in this seed. */
  powerLoss(): PowerLoss {
    const { random, swarm } = this.#parts;
    const garbage = (): number => random.below(256);
    switch (swarm.powerLoss) {
      case 'all':
        return { sector: () => 'old', entry: () => false, garbage };
      case 'none':
        return { sector: () => 'new', entry: () => true, garbage };
      case 'prefix': {
        let left = random.below(12);
        const got = (): boolean => {
          left -= 1;
          return left > 0;
        };
        return { sector: () => (got() ? 'new' : 'old'), entry: () => random.chance(0.5), garbage };
      }
      case 'any':
        return {
          sector: () => random.pick(['old', 'new', 'new', 'garbage']),
          entry: () => random.chance(0.5),
          garbage,
        };
    }
  }
}
