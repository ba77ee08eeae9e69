import { describe, expect, it } from 'vitest';
import { ADMITTED_MIN, Admission, QUEUEING_TARGET_MS } from './admission.ts';

const MOST = 20_000;

interface Server {
  /** It carries so many in a millisecond, one after the other. */
  readonly perMs: number;
  readonly offeredPerMs: number;
  readonly milliseconds: number;
  readonly syncMs?: number;
}

/** A server with one queue, in virtual time. The figures are of the second half. */
function run({ perMs, offeredPerMs, milliseconds, syncMs = 0 }: Server) {
  const admission = new Admission({ most: MOST, syncMs: () => syncMs });
  const queue: number[] = [];
  const tookMs: number[] = [];
  let refused = 0;
  let highest = 0;
  for (let now = 1; now <= milliseconds; now += 1) {
    for (let number = 0; number < offeredPerMs; number += 1)
      if (admission.enter()) queue.push(now);
      else refused += now > milliseconds / 2 ? 1 : 0;
    highest = Math.max(highest, admission.inFlight);
    for (let number = 0; number < perMs; number += 1) {
      const arrived = queue.shift();
      if (arrived === undefined) break;
      const took = now - arrived + syncMs;
      admission.left(now, took);
      if (now > milliseconds / 2) tookMs.push(took);
    }
  }
  tookMs.sort((a, b) => a - b);
  return {
    admission,
    refused,
    highest,
    perMs: tookMs.length / (milliseconds / 2),
    p99: tookMs[Math.floor(tookMs.length * 0.99)] ?? 0,
  };
}

describe('admission', () => {
  it('refuses nothing that the node can carry', () => {
    const { refused, admission } = run({ perMs: 6, offeredPerMs: 5, milliseconds: 5_000 });
    expect(refused).toBe(0);
    expect(admission.limit).toBe(MOST);
  });

  it('keeps the pace and the latency when twice as much is offered', () => {
    const { refused, perMs, p99 } = run({ perMs: 5, offeredPerMs: 10, milliseconds: 60_000 });
    expect(perMs).toBeGreaterThan(5 * 0.98);
    expect(p99).toBeLessThan(250);
    expect(refused).toBeGreaterThan(0);
  });

  it('lets a small number pass, however slow the node is', () => {
    const { admission, highest } = run({ perMs: 1, offeredPerMs: 2, milliseconds: 20_000 });
    expect(admission.limit).toBe(ADMITTED_MIN);
    expect(highest).toBeGreaterThanOrEqual(ADMITTED_MIN);
  });

  it('lets a burst pass that is over within half a second', () => {
    const admission = new Admission({ most: MOST, syncMs: () => 0 });
    for (let number = 0; number < 2_000; number += 1) expect(admission.enter()).toBe(true);
    for (let number = 0; number < 2_000; number += 1) admission.left(number / 5, number / 5);
    expect(admission.limit).toBe(MOST);
  });

  it('does not take two bursts for one long line', () => {
    const admission = new Admission({ most: MOST, syncMs: () => 0 });
    for (const at of [1_000, 100_000]) {
      for (let number = 0; number < 1_000; number += 1) admission.enter();
      for (let number = 0; number < 1_000; number += 1) admission.left(at + number / 3, 200);
    }
    expect(admission.limit).toBe(MOST);
  });

  it('does not take a slow disk for a long queue', () => {
    const slow = { perMs: 6, offeredPerMs: 5, milliseconds: 10_000, syncMs: 150 };
    expect(run(slow).refused).toBe(0);
  });

  it('recovers when the load ends', () => {
    const { admission } = run({ perMs: 5, offeredPerMs: 10, milliseconds: 10_000 });
    while (admission.inFlight > 0) admission.left(20_000, null);
    const before = admission.limit;
    for (let now = 20_000; now < 22_000; now += 20) {
      let entered = 0;
      while (entered < 1_000 && admission.enter()) entered += 1;
      for (let number = 0; number < entered; number += 1) admission.left(now + 10, 10);
    }
    expect(before).toBeLessThan(700);
    expect(admission.limit).toBeGreaterThanOrEqual(1_000);
  });

  it('learns nothing from what is not acknowledged', () => {
    const admission = new Admission({ most: MOST, syncMs: () => 0 });
    for (let now = 0; now < 10_000; now += 10) {
      admission.enter();
      admission.left(now, null);
    }
    expect(admission.limit).toBe(MOST);
    expect(QUEUEING_TARGET_MS).toBeLessThan(10_000);
  });
});
