import { expect, test } from 'vitest';
import type { Wal, WalFailure, WalRecord } from '../../wal/index.ts';
import { ManualEvents } from '../../wal/testing/manual-events.ts';
import { DISK_FULL_RETRY_MS, DiskQueue } from './disk-queue.ts';

const KEY = { group: 1, incarnation: 1 };
const FULL: WalFailure = { kind: 'full', file: 'wal', detail: 'no room' };
const record = (commit: number): WalRecord => ({
  type: 'hard-state',
  key: KEY,
  hardState: { term: 1, vote: 1, commit },
});

/** A log whose writes return when the test says so. */
class SlowLog {
  readonly batches: (readonly WalRecord[])[] = [];
  #done: ((failure: WalFailure | null) => void) | null = null;

  readonly wal: Pick<Wal, 'append'> = {
    append: (records, done) => {
      if (this.#done !== null) throw new RangeError('the log takes one batch at a time');
      this.batches.push(records.slice());
      this.#done = done;
    },
  };

  answer(failure: WalFailure | null): void {
    const done = this.#done;
    this.#done = null;
    done?.(failure);
  }
}

function queueOn(
  log: SlowLog,
  batchBytesMax = 1_000,
): { queue: DiskQueue<number>; clock: ManualEvents } {
  const clock = new ManualEvents();
  const events = {
    persisted: () => undefined,
    failed: () => undefined,
    fullChanged: () => undefined,
  };
  return { queue: new DiskQueue(log.wal, clock, batchBytesMax, events), clock };
}

function write(queue: DiskQueue<number>, commit: number, bytes = 10): void {
  const batch = queue.open();
  batch.records.push(record(commit));
  queue.count(batch, bytes);
  queue.submit();
}

test('H30 what comes while a batch is being synced shares the next write and the next sync', () => {
  const log = new SlowLog();
  const { queue } = queueOn(log);
  for (const commit of [1, 2, 3, 4]) write(queue, commit);
  expect(log.batches).toEqual([[record(1)]]);
  expect(queue.queuedBytes).toBe(40);
  log.answer(null);
  expect(log.batches).toEqual([[record(1)], [record(2), record(3), record(4)]]);
  log.answer(null);
  expect(queue.queuedBytes).toBe(0);
  expect(queue.isIdle).toBe(true);
});

test('H30 a batch takes no more in beyond its limit', () => {
  const log = new SlowLog();
  const { queue } = queueOn(log, 20);
  for (const commit of [1, 2, 3, 4]) write(queue, commit);
  log.answer(null);
  log.answer(null);
  expect(log.batches).toEqual([[record(1)], [record(2), record(3)], [record(4)]]);
});

test('H30 a batch that found no room is tried again as it is, before anything else', () => {
  const log = new SlowLog();
  const { queue, clock } = queueOn(log);
  write(queue, 1);
  log.answer(FULL);
  write(queue, 2);
  expect(queue.isFull).toBe(true);
  clock.pass(DISK_FULL_RETRY_MS - 1);
  expect(log.batches).toEqual([[record(1)]]);
  clock.pass(1);
  expect(log.batches).toEqual([[record(1)], [record(1)]]);
  log.answer(null);
  expect(queue.isFull).toBe(false);
  expect(log.batches).toEqual([[record(1)], [record(1)], [record(2)]]);
});
