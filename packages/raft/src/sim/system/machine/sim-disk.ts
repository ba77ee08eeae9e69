import { type Disk, DiskError, type DiskFile, type DiskResult } from '../../../wal/disk/disk.ts';
import { type SectorFate, SimInode } from './sim-inode.ts';

export type DiskOperationKind =
  | 'create'
  | 'open'
  | 'list'
  | 'make-directory'
  | 'rename'
  | 'unlink'
  | 'sync-directory'
  | 'write'
  | 'sync'
  | 'read'
  | 'size'
  | 'truncate'
  | 'close';

export interface DiskOperation {
  readonly kind: DiskOperationKind;
  readonly path: string;
  /** Bytes to be written or read; 0 otherwise. */
  readonly bytes: number;
}

/** What goes wrong with an operation instead of its taking place. */
export type DiskFault =
  /** Of a write, the first `bytesDone` (default 0) are written; a failed sync forgets what was to be synced. */
  | { readonly type: 'error'; readonly code: string; readonly bytesDone?: number }
  /** A write of fewer bytes than asked, at least one. */
  | { readonly type: 'short'; readonly bytes: number };

export interface SimDiskOptions {
  /** Carries an operation out later: `complete` takes effect and calls back, in one event. */
  readonly schedule: (operation: DiskOperation, complete: () => void) => void;
  readonly fault?: (operation: DiskOperation) => DiskFault | null;
  /** Room for all files together. Default: no bound. */
  readonly capacityBytes?: number;
}

/** What a power loss leaves of what was not synced. */
export interface PowerLoss {
  readonly sector: (path: string, sector: number) => SectorFate;
  /** True: the creation, renaming or removal is on disk. */
  readonly entry: (path: string) => boolean;
  /** A random byte. */
  readonly garbage: () => number;
}

/** Nothing that was not synced is left. */
export const LOSE_ALL: PowerLoss = { sector: () => 'old', entry: () => false, garbage: () => 0 };
/** Everything had reached the disk, synced or not. */
export const LOSE_NOTHING: PowerLoss = { sector: () => 'new', entry: () => true, garbage: () => 0 };

interface WriteUnderWay {
  readonly inode: SimInode;
  readonly position: number;
  readonly data: Uint8Array;
}

/** A change of names, durable as a whole once the directory is synced. */
interface EntryChange {
  readonly path: string;
  readonly set: ReadonlyMap<string, SimInode | null>;
}

/**
 * A disk in memory: per file a durable image and the unsynced changes, and the same for the names in a
 * directory. A process crash keeps what was written, a power loss only what `PowerLoss` says beyond what was
 * synced. The disk itself is never gone: `powerOff` and `crash` return what the next process finds.
 */
export class SimulatedDisk implements Disk {
  readonly #options: SimDiskOptions;
  #seen = new Map<string, SimInode>();
  #durable = new Map<string, SimInode>();
  #unsynced: EntryChange[] = [];
  #crashed = false;
  readonly writesUnderWay = new Set<WriteUnderWay>();

  constructor(options: SimDiskOptions) {
    this.#options = options;
  }

  // --- what tests and checkers do ------------------------------------------------------------------

