import { ByteReader } from '../../codec/bytes.ts';
import { type Entry, StorageError } from '../../core/index.ts';
import type { Crc32c } from '../disk/crc32c.ts';
import { DiskError } from '../disk/disk.ts';
import type { GroupKey } from '../wal-api.ts';
import type { LogIndex } from './log-index.ts';
import { isEntriesRecordOf, readRecord } from './record-codec.ts';
import type { Run } from './run-table.ts';
import type { OpenSegment } from './segment-files.ts';
import { segmentName } from './segment-header.ts';

export interface EntrySource {
  readonly index: LogIndex;
  readonly files: { find(number: number): OpenSegment | null };
  readonly crc32c: Crc32c;
}

/**
 * Entries of [low, high), at least one, then as many as fit in `bytesMax` of data. Every record is verified
 * again: damage since it was written must not travel to a follower. Throws StorageError, DiskError.
 */
export function readLogEntries(
  from: EntrySource,
  key: GroupKey,
  low: number,
  high: number,
  bytesMax: number,
): readonly Entry[] {
  const log = from.index.find(key);
  if (log === null || low < log.first)
    throw new StorageError('compacted', `entry ${low} of group ${key.group}`);
  if (low > log.last || low >= high)
    throw new StorageError('unavailable', `entry ${low} of group ${key.group}`);
  const end = Math.min(high, log.last + 1);
  const entries: Entry[] = [];
  let next = low;
  let bytes = 0;
  let pending: Run | null = null;
  const take = (run: Run, until: number): boolean => {
    for (const entry of readRun(from, key, run)) {
      if (entry.index < next) continue;
      if (entry.index >= until) return true;
      bytes += entry.data.length;
      if (entries.length > 0 && bytes > bytesMax) return false;
      entries.push({ ...entry, data: entry.data.slice() });
      next += 1;
    }
    return true;
  };
  // A run ends where the next one begins: what it holds beyond was overwritten.
  for (const run of log.runs(low, end)) {
    if (pending !== null && !take(pending, run.first)) return entries;
    pending = run;
  }
  if (pending !== null && take(pending, end) && next !== end) {
    throw new DiskError('EBADMSG', `entry ${next} of group ${key.group} is not where it should be`);
  }
  return entries;
}

function readRun({ files, crc32c }: EntrySource, key: GroupKey, run: Run): readonly Entry[] {
  const segment = files.find(run.segment);
  const place = `${segmentName(run.segment)} at ${run.offset}`;
  if (segment === null) throw new DiskError('EBADMSG', `${place}: the segment is gone`);
  const bytes = segment.file.readSync(run.offset, run.length);
  if (!isEntriesRecordOf(bytes, key, crc32c)) throw new DiskError('EBADMSG', `${place} is damaged`);
  const record = readRecord(new ByteReader(bytes));
  return record.type === 'entries' ? record.entries : [];
}
