import { describe, expect, test } from 'vitest';
import { RandomStream } from '../sim/harness/random.ts';
import {
  LOSE_ALL,
  LOSE_NOTHING,
  type PowerLoss,
  type SimulatedDisk,
} from '../sim/system/machine/sim-disk.ts';
import { openWal } from './log/open-wal.ts';
import {
  append,
  close,
  copyOf,
  created,
  derived,
  entries,
  entry,
  eventsOf,
  hardState,
  KEY,
  manualDisk,
  open,
  SEGMENT_BYTES,
  snapshotMark,
  tryOpen,
  walOptions,
} from './testing/log-fixture.ts';
import { ModelLog, type ModelState } from './testing/model-log.ts';
import type { RecoveredWal, Wal, WalRecord } from './wal-api.ts';

const OTHER = { group: 3, incarnation: 41 };
const REBORN = { group: 7, incarnation: 100 };

/**
 * What a node does in a few segments: two groups, overwritten entries, a snapshot of our own and one from a
 * leader, segments that roll and go, a batch larger than a segment, a group that is deleted and made again.
 */
function workload(): readonly (readonly WalRecord[])[] {
  const steps: WalRecord[][] = [
    [created(), hardState(1, 2, 0)],
    [created(OTHER), entries([entry(1, 1, 30)], OTHER)],
  ];
  for (let index = 1; index <= 9; index += 1)
    steps.push([entries([entry(index, 1, 300)]), hardState(1, 2, index - 1)]);
  steps.push([entries([entry(9, 2, 200), entry(10, 2, 500)]), hardState(2, 3, 8)]);
  steps.push([snapshotMark(8), hardState(2, 3, 9), entries([entry(2, 1, 60)], OTHER)]);
  for (let index = 11; index <= 16; index += 1)
    steps.push([entries([entry(index, 2, 600)]), entries([entry(index - 8, 1, 10)], OTHER)]);
  steps.push([snapshotMark(12, 2), snapshotMark(6, 1, OTHER)]);
  // A leader's snapshot: what the log held at that index was of another term.
  steps.push([
    snapshotMark(8, 4, OTHER),
    entries([entry(9, 4, 20)], OTHER),
    hardState(4, 1, 8, OTHER),
  ]);
  steps.push([entries([entry(17, 3, 5000)])]);
  steps.push([
    { type: 'group-deleted', key: KEY },
    { type: 'group-created', key: REBORN, replicaId: 5 },
  ]);
  for (let index = 1; index <= 6; index += 1) steps.push([entries([entry(index, 7, 700)], REBORN)]);
  steps.push([snapshotMark(4, 7, REBORN), hardState(7, 5, 4, REBORN)]);
  return steps;
}

/** The states that a log may be in, by the count of appends that are in it. */
const STATES: readonly ModelState[] = (() => {
  const model = new ModelLog();
  return [model.state, ...workload().map((records) => model.apply(records))];
})();

interface Run {
  readonly disk: SimulatedDisk;
  readonly acknowledged: number;
  readonly issued: number;
  readonly finished: boolean;
}

/** Opens a log and runs the workload, one append after the other, until `operations` events have happened. */
function runUntil(disk: SimulatedDisk, operations: number): Run {
  const events = eventsOf(disk);
  const steps = workload();
  const progress = { acknowledged: 0, issued: 0, closed: false };
  const next = (wal: Wal): void => {
    const records = steps[progress.issued];
    if (records === undefined) {
      wal.close(() => {
        progress.closed = true;
      });
      return;
    }
    progress.issued += 1;
    wal.append(records, (failure) => {
      if (failure !== null) throw new Error(JSON.stringify(failure));
      progress.acknowledged += 1;
      next(wal);
    });
  };
  openWal(walOptions(disk, events), (result) => {
    if (!result.ok) throw new Error(JSON.stringify(result.failure));
    next(result.wal);
  });
  for (let count = 0; count < operations; count += 1) if (!events.step()) break;
  return { disk, ...progress, finished: progress.closed };
}

function stateOf(recovered: RecoveredWal): ModelState {
  return ModelLog.stateOf(recovered);
}