  /** Paths of all files, sorted. */
  get paths(): readonly string[] {
    return [...this.#seen.keys()].sort();
  }

  bytesOf(path: string): Uint8Array {
    return this.#inode(path).read(0, Number.MAX_SAFE_INTEGER);
  }

  /** Puts bytes on the disk itself, as damage or a restored copy would. */
  replaceFile(path: string, bytes: Uint8Array): void {
    const inode = this.#seen.get(path) ?? new SimInode();
    inode.replace(bytes);
    this.#seen.set(path, inode);
    this.#durable.set(path, inode);
  }

  removeFile(path: string): void {
    this.#seen.delete(path);
    this.#durable.delete(path);
  }

  /**
   * The process ends, the machine goes on: nothing that was begun is completed any more. Of a write under way
   * `cut` says how many bytes still got through (default: none).
   */
  crash(
    options: SimDiskOptions = this.#options,
    cut: (bytes: number) => number = () => 0,
  ): SimulatedDisk {
    this.#crashed = true;
    for (const { inode, position, data } of this.writesUnderWay) {
      const count = Math.min(data.length, cut(data.length));
      if (count > 0) inode.write(position, data.subarray(0, count));
    }
    this.writesUnderWay.clear();
    return this.copy(options);
  }

  /** The machine goes down. */
  powerOff(loss: PowerLoss, options: SimDiskOptions = this.#options): SimulatedDisk {
    this.#crashed = true;
    const next = this.copy(options);
    const entries = new Map(next.#durable);
    for (const change of next.#unsynced) {
      if (loss.entry(change.path)) applyEntries(entries, change);
    }
    next.#unsynced = [];
    next.#seen = entries;
    next.#durable = new Map(entries);
    for (const [path, inode] of entries) {
      inode.losePower((sector) => loss.sector(path, sector), loss.garbage);
    }
    return next;
  }

  /** An independent copy, with what is unsynced, so that several ends can be tried from one point. */
  copy(options: SimDiskOptions = this.#options): SimulatedDisk {
    const copies = new Map<SimInode, SimInode>();
    const copyOf = (inode: SimInode): SimInode => {
      const known = copies.get(inode);
      if (known !== undefined) return known;
      const copy = inode.copy();
      copies.set(inode, copy);
      return copy;
    };
    const copyAll = (from: ReadonlyMap<string, SimInode>): Map<string, SimInode> =>
      new Map([...from].map(([path, inode]) => [path, copyOf(inode)]));
    const next = new SimulatedDisk(options);
    next.#seen = copyAll(this.#seen);
    next.#durable = copyAll(this.#durable);
    next.#unsynced = this.#unsynced.map(({ path, set }) => ({
      path,
      set: new Map([...set].map(([name, inode]) => [name, inode === null ? null : copyOf(inode)])),
    }));
    return next;
  }

  // --- the port ------------------------------------------------------------------------------------

  open(
    path: string,
    mode: 'create' | 'existing',
    done: (result: DiskResult<DiskFile>) => void,
  ): void {
    this.perform({ kind: mode === 'create' ? 'create' : 'open', path, bytes: 0 }, done, () => {
      const known = this.#seen.get(path);
      if (mode === 'existing') return this.#handle(path, known ?? fail('ENOENT', path));
      if (known !== undefined) fail('EEXIST', path);
      const inode = new SimInode();
      this.#change(path, [[path, inode]]);
      return this.#handle(path, inode);
    });
  }

  list(directory: string, done: (result: DiskResult<readonly string[]>) => void): void {
    this.perform({ kind: 'list', path: directory, bytes: 0 }, done, () => {
      const prefix = `${directory}/`;
      const names = this.paths.filter((path) => path.startsWith(prefix));
      return names.map((path) => path.slice(prefix.length)).filter((name) => !name.includes('/'));
    });
  }

  makeDirectory(path: string, done: (result: DiskResult<void>) => void): void {
    this.perform({ kind: 'make-directory', path, bytes: 0 }, done, () => undefined);
  }

  rename(from: string, to: string, done: (result: DiskResult<void>) => void): void {
    this.perform({ kind: 'rename', path: to, bytes: 0 }, done, () => {
      this.#change(to, [
        [from, null],
        [to, this.#inode(from)],
      ]);
    });
  }

  unlink(path: string, done: (result: DiskResult<void>) => void): void {
    this.perform({ kind: 'unlink', path, bytes: 0 }, done, () => {
      this.#inode(path);
      this.#change(path, [[path, null]]);
    });
  }

  syncDirectory(directory: string, done: (result: DiskResult<void>) => void): void {
    this.perform({ kind: 'sync-directory', path: directory, bytes: 0 }, done, () => {
      const inside = (change: EntryChange): boolean => change.path.startsWith(`${directory}/`);
      for (const change of this.#unsynced.filter(inside)) applyEntries(this.#durable, change);
      this.#unsynced = this.#unsynced.filter((change) => !inside(change));
    });
  }

  /** Schedules an operation; for the files of this disk. */
  perform<T>(
    operation: DiskOperation,
    done: (result: DiskResult<T>) => void,
    effect: (fault: DiskFault | null) => T,
  ): void {
    this.#options.schedule(operation, () => {
      // A process that is gone receives nothing, and what it began does not take place.
      if (this.#crashed) return;
      done(this.#outcome(operation, effect));
    });
  }

  #outcome<T>(operation: DiskOperation, effect: (fault: DiskFault | null) => T): DiskResult<T> {
    const fault = this.#options.fault?.(operation) ?? null;
    try {
      const partial = operation.kind === 'write' || operation.kind === 'sync';
      if (fault?.type === 'error' && !partial) fail(fault.code, operation.path);
      return { ok: true, value: effect(fault) };
    } catch (error) {
      if (error instanceof DiskError) return { ok: false, error };
      throw error;
    }
  }

  /** How many of `bytes` more there is room for. */
  roomFor(bytes: number): number {
    const { capacityBytes } = this.#options;
    if (capacityBytes === undefined) return bytes;
    let used = 0;
    for (const inode of this.#seen.values()) used += inode.length;
    return Math.max(0, Math.min(bytes, capacityBytes - used));
  }

  #change(path: string, entries: readonly (readonly [string, SimInode | null])[]): void {
    const change: EntryChange = { path, set: new Map(entries) };
    this.#unsynced.push(change);
    applyEntries(this.#seen, change);
  }

  #inode(path: string): SimInode {
    return this.#seen.get(path) ?? fail('ENOENT', path);
  }

  #handle(path: string, inode: SimInode): DiskFile {
    return new SimFile(this, path, inode);
  }
}

