import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { losePower, type PowerLoss } from './power-loss.ts';

/** Offsets in the file that the shim maps; see `struct control` in disk-shim.c. */
const FIELDS = { syncDelayMs: 0, failSyncs: 4, delayed: 8, failed: 12, syncs: 16, writes: 20 };
const CONTROL_BYTES = 64;

/** What the shim has counted since the node's directory was made. */
export interface DiskCounts {
  readonly delayed: number;
  readonly failed: number;
  readonly syncs: number;
  readonly writes: number;
}

/** The disk of one node: how it is made to misbehave, and how it loses power. */
export class DiskControl {
  /** For the environment of the node's process. */
  readonly env: Readonly<Record<string, string>>;
  readonly #root: string;
  readonly #undo: string;
  readonly #file: number;

  /** `directory` is the rig's own, beside the node's data and on the same file system. */
  constructor(library: string, directory: string, dataDirectory: string) {
    mkdirSync(directory, { recursive: true });
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const control = join(directory, 'control');
    writeFileSync(control, new Uint8Array(CONTROL_BYTES));
    this.#file = openSync(control, 'r+');
    this.#undo = join(directory, 'undo');
    this.#root = realpathSync(dataDirectory);
    this.env = {
      LD_PRELOAD: library,
      TORTURE_DISK_ROOT: this.#root,
      TORTURE_DISK_CONTROL: control,
      TORTURE_DISK_UNDO: this.#undo,
      // Writes through io_uring would not pass through the shim.
      UV_USE_IO_URING: '0',
    };
  }

  /** Every sync takes so much longer; 0: no longer than it takes. */
  delaySyncs(milliseconds: number): void {
    this.#write(FIELDS.syncDelayMs, milliseconds);
  }

  /** The next syncs of files fail with EIO, and what they should have made durable never will be. */
  failSyncs(count: number): void {
    this.#write(FIELDS.failSyncs, count);
  }

  counts(): DiskCounts {
    return {
      delayed: this.#read(FIELDS.delayed),
      failed: this.#read(FIELDS.failed),
      syncs: this.#read(FIELDS.syncs),
      writes: this.#read(FIELDS.writes),
    };
  }

  /** Only while the node's process does not run: takes back what was not synced. */
  losePower(random: () => number, mode: 'everything' | 'some'): PowerLoss {
    const loss = losePower({ root: this.#root, undo: this.#undo, random, mode });
    this.forget();
    return loss;
  }

  /** What was kept to undo unlinked files. */
  forget(): void {
    rmSync(this.#undo, { force: true });
    rmSync(`${this.#undo}.saved`, { recursive: true, force: true });
  }

  get hasLog(): boolean {
    return existsSync(this.#undo);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(offset: number, value: number): void {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    writeSync(this.#file, bytes, 0, 4, offset);
  }

  #read(offset: number): number {
    const bytes = new Uint8Array(4);
    readSync(this.#file, bytes, 0, 4, offset);
    return new DataView(bytes.buffer).getUint32(0, true);
  }
}
