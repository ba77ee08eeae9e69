import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type DataRecord, type EntryRecord, parseUndoLog, unsyncedOf } from './undo-log.ts';

export interface PowerLossOptions {
  /** The node's data. */
  readonly root: string;
  readonly undo: string;
  readonly random: () => number;
  /** `some`: of every unsynced write a part may have reached the disk, in sectors; of directories a beginning. */
  readonly mode: 'everything' | 'some';
}

export interface PowerLoss {
  /** Unsynced writes and truncations, and how many of them were taken back at least in part. */
  readonly writes: number;
  readonly writesLost: number;
  readonly bytesLost: number;
  readonly entriesLost: number;
}

const SECTOR_BYTES = 512;

/**
 * Makes the files what they could be after a power failure at the moment when the process was killed: without
 * (all or some of) what was not synced. The process must not run.
 */
export function losePower({ root, undo, random, mode }: PowerLossOptions): PowerLoss {
  if (!existsSync(undo)) return { writes: 0, writesLost: 0, bytesLost: 0, entriesLost: 0 };
  const { all, data, entries } = unsyncedOf(parseUndoLog(readFileSync(undo)));
  const keptBytes = new Map(data.map((record) => [record, kept(record, random, mode)]));
  // By chance everything may have reached the disk; then there would have been no failure to speak of.
  const last = data.at(-1);
  if (last !== undefined && data.every((record) => isWhole(record, keptBytes.get(record) ?? 0)))
    keptBytes.set(last, 0);
  const loss = restoreData(root, { all, data }, keptBytes);
  // A journal keeps the order of changes of directories: what is lost is the end.
  const keptEntries = mode === 'everything' ? 0 : Math.floor(random() * (entries.length + 1));
  const lostEntries = entries.slice(keptEntries);
  for (const entry of lostEntries.toReversed()) takeBack(entry);
  return { ...loss, writes: data.length, entriesLost: lostEntries.length };
}

/** Bytes of a write that reached the disk; of a truncation 1 when it did, else 0. */
function kept(record: DataRecord, random: () => number, mode: PowerLossOptions['mode']): number {
  if (mode === 'everything') return 0;
  const fate = random();
  if (record.type === 'truncate') return fate < 0.5 ? 0 : 1;
  if (fate < 0.4) return 0;
  if (fate < 0.7) return record.length;
  const sectors = Math.floor((random() * record.length) / SECTOR_BYTES);
  return sectors * SECTOR_BYTES;
}

function isWhole(record: DataRecord, stays: number): boolean {
  return record.type === 'truncate' ? stays > 0 : stays === record.length;
}

function restoreData(
  root: string,
  { all, data }: { readonly all: readonly DataRecord[]; readonly data: readonly DataRecord[] },
  keptBytes: ReadonlyMap<DataRecord, number>,
): { readonly writesLost: number; readonly bytesLost: number } {
  let writesLost = 0;
  let bytesLost = 0;
  const byInode = Map.groupBy(data, ({ inode }) => inode);
  const paths = pathsByInode(root);
  for (const [inode, records] of byInode) {
    const path = paths.get(inode);
    // Unlinked since: what it held can't be read, unless the unlinking is taken back, and then it is torn anyway.
    if (path === undefined) continue;
    const file = openSync(path, 'r+');
    try {
      for (const record of records.toReversed()) {
        const stays = keptBytes.get(record) ?? 0;
        if (isWhole(record, stays)) continue;
        writesLost += 1;
        bytesLost += takeBackData(file, record, record.type === 'truncate' ? 0 : stays);
      }
      const since = records[0]?.seq ?? 0n;
      const later = all.filter((record) => record.inode === inode && record.seq >= since);
      ftruncateSync(file, sizeAfter(later, keptBytes));
    } finally {
      closeSync(file);
    }
  }
  return { writesLost, bytesLost };
}

function takeBackData(file: number, record: DataRecord, stays: number): number {
  const { type, offset, length, oldSize, old } = record;
  const end = type === 'truncate' ? oldSize : offset + length;
  const from = offset + stays;
  if (end <= from) return 0;
  const before = new Uint8Array(end - from);
  before.set(old.subarray(Math.min(stays, old.length)));
  writeSync(file, before, 0, before.length, from);
  return before.length;
}

/** The file's size had only the kept changes been made. The first of them was not synced. */
function sizeAfter(
  records: readonly DataRecord[],
  keptBytes: ReadonlyMap<DataRecord, number>,
): number {
  let size = records[0]?.oldSize ?? 0;
  for (const record of records) {
    const { type, offset, length } = record;
    const stays = keptBytes.get(record) ?? (type === 'truncate' ? 1 : length);
    if (stays > 0) size = type === 'write' ? Math.max(size, offset + stays) : offset;
  }
  return size;
}

function takeBack(entry: EntryRecord): void {
  switch (entry.type) {
    case 'create':
      rmSync(entry.path, { force: true });
      return;
    case 'rename':
      if (existsSync(entry.path)) renameSync(entry.path, entry.from);
      if (entry.saved !== '') linkSync(entry.saved, entry.path);
      return;
    case 'unlink':
      if (entry.saved !== '' && !existsSync(entry.path)) linkSync(entry.saved, entry.path);
      return;
    default:
      entry satisfies never;
  }
}

function pathsByInode(root: string): ReadonlyMap<bigint, string> {
  const found = new Map<bigint, string>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(statSync(path, { bigint: true }).ino, path);
  }
  return found;
}