function applyEntries(entries: Map<string, SimInode>, change: EntryChange): void {
  for (const [path, inode] of change.set) {
    if (inode === null) entries.delete(path);
    else entries.set(path, inode);
  }
}

function fail(code: string, path: string): never {
  throw new DiskError(code, path);
}

class SimFile implements DiskFile {
  readonly #disk: SimulatedDisk;
  readonly #path: string;
  readonly #inode: SimInode;

  constructor(disk: SimulatedDisk, path: string, inode: SimInode) {
    this.#disk = disk;
    this.#path = path;
    this.#inode = inode;
  }

  write(
    pieces: readonly Uint8Array[],
    position: number,
    done: (result: DiskResult<number>) => void,
  ): void {
    const data = joined(pieces);
    const underWay = { inode: this.#inode, position, data };
    this.#disk.writesUnderWay.add(underWay);
    this.#disk.perform({ kind: 'write', path: this.#path, bytes: data.length }, done, (fault) => {
      this.#disk.writesUnderWay.delete(underWay);
      const asked = fault === null ? data.length : writtenOf(fault, data.length);
      const grows = Math.max(0, position + asked - this.#inode.length);
      const count = asked - grows + this.#disk.roomFor(grows);
      if (count > 0) this.#inode.write(position, data.subarray(0, count));
      if (fault?.type === 'error') fail(fault.code, this.#path);
      if (count <= 0 && data.length > 0) fail('ENOSPC', this.#path);
      return count;
    });
  }

  dataSync(done: (result: DiskResult<void>) => void): void {
    this.#disk.perform({ kind: 'sync', path: this.#path, bytes: 0 }, done, (fault) => {
      if (fault?.type === 'error') {
        this.#inode.forgetUnsynced();
        fail(fault.code, this.#path);
      }
      this.#inode.sync();
    });
  }

  read(position: number, length: number, done: (result: DiskResult<Uint8Array>) => void): void {
    this.#disk.perform({ kind: 'read', path: this.#path, bytes: length }, done, () =>
      this.#inode.read(position, length),
    );
  }

  readSync(position: number, length: number): Uint8Array {
    const bytes = this.#inode.read(position, length);
    if (bytes.length < length) fail('EIO', this.#path);
    return bytes;
  }

  size(done: (result: DiskResult<number>) => void): void {
    this.#disk.perform(
      { kind: 'size', path: this.#path, bytes: 0 },
      done,
      () => this.#inode.length,
    );
  }

  truncate(length: number, done: (result: DiskResult<void>) => void): void {
    this.#disk.perform({ kind: 'truncate', path: this.#path, bytes: 0 }, done, () =>
      this.#inode.truncate(length),
    );
  }

  close(done: (result: DiskResult<void>) => void): void {
    this.#disk.perform({ kind: 'close', path: this.#path, bytes: 0 }, done, () => undefined);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const data = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    data.set(piece, at);
    at += piece.length;
  }
  return data;
}

/** Bytes that a faulty write leaves on the disk. */
function writtenOf(fault: DiskFault, length: number): number {
  return fault.type === 'short'
    ? Math.max(1, Math.min(length, fault.bytes))
    : Math.min(length, fault.bytesDone ?? 0);
}
