import type { SnapshotMetadata } from '../../core/index.ts';
import { DiskError, type DiskFile } from '../disk/disk.ts';
import { closeFile, removeIfThere, syncDirectory } from '../disk/disk-steps.ts';
import { ask, later, type Outcome, run, type Steps } from '../disk/steps.ts';
import type { GroupKey, WalFailure } from '../wal-api.ts';
import { failureOf, WalFailureError } from '../wal-failure.ts';
import type {
  SnapshotReader,
  SnapshotReceiver,
  SnapshotStore,
  StoredSnapshot,
  StoreResult,
} from './snapshot-api.ts';
import { parseSnapshotName, type SnapshotName, snapshotName } from './snapshot-file.ts';
import { readHeader, readWholeSnapshot, StoredSnapshotReader } from './snapshot-reader.ts';
import { ReceivedSnapshot } from './snapshot-receiver.ts';
import { type SnapshotFileOptions, SnapshotWriter } from './snapshot-writer.ts';

/** Where the store is, and its ports, which the simulator replaces. */
export type SnapshotStoreOptions = SnapshotFileOptions;

/** The newest file of a group; `metadata` null: its header is damaged, which `load` will say. */
interface Newest {
  readonly named: SnapshotName;
  readonly metadata: SnapshotMetadata | null;
}

const TEMPORARY = '.tmp';

/** Opens the store, made if it is missing, and clears away what a crash left unfinished. */
export function openSnapshotStore(
  options: SnapshotStoreOptions,
  done: (result: StoreResult<SnapshotStore>) => void,
): void {
  run(open(options), (outcome) => done(storeResult(outcome, options.directory)));
}

function storeResult<T>(outcome: Outcome<T>, file: string): StoreResult<T> {
  return outcome.ok ? outcome : { ok: false, failure: failureOf(outcome.error, file) };
}

function* open(options: SnapshotStoreOptions): Steps<SnapshotStore> {
  const { disk, directory } = options;
  yield* ask<void>((done) => disk.makeDirectory(directory, done));
  const newest = new Map<string, Newest>();
  for (const name of yield* ask<readonly string[]>((done) => disk.list(directory, done))) {
    const named = parseSnapshotName(name);
    if (named === null && !name.endsWith(TEMPORARY)) {
      throw new WalFailureError({ kind: 'foreign', file: name, detail: 'not a snapshot' });
    }
    const found = named === null ? null : yield* inspect(options, name, named);
    if (found === null) {
      yield* removeIfThere(disk, directory, name);
      continue;
    }
    const id = idOf(found.named.key);
    const other = newest.get(id);
    const [winner, loser] =
      other === undefined || found.named.index > other.named.index
        ? [found, other]
        : [other, found];
    newest.set(id, winner);
    if (loser !== undefined && winner.metadata !== null)
      yield* removeIfThere(disk, directory, snapshotName(loser.named.key, loser.named.index));
  }
  yield* syncDirectory(disk, directory);
  return new FileSnapshotStore(options, newest);
}

/** Null: an empty file, whose name became durable and whose content did not; it was never acknowledged. */
function* inspect(
  options: SnapshotStoreOptions,
  name: string,
  named: SnapshotName,
): Steps<Newest | null> {
  return yield* withFile(options, name, function* (file) {
    if ((yield* ask<number>((done) => file.size(done))) === 0) return null;
    try {
      const { metadata } = yield* readHeader(file, name, named, options.crc32c);
      return { named, metadata };
    } catch (error) {
      if (failureOf(error, name).kind !== 'corrupt') throw error;
      return { named, metadata: null };
    }
  });
}

function* withFile<T>(
  { disk, directory }: SnapshotStoreOptions,
  name: string,
  work: (file: DiskFile) => Steps<T>,
): Steps<T> {
  const file = yield* ask<DiskFile>((done) => disk.open(`${directory}/${name}`, 'existing', done));
  try {
    return yield* work(file);
  } finally {
    yield* closeFile(file);
  }
}

function idOf({ group, incarnation }: GroupKey): string {
  return `${group}/${incarnation}`;
}

class FileSnapshotStore implements SnapshotStore {
  readonly #options: SnapshotStoreOptions;
  readonly #newest: Map<string, Newest>;
  readonly #receivers = new Map<string, ReceivedSnapshot>();
  /** One piece of work at a time, in the order of the calls; at most a few per group wait here. */
  readonly #queue: (() => void)[] = [];
  #busy = false;

  constructor(options: SnapshotStoreOptions, newest: Map<string, Newest>) {
    this.#options = options;
    this.#newest = newest;
  }

  newest(key: GroupKey): SnapshotMetadata | null {
    return this.#newest.get(idOf(key))?.metadata ?? null;
  }

