import type { Clock } from '../../clock/clock.ts';
import type { SnapshotMetadata } from '../../core/index.ts';
import { later, run, type Steps } from '../disk/steps.ts';
import type { WalFailure } from '../wal-api.ts';
import { failureOf } from '../wal-failure.ts';
import type { SnapshotReceiver, StoreResult } from './snapshot-api.ts';
import { SNAPSHOT_CHUNK_BYTES } from './snapshot-file.ts';
import type { SnapshotWriter } from './snapshot-writer.ts';

/** A leader's snapshot on its way in: pieces of any size become chunks. */
export class ReceivedSnapshot implements SnapshotReceiver {
  readonly metadata: SnapshotMetadata;
  readonly totalBytes: number;
  readonly #writer: SnapshotWriter;
  readonly #file: string;
  readonly #defer: Clock['defer'];
  readonly #publish: (done: (failure: WalFailure | null) => void) => void;
  readonly #chunk: Uint8Array;
  #nextOffset = 0;
  /** Bytes at the front of #chunk that were not written yet. */
  #filled = 0;
  #busy = false;
  #over = false;

  /** `publish` makes what was written the newest snapshot. */
  constructor(
    metadata: SnapshotMetadata,
    totalBytes: number,
    file: string,
    writer: SnapshotWriter,
    defer: Clock['defer'],
    publish: (done: (failure: WalFailure | null) => void) => void,
  ) {
    this.metadata = metadata;
    this.totalBytes = totalBytes;
    this.#file = file;
    this.#writer = writer;
    this.#defer = defer;
    this.#publish = publish;
    this.#chunk = new Uint8Array(Math.min(SNAPSHOT_CHUNK_BYTES, totalBytes));
  }

  get nextOffset(): number {
    return this.#nextOffset;
  }

  get isOver(): boolean {
    return this.#over;
  }

  write(offset: number, data: Uint8Array, done: (result: StoreResult<number>) => void): void {
    const fits = offset === this.#nextOffset && offset + data.length <= this.totalBytes;
    if (this.#busy || this.#over || !fits || data.length === 0) {
      run(later(this.#defer), () => done({ ok: true, value: this.#nextOffset }));
      return;
    }
    this.#busy = true;
    run(this.#take(data), (outcome) => {
      this.#busy = false;
      if (outcome.ok) {
        this.#nextOffset = offset + data.length;
        done({ ok: true, value: this.#nextOffset });
      } else {
        this.#over = true;
        const failure = failureOf(outcome.error, this.#file);
        run(this.#writer.abort(), () => done({ ok: false, failure }));
      }
    });
  }

  *#take(data: Uint8Array): Steps<void> {
    let at = 0;
    let taken = this.#nextOffset;
    while (at < data.length) {
      const count = Math.min(this.#chunk.length - this.#filled, data.length - at);
      this.#chunk.set(data.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      taken += count;
      if (this.#filled === this.#chunk.length || taken === this.totalBytes) {
        yield* this.#writer.write(this.#chunk.subarray(0, this.#filled));
        this.#filled = 0;
      }
    }
    yield* later(this.#defer);
  }

  finish(done: (failure: WalFailure | null) => void): void {
    if (this.#over || this.#busy || this.#nextOffset !== this.totalBytes) {
      const detail = `finished at ${this.#nextOffset} of ${this.totalBytes} bytes`;
      run(later(this.#defer), () => done({ kind: 'failed', file: this.#file, detail }));
      return;
    }
    this.#over = true;
    this.#publish(done);
  }

  abort(done: () => void): void {
    if (this.#over) {
      run(later(this.#defer), done);
      return;
    }
    this.#over = true;
    run(this.#writer.abort(), done);
  }
}
