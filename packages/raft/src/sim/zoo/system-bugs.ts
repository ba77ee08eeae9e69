import type { Bug, Patch } from './patch.ts';

const bug = (name: string, ...patches: readonly Patch[]): Bug => ({ name, layer: 1, patches });

/** Takes its time, as a sync does, and makes nothing durable. */
const NO_SYNC = 'yield* ask<number>((done) => file.size(done));';
const DATA_SYNC_STEP = 'yield* ask<void>((done) => file.dataSync(done));';
const LOG_SYNC = 'segment.file.dataSync((result) => {';

/** Deliberate bugs between the log, the snapshot store and the disk. */
export const SYSTEM_BUGS: readonly Bug[] = [
  // Acknowledged without a sync.
  bug(
    'dataSyncSkipped',
    { file: 'wal/disk/disk-steps.ts', find: DATA_SYNC_STEP, replace: NO_SYNC },
    {
      file: 'wal/log/segmented-wal.ts',
      find: LOG_SYNC,
      replace: 'segment.file.size((result) => {',
    },
  ),
  // New files are used before their names are durable.
  bug('directorySyncSkipped', {
    file: 'wal/disk/disk-steps.ts',
    find: 'disk.syncDirectory(directory, done)',
    replace: 'disk.list(directory, done)',
  }),
  // A sync that failed is taken for one that worked.
  bug(
    'syncErrorIgnored',
    {
      file: 'wal/disk/disk-steps.ts',
      find: DATA_SYNC_STEP,
      replace: 'yield* ask<void>((done) => file.dataSync(() => done({ ok: true })));',
    },
    {
      file: 'wal/log/segmented-wal.ts',
      find: LOG_SYNC,
      replace: `${LOG_SYNC}\n        result = { ok: true };`,
    },
  ),
  // What the tail of the log holds when it is opened is believed without syncing it.
  bug('recoverySyncSkipped', {
    file: 'wal/log/open-wal.ts',
    find: 'yield* dataSync(file);',
    replace: NO_SYNC,
  }),
  // A write that was cut short is taken for a whole one.
  bug('shortWriteIgnored', {
    file: 'wal/disk/disk-steps.ts',
    find: 'else if (result.value >= length) done(null);',
    replace: 'else if (result.value >= 0) done(null);',
  }),
  // Nothing is checked: every checksum is the same.
  bug(
    'checksumConstant',
    {
      file: 'wal/log/open-wal.ts',
      find: 'run(open(options), ',
      replace: 'run(open({ ...options, crc32c: () => 0 }), ',
    },
    {
      file: 'wal/snapshots/snapshot-store.ts',
      find: 'run(open(options), ',
      replace: 'run(open({ ...options, crc32c: () => 0 }), ',
    },
  ),
];