/** What is on `disk` is the log after some count of appends: everything acknowledged, nothing that wasn't issued. */
function expectPrefix(disk: SimulatedDisk, run: Run, where: string): number {
  const { recovered } = open(disk);
  const state = stateOf(recovered);
  for (let count = run.acknowledged; count <= run.issued; count += 1) {
    if (JSON.stringify(STATES[count]) === JSON.stringify(state)) return count;
  }
  expect(state, `${where}: neither of appends ${run.acknowledged} to ${run.issued}`).toEqual(
    STATES[run.acknowledged],
  );
  return -1;
}

const TOTAL = (() => {
  let operations = 0;
  const disk = manualDisk();
  const counted = runUntil(disk, 0);
  while (eventsOf(disk).step()) operations += 1;
  return { operations, disk: counted.disk };
})();

function randomLoss(seed: number): PowerLoss {
  const random = new RandomStream(seed, 'power-loss');
  return {
    sector: () => (['old', 'new', 'garbage'] as const)[random.below(3)] ?? 'old',
    entry: () => random.chance(0.5),
    garbage: () => random.below(256),
  };
}

describe('a crash at every operation of a life with rolls, drops, snapshots and a second life of a group', () => {
  test('W16 the workload ends, over several segments', () => {
    expect(TOTAL.operations).toBeGreaterThan(150);
    const { recovered } = open(copyOf(TOTAL.disk));
    expect(stateOf(recovered)).toEqual(STATES.at(-1));
    expect(TOTAL.disk.paths[0]).not.toBe('wal/0000000001.wal');
  });

  test('W1 the process is killed: what was acknowledged is there, opening again changes nothing', () => {
    for (let operation = 0; operation <= TOTAL.operations; operation += 1) {
      const run = runUntil(manualDisk(), operation);
      for (const cut of [0, 100, 512, 700, 1e9]) {
        const where = `operation ${operation}, ${cut} bytes of the write under way`;
        const image = run.disk.copy();
        const after = derived((options) =>
          cut === 0 ? image.crash(options) : run.disk.crash(options, () => cut),
        );
        const count = expectPrefix(copyOf(after), run, where);
        const again = copyOf(after);
        open(again);
        expect(stateOf(open(copyOf(again)).recovered), where).toEqual(STATES[count]);
      }
    }
  });

  test('W11 the power goes, nothing unsynced is left: what was acknowledged is there', () => {
    for (let operation = 0; operation <= TOTAL.operations; operation += 1) {
      const run = runUntil(manualDisk(), operation);
      expectPrefix(
        derived((options) => run.disk.powerOff(LOSE_ALL, options)),
        run,
        `operation ${operation}`,
      );
    }
  });

  test('W2 the power goes, any part of what is unsynced is left, torn or not, names too', () => {
    for (let operation = 0; operation <= TOTAL.operations; operation += 1) {
      const run = runUntil(manualDisk(), operation);
      for (let seed = 0; seed < 8; seed += 1) {
        const loss = randomLoss(operation * 100 + seed);
        const after = derived((options) => run.disk.powerOff(loss, options));
        expectPrefix(after, run, `operation ${operation}, seed ${operation * 100 + seed}`);
      }
    }
  });

  test('W7 what recovery reports is durable before it reports it', () => {
    for (let operation = 0; operation <= TOTAL.operations; operation += 1) {
      const run = runUntil(manualDisk(), operation);
      const after = derived((options) => run.disk.crash(options));
      const { recovered } = open(after);
      const lost = derived((options) => after.powerOff(LOSE_ALL, options));
      expect(stateOf(open(lost).recovered), `operation ${operation}`).toEqual(stateOf(recovered));
    }
  });

  test('W7 the power goes at every operation of a recovery', () => {
    for (let operation = 0; operation <= TOTAL.operations; operation += 3) {
      const run = runUntil(manualDisk(), operation);
      for (let within = 0; ; within += 1) {
        const again = derived((options) => run.disk.crash(options));
        const events = eventsOf(again);
        const progress = { opened: false };
        openWal(walOptions(again, events), () => {
          progress.opened = true;
        });
        let steps = 0;
        while (steps < within && events.step()) steps += 1;
        const after = derived((options) => again.powerOff(randomLoss(operation + within), options));
        expectPrefix(after, run, `operation ${operation}, then ${within} of recovery`);
        if (progress.opened) break;
      }
    }
  });

  test('W6 a sync fails: nothing is answered as durable, and a restart on the same machine believes only what it syncs itself', () => {
    for (let ordinal = 0; ordinal < 60; ordinal += 1) {
      let syncs = 0;
      const disk = manualDisk({
        fault: ({ kind }) => {
          if (kind !== 'sync') return null;
          syncs += 1;
          return syncs === ordinal + 1 ? { type: 'error', code: 'EIO' } : null;
        },
      });
      const run = runFailing(disk);
      const restarted = derived((options) => disk.crash(options));
      const { recovered } = open(restarted);
      const lost = derived((options) => restarted.powerOff(LOSE_ALL, options));
      const state = stateOf(open(lost).recovered);
      expect(state, `sync ${ordinal}`).toEqual(stateOf(recovered));
      const allowed = STATES.slice(run.acknowledged, run.issued + 1);
      expect(allowed, `sync ${ordinal}`).toContainEqual(state);
    }
  });
});

