import type { Entry, SnapshotMetadata } from '../../core/index.ts';
import { type SimDiskOptions, SimulatedDisk } from '../../sim/system/machine/sim-disk.ts';
import { crc32cTable } from '../disk/crc32c-table.ts';
import { type OpenWalOptions, type OpenWalResult, openWal } from '../log/open-wal.ts';
import type { GroupKey, RecoveredWal, Wal, WalFailure, WalRecord } from '../wal-api.ts';
import { ManualEvents } from './manual-events.ts';

export const DIRECTORY = 'wal';
export const KEY: GroupKey = { group: 7, incarnation: 99 };
export const SEGMENT_BYTES = 4096;

export function entry(index: number, term = 1, bytes = 20): Entry {
  return { index, term, type: 'normal', data: new Uint8Array(bytes).fill(index % 251) };
}

export function created(key: GroupKey = KEY): WalRecord {
  return { type: 'group-created', key, replicaId: 1 };
}

export function entries(list: readonly Entry[], key: GroupKey = KEY): WalRecord {
  return { type: 'entries', key, entries: list };
}

export function hardState(term: number, vote: number, commit: number, key = KEY): WalRecord {
  return { type: 'hard-state', key, hardState: { term, vote, commit } };
}

export function metadata(index: number, term = 1): SnapshotMetadata {
  const confState = {
    voters: [1, 2, 3],
    learners: [],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  };
  return { index, term, confState };
}

export function snapshotMark(index: number, term = 1, key: GroupKey = KEY): WalRecord {
  return { type: 'snapshot', key, snapshot: metadata(index, term) };
}

const EVENTS = new WeakMap<SimulatedDisk, ManualEvents>();

export function diskOptions(
  events: ManualEvents,
  options: Omit<SimDiskOptions, 'schedule'> = {},
): SimDiskOptions {
  return { ...options, schedule: (_operation, complete) => events.defer(complete) };
}

/** A disk whose operations take place when its events are run. */
export function manualDisk(options: Omit<SimDiskOptions, 'schedule'> = {}): SimulatedDisk {
  const events = new ManualEvents();
  const disk = new SimulatedDisk(diskOptions(events, options));
  EVENTS.set(disk, events);
  return disk;
}

/** What happens on the disk, and the clock of its user. */
export function eventsOf(disk: SimulatedDisk): ManualEvents {
  const events = EVENTS.get(disk);
  if (events === undefined) throw new Error('not a disk of this fixture');
  return events;
}

/** Another disk with events of its own, made from `disk` by `make`. */
export function derived(
  make: (options: SimDiskOptions) => SimulatedDisk,
  options: Omit<SimDiskOptions, 'schedule'> = {},
): SimulatedDisk {
  const events = new ManualEvents();
  const next = make(diskOptions(events, options));
  EVENTS.set(next, events);
  return next;
}

/** An independent copy: what happens to one doesn't change the other. */
export function copyOf(disk: SimulatedDisk): SimulatedDisk {
  return derived((options) => disk.copy(options));
}

export function walOptions(
  disk: OpenWalOptions['disk'],
  events: ManualEvents,
  options: Partial<OpenWalOptions> = {},
): OpenWalOptions {
  let nonce = 1;
  return {
    disk,
    directory: DIRECTORY,
    identity: { clusterId: 'c', nodeId: 'n1' },
    segmentBytes: SEGMENT_BYTES,
    crc32c: crc32cTable,
    clock: events,
    nonce: () => {
      nonce += 7;
      return nonce;
    },
    onFailure: () => undefined,
    ...options,
  };
}

export interface OpenedWal {
  readonly wal: Wal;
  readonly recovered: RecoveredWal;
}

/** Opens and runs all events; the result, whatever it is. */
export function tryOpen(disk: SimulatedDisk, options: Partial<OpenWalOptions> = {}): OpenWalResult {
  const events = eventsOf(disk);
  const box: { result: OpenWalResult | null } = { result: null };
  openWal(walOptions(disk, events, options), (result) => {
    box.result = result;
  });
  events.drain();
  if (box.result === null) throw new Error('opening did not end');
  return box.result;
}

export function open(disk: SimulatedDisk, options: Partial<OpenWalOptions> = {}): OpenedWal {
  const result = tryOpen(disk, options);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result;
}

/** Appends with a sync, runs all events, and gives the answer. */
export function append(
  disk: SimulatedDisk,
  wal: Wal,
  records: readonly WalRecord[],
): WalFailure | null {
  const box: { answer: WalFailure | null | 'none' } = { answer: 'none' };
  wal.append(records, (failure) => {
    box.answer = failure;
  });
  eventsOf(disk).drain();
  if (box.answer === 'none') throw new Error('an append was not answered');
  return box.answer;
}

export function close(disk: SimulatedDisk, wal: Wal): void {
  let closed = false;
  wal.close(() => {
    closed = true;
  });
  eventsOf(disk).drain();
  if (!closed) throw new Error('the log was not closed');
}

export function segmentPath(number: number): string {
  return `${DIRECTORY}/${String(number).padStart(10, '0')}.wal`;
}

/** [index, term] of what was recovered of a group. */
export function indexesOf(
  recovered: RecoveredWal,
  group = KEY.group,
): readonly (readonly [number, number])[] {
  const found = recovered.groups.find(({ key }) => key.group === group);
  return found?.entries.map(({ index, term }) => [index, term] as const) ?? [];
}
