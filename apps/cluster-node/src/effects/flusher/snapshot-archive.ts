import { setTimeout as pause } from 'node:timers/promises';
import { failureOf } from '@fleetlm/database';
import type { SnapshotReader } from '@fleetlm/raft/wal';
import type { ArchiveWrites } from './archive-writes.ts';

/** Of a group that changes; every local snapshot of its leader is archived besides. */
export const SNAPSHOT_EVERY_MS = 10 * 60_000;
/** Asked for in one pass: taking them stops the node for a moment each. */
const REQUESTS_PER_PASS_MAX = 4;
const PART_BYTES_MAX = 1024 * 1024;
/** Between two parts the archive rests as long as the last one took, at most this long. */
const REST_MAX_MS = 500;

export interface SnapshotPorts {
  /** Groups that this node leads and that have something to lose; the system group too. */
  readonly led: () => Iterable<{ readonly group: number; readonly appliedIndex: number }>;
  /** Takes a local snapshot of the group; `saved` follows. */
  readonly save: (group: number) => void;
  /** The newest local one; null: there is none. */
  readonly open: (group: number) => Promise<SnapshotReader | null>;
}

/**
 * Puts the snapshots of led groups into Postgres, a part at a time: what a cluster is restored from when all its disks are
 * lost. They are read back from their files, so taking one costs nothing more than it did.
 */
export class SnapshotArchive {
  readonly #ports: SnapshotPorts;
  readonly #clusterId: string;
  readonly #wallClockMs: () => number;
  readonly #onRefused: (error: unknown) => void;
  /** Have a local snapshot that may be newer than the archived one. */
  readonly #saved = new Set<number>();

  constructor(
    ports: SnapshotPorts,
    options: {
      readonly clusterId: string;
      readonly wallClockMs: () => number;
      /** Postgres refuses the snapshot of one group; the others are archived. */
      readonly onRefused: (error: unknown) => void;
    },
  ) {
    this.#ports = ports;
    this.#clusterId = options.clusterId;
    this.#wallClockMs = options.wallClockMs;
    this.#onRefused = options.onRefused;
  }

  saved(group: number): void {
    this.#saved.add(group);
  }

  /** Asks for snapshots that are due and archives those that are there. Rejects when Postgres is away. */
  async pass(writes: ArchiveWrites, isStopped: () => boolean): Promise<void> {
    const led = [...this.#ports.led()];
    const archived = await writes.newestSnapshots(this.#clusterId);
    const nowMs = this.#wallClockMs();
    let requests = 0;
    for (const { group, appliedIndex } of led) {
      const newest = archived.get(group);
      const isDue =
        newest === undefined ||
        (appliedIndex > newest.index && nowMs - newest.takenAtMs >= SNAPSHOT_EVERY_MS);
      if (!isDue || this.#saved.has(group) || requests === REQUESTS_PER_PASS_MAX) continue;
      requests += 1;
      this.#ports.save(group);
    }
    const suspects: { readonly group: number; readonly error: unknown }[] = [];
    let isAnyTaken = false;
    for (const { group } of led) {
      if (!this.#saved.has(group) || isStopped()) continue;
      try {
        await this.#archive(group, archived.get(group)?.index ?? 0, writes, isStopped);
        isAnyTaken = true;
        this.#saved.delete(group);
      } catch (error) {
        const failure = failureOf(error);
        if (failure !== 'data' && failure !== 'suspect') throw error;
        if (failure === 'suspect') suspects.push({ group, error });
        else this.#refused(group, error);
      }
    }
    // None was taken beside them: it is the server that is in trouble.
    const [suspect] = suspects;
    if (suspect !== undefined && !isAnyTaken) throw suspect.error;
    for (const { group, error } of suspects) this.#refused(group, error);
  }

  /** The group's next snapshot is archived again. */
  #refused(group: number, error: unknown): void {
    this.#saved.delete(group);
    this.#onRefused(error);
  }

  async #archive(
    group: number,
    archivedIndex: number,
    writes: ArchiveWrites,
    isStopped: () => boolean,
  ): Promise<void> {
    const reader = await this.#ports.open(group);
    if (reader === null) return;
    try {
      if (reader.metadata.index <= archivedIndex) return;
      await this.#writeParts(group, reader, writes, isStopped);
    } finally {
      await new Promise<void>((resolve) => reader.close(resolve));
    }
  }

  async #writeParts(
    group: number,
    reader: SnapshotReader,
    writes: ArchiveWrites,
    isStopped: () => boolean,
  ): Promise<void> {
    const { index, term } = reader.metadata;
    const parts = Math.max(1, Math.ceil(reader.totalBytes / PART_BYTES_MAX));
    const snapshot = { clusterId: this.#clusterId, group, index, term, parts };
    for (let part = 0; part < parts; part += 1) {
      if (isStopped()) return;
      const startedAt = performance.now();
      const data = await wholePart(reader, part * PART_BYTES_MAX);
      await writes.writeSnapshotPart(snapshot, part, data, this.#wallClockMs());
      if (part < parts - 1) await pause(Math.min(REST_MAX_MS, performance.now() - startedAt));
    }
    await writes.dropSnapshotsBefore(this.#clusterId, group, index);
  }
}

async function wholePart(reader: SnapshotReader, offset: number): Promise<Uint8Array> {
  const end = Math.min(reader.totalBytes, offset + PART_BYTES_MAX);
  const pieces: Uint8Array[] = [];
  for (let at = offset; at < end; ) {
    const piece = await read(reader, at, end - at);
    pieces.push(piece);
    at += piece.length;
  }
  return Buffer.concat(pieces);
}

function read(reader: SnapshotReader, offset: number, bytesMax: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    reader.read(offset, bytesMax, (result) => {
      if (result.ok) resolve(result.value);
      else reject(new Error(`a snapshot can't be read back: ${result.failure.detail}`));
    }),
  );
}