  save(
    key: GroupKey,
    metadata: SnapshotMetadata,
    data: Uint8Array,
    done: (failure: WalFailure | null) => void,
  ): void {
    const writer = this.#writer(key, metadata, 'saved');
    this.#inTurn(key, this.#save(key, metadata, data, writer), (result) =>
      done(result.ok ? null : result.failure),
    );
  }

  *#save(
    key: GroupKey,
    metadata: SnapshotMetadata,
    data: Uint8Array,
    writer: SnapshotWriter,
  ): Steps<void> {
    if (!this.#isNewer(key, metadata)) return;
    try {
      yield* writer.open();
      yield* writer.write(data);
    } catch (error) {
      yield* this.#giveUp(writer);
      throw error;
    }
    yield* this.#publish(key, metadata, writer);
  }

  #isNewer(key: GroupKey, { index }: SnapshotMetadata): boolean {
    const stored = this.#newest.get(idOf(key));
    return stored === undefined || index > stored.named.index;
  }

  #writer(key: GroupKey, metadata: SnapshotMetadata, origin: 'saved' | 'received'): SnapshotWriter {
    const temporary = `${snapshotName(key, metadata.index)}.${origin}${TEMPORARY}`;
    return new SnapshotWriter(this.#options, key, metadata, temporary);
  }

  /** Makes a written file the newest; only then the former one goes. */
  *#publish(key: GroupKey, metadata: SnapshotMetadata, writer: SnapshotWriter): Steps<void> {
    if (!this.#isNewer(key, metadata)) {
      yield* writer.abort();
      return;
    }
    try {
      yield* writer.finish();
    } catch (error) {
      yield* this.#giveUp(writer);
      throw error;
    }
    const former = this.#newest.get(idOf(key));
    this.#newest.set(idOf(key), { named: { key, index: metadata.index }, metadata });
    if (former !== undefined) yield* this.#remove(former.named);
  }

  /** The first error is the one to report. */
  *#giveUp(writer: SnapshotWriter): Steps<void> {
    try {
      yield* writer.abort();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  *#remove(named: SnapshotName): Steps<void> {
    const { disk, directory } = this.#options;
    yield* removeIfThere(disk, directory, snapshotName(named.key, named.index));
  }

  load(key: GroupKey, done: (result: StoreResult<StoredSnapshot | null>) => void): void {
    this.#inTurn(key, this.#load(key), done);
  }

  *#load(key: GroupKey): Steps<StoredSnapshot | null> {
    const newest = this.#newest.get(idOf(key));
    if (newest === undefined) return null;
    const { named } = newest;
    const name = snapshotName(named.key, named.index);
    const { crc32c } = this.#options;
    return yield* withFile(this.#options, name, (file) =>
      readWholeSnapshot(file, name, named, crc32c),
    );
  }

  openReader(key: GroupKey, done: (result: StoreResult<SnapshotReader | null>) => void): void {
    this.#inTurn(key, this.#openReader(key), done);
  }

  *#openReader(key: GroupKey): Steps<SnapshotReader | null> {
    const { disk, directory, crc32c } = this.#options;
    const newest = this.#newest.get(idOf(key));
    if (newest === undefined) return null;
    const { named } = newest;
    const name = snapshotName(named.key, named.index);
    const file = yield* ask<DiskFile>((opened) =>
      disk.open(`${directory}/${name}`, 'existing', opened),
    );
    try {
      const header = yield* readHeader(file, name, named, crc32c);
      return new StoredSnapshotReader(file, name, header, crc32c);
    } catch (error) {
      yield* closeFile(file);
      throw error;
    }
  }

  receiver(
    key: GroupKey,
    metadata: SnapshotMetadata,
    totalBytes: number,
    done: (result: StoreResult<SnapshotReceiver>) => void,
  ): void {
    this.#inTurn(key, this.#receiver(key, metadata, totalBytes), done);
  }

  *#receiver(
    key: GroupKey,
    metadata: SnapshotMetadata,
    totalBytes: number,
  ): Steps<SnapshotReceiver> {
    const former = this.#receivers.get(idOf(key));
    if (former !== undefined && !former.isOver)
      yield* ask<void>((done) => former.abort(() => done({ ok: true, value: undefined })));
    const writer = this.#writer(key, metadata, 'received');
    yield* writer.open();
    const file = snapshotName(key, metadata.index);
    const { clock } = this.#options;
    const defer = (work: () => void): void => clock.defer(work);
    const received = new ReceivedSnapshot(metadata, totalBytes, file, writer, defer, (done) => {
      this.#receivers.delete(idOf(key));
      this.#inTurn(key, this.#publish(key, metadata, writer), (result) =>
        done(result.ok ? null : result.failure),
      );
    });
    this.#receivers.set(idOf(key), received);
    return received;
  }

  remove(key: GroupKey, done: (failure: WalFailure | null) => void): void {
    this.#inTurn(key, this.#removeAll(key), (result) => done(result.ok ? null : result.failure));
  }

  *#removeAll(key: GroupKey): Steps<void> {
    const { disk, directory } = this.#options;
    const receiver = this.#receivers.get(idOf(key));
    if (receiver !== undefined && !receiver.isOver)
      yield* ask<void>((done) => receiver.abort(() => done({ ok: true, value: undefined })));
    this.#receivers.delete(idOf(key));
    const newest = this.#newest.get(idOf(key));
    if (newest === undefined) return;
    this.#newest.delete(idOf(key));
    yield* this.#remove(newest.named);
    yield* syncDirectory(disk, directory);
  }

  #inTurn<T>(key: GroupKey, steps: Steps<T>, done: (result: StoreResult<T>) => void): void {
    const { clock } = this.#options;
    this.#queue.push(() => {
      run(
        inLaterTurn(steps, (work) => clock.defer(work)),
        (outcome) => {
          this.#busy = false;
          done(storeResult(outcome, `snapshot of group ${key.group}`));
          this.#runNext();
        },
      );
    });
    this.#runNext();
  }

  #runNext(): void {
    if (this.#busy) return;
    const next = this.#queue.shift();
    if (next === undefined) return;
    this.#busy = true;
    next();
  }
}

function* inLaterTurn<T>(steps: Steps<T>, defer: (run: () => void) => void): Steps<T> {
  yield* later(defer);
  return yield* steps;
}