/** Like runUntil, to the end, where appends may fail. */
function runFailing(disk: SimulatedDisk): { acknowledged: number; issued: number } {
  const progress = { acknowledged: 0, issued: 0 };
  const steps = workload();
  const next = (wal: Wal): void => {
    const records = steps[progress.issued];
    if (records === undefined) return;
    progress.issued += 1;
    wal.append(records, (failure) => {
      if (failure !== null) return;
      progress.acknowledged += 1;
      next(wal);
    });
  };
  openWal(walOptions(disk, eventsOf(disk)), (result) => {
    if (result.ok) next(result.wal);
  });
  eventsOf(disk).drain();
  return progress;
}

test('W13 term and vote are the old ones or the new ones', () => {
  for (let cut = 0; cut <= 600; cut += 1) {
    const disk = manualDisk();
    const { wal } = open(disk);
    append(disk, wal, [created(), hardState(3, 1, 0)]);
    wal.append([hardState(4, 2, 0)], () => undefined);
    const after = derived((options) => disk.crash(options, () => cut));
    const { recovered } = open(after);
    const found = recovered.groups[0]?.hardState;
    expect([
      { term: 3, vote: 1, commit: 0 },
      { term: 4, vote: 2, commit: 0 },
    ]).toContainEqual(found);
  }
});

test('W18 records of an earlier life of a group are not replayed into the next one', () => {
  const disk = manualDisk();
  const { wal } = open(disk);
  append(disk, wal, [created(), entries([entry(1), entry(2)]), hardState(9, 9, 2)]);
  append(disk, wal, [{ type: 'group-deleted', key: KEY }]);
  append(disk, wal, [{ type: 'group-created', key: REBORN, replicaId: 4 }]);
  // Late: what the former life still had to say.
  expect(append(disk, wal, [entries([entry(3)]), hardState(10, 9, 3)])).toBeNull();
  expect(append(disk, wal, [entries([entry(1, 2)], REBORN)])).toBeNull();
  const { recovered } = open(copyOf(disk));
  expect(recovered.groups).toHaveLength(1);
  expect(recovered.groups[0]).toMatchObject({
    key: REBORN,
    replicaId: 4,
    hardState: { term: 0, vote: 0, commit: 0 },
    entries: [{ index: 1, term: 2 }],
  });
});

test('W15 an append at an index replaces what stood there and above, on disk as in memory', () => {
  const disk = manualDisk();
  const { wal } = open(disk);
  append(disk, wal, [created(), entries([entry(1), entry(2), entry(3), entry(4)])]);
  append(disk, wal, [entries([entry(2, 5)])]);
  append(disk, wal, [entries([entry(3, 6)])]);
  const terms = [1, 5, 6];
  expect(wal.readEntries(KEY, 1, 99, 1e6).map(({ term }) => term)).toEqual(terms);
  close(disk, wal);
  const again = open(copyOf(disk));
  expect(again.recovered.groups[0]?.entries.map(({ term }) => term)).toEqual(terms);
  expect(again.wal.readEntries(KEY, 1, 99, 1e6).map(({ term }) => term)).toEqual(terms);
});

test('W24 a disk that lost everything opens as a new log: the identity beside it has to show it', () => {
  const disk = manualDisk();
  const { wal } = open(disk, { segmentBytes: SEGMENT_BYTES });
  append(disk, wal, [created()]);
  const after = derived((options) => disk.powerOff(LOSE_NOTHING, options));
  for (const path of after.paths) after.removeFile(path);
  const result = tryOpen(after);
  expect(result).toMatchObject({ ok: true, recovered: { groups: [], tornBytes: 0 } });
});
