import type { Entry } from '../core/index.ts';
import type { Crc32c } from './crc32c.ts';
import { type Disk, DiskError, type DiskFile } from './disk.ts';
import { ask, createFilled, writeAll } from './disk-steps.ts';
import { LogIndex } from './log-index.ts';
import {
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentName,
  segmentNumber,
} from './segment.ts';
import { type OpenSegment, SegmentedWal } from './segmented-wal.ts';
import type { RecoveredWal, Wal, WalFailure } from './wal-api.ts';
import { recoveredGroup, type ScanEnd, type SegmentImage, scanSegments } from './wal-recovery.ts';

export interface OpenWalOptions {
  readonly disk: Disk;
  /** Made when it is missing; holds nothing but segments. */
  readonly directory: string;
  readonly identity: { readonly clusterId: string; readonly nodeId: string };
  /** Size of a segment; a batch never spans two. */
  readonly segmentBytes: number;
  readonly crc32c: Crc32c;
  /** Monotonic milliseconds, for statistics only. */
  readonly now: () => number;
  /** A random unsigned 32-bit integer. */
  readonly nonce: () => number;
}

export type OpenWalResult =
  | { readonly ok: true; readonly wal: Wal; readonly recovered: RecoveredWal }
  | { readonly ok: false; readonly failure: WalFailure };

export const SEGMENT_BYTES_DEFAULT = 32 * 1024 * 1024;

/**
 * Opens a log and reads it back. What was recovered is written and synced again before the answer: after a
 * failed sync the page cache may have shown bytes that no disk holds.
 */
export function openWal(options: OpenWalOptions, done: (result: OpenWalResult) => void): void {
  open(options).then(done, (error: unknown) => {
    const detail = error instanceof Error ? error.message : String(error);
    const kind = error instanceof DiskError && error.code === 'ENOSPC' ? 'full' : 'failed';
    done({ ok: false, failure: { kind, file: options.directory, detail } });
  });
}

async function open(options: OpenWalOptions): Promise<OpenWalResult> {
  const { disk, directory, crc32c } = options;
  const identity = `${options.identity.clusterId}/${options.identity.nodeId}`;
  await ask<void>((done) => disk.makeDirectory(directory, done));
  const files = new Map<string, DiskFile>();
  const images: SegmentImage[] = [];
  for (const name of await ask<readonly string[]>((done) => disk.list(directory, done))) {
    const number = segmentNumber(name);
    if (number === null) {
      return {
        ok: false,
        failure: { kind: 'foreign', file: name, detail: 'not a segment of the log' },
      };
    }
    const file = await ask<DiskFile>((done) => disk.open(`${directory}/${name}`, 'existing', done));
    files.set(name, file);
    const size = await ask<number>((done) => file.size(done));
    images.push({ name, number, bytes: await ask<Uint8Array>((done) => file.read(0, size, done)) });
  }
  const index = new LogIndex();
  const entries = new Map<number, Map<number, Entry>>();
  const scan = scanSegments(images, identity, index, entries, crc32c);
  if (!scan.ok) {
    for (const file of files.values()) await ask<void>((done) => file.close(done));
    return { ok: false, failure: scan.failure };
  }
  for (const name of scan.unfinished) {
    const file = files.get(name);
    if (file !== undefined) await ask<void>((done) => file.close(done));
    files.delete(name);
    await ask<void>((done) => disk.unlink(`${directory}/${name}`, done));
  }
  const end = scan.end ?? (await firstSegment(options, identity, files));
  const used = images.filter(({ name }) => files.has(name));
  await rewriteTail(used, files, end);
  await ask<void>((done) => disk.syncDirectory(directory, done));
  const segments = await openSegments(files, end, options);
  const recovered = index.groups.map((log) => recoveredGroup(log, entries));
  const wal = new SegmentedWal({
    disk,
    directory,
    identity,
    segmentBytes: options.segmentBytes,
    crc32c,
    now: options.now,
    nonce: options.nonce,
    index,
    segments,
    offset: end.offset,
    nextNumber: end.nextNumber,
    previousCrc: end.previousCrc,
  });
  return { ok: true, wal, recovered: { groups: recovered, tornBytes: end.tornBytes } };
}

async function firstSegment(
  options: OpenWalOptions,
  identity: string,
  files: Map<string, DiskFile>,
): Promise<ScanEnd> {
  const { disk, directory, segmentBytes, crc32c } = options;
  const nonce = options.nonce();
  const head = encodeSegmentHeader({ number: 1, nonce, identity }, crc32c);
  files.set(
    segmentName(1),
    await createFilled(disk, directory, segmentName(1), head, segmentBytes),
  );
  return {
    segment: 1,
    nonce,
    offset: SEGMENT_HEADER_BYTES,
    tornBytes: 0,
    nextNumber: 1,
    previousCrc: 0,
  };
}

/** Writes the last segment's batches once more, zeros over what was torn, and syncs all segments. */
async function rewriteTail(
  images: readonly SegmentImage[],
  files: ReadonlyMap<string, DiskFile>,
  end: ScanEnd,
): Promise<void> {
  for (const image of images) {
    const file = files.get(image.name);
    if (file === undefined) continue;
    if (image.number === end.segment) {
      await writeAll(file, image.bytes.subarray(0, end.offset), 0);
      if (end.tornBytes > 0) await writeAll(file, new Uint8Array(end.tornBytes), end.offset);
    }
    await ask<void>((done) => file.dataSync(done));
  }
}

async function openSegments(
  files: ReadonlyMap<string, DiskFile>,
  end: ScanEnd,
  options: OpenWalOptions,
): Promise<readonly OpenSegment[]> {
  const segments: OpenSegment[] = [];
  for (const [name, file] of files) {
    const number = segmentNumber(name) ?? 0;
    const nonce = number === end.segment ? end.nonce : 0;
    const size = await ask<number>((done) => file.size(done));
    // A segment that a crash left shorter (its zeros were not synced) is filled up again before it is used.
    if (number === end.segment && size < options.segmentBytes) {
      await writeAll(file, new Uint8Array(options.segmentBytes - size), size);
      await ask<void>((done) => file.dataSync(done));
    }
    segments.push({ number, nonce, file });
  }
  return segments.sort((a, b) => a.number - b.number);
}
