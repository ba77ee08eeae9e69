import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FAULT_KINDS, FAULTS } from './definitions.ts';
import { parseKinds, type Round, SMOKE_KINDS, schedule, smokeSchedule } from './schedule.ts';

const NODES = ['n1', 'n2', 'n3'];
const JOINERS = ['n4', 'n5'];

function rounds(seed: number, count: number): readonly Round[] {
  const plan = schedule({ seed, nodes: NODES, joiners: JOINERS, kinds: FAULT_KINDS });
  return Array.from({ length: count }, () => plan.next().value);
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

test('the same seed plans the same faults', () => {
  const same = fc.property(seeds, (seed) => {
    expect(rounds(seed, 80)).toEqual(rounds(seed, 80));
  });
  fc.assert(same, { numRuns: 50 });
  expect(rounds(1, 5)).not.toEqual(rounds(2, 5));
});

test('every kind comes alone before any two come together', () => {
  const alone = fc.property(seeds, (seed) => {
    const first = rounds(seed, FAULT_KINDS.length).flatMap(({ faults }) => faults);
    expect(first.map(({ kind }) => kind).sort()).toEqual([...FAULT_KINDS].sort());
  });
  fc.assert(alone, { numRuns: 50 });
});

test('faults of one round do not undo each other, and stay within their bounds', () => {
  const sound = fc.property(seeds, (seed) => {
    for (const { faults, quietMs } of rounds(seed, 120)) {
      const classes = faults.map(({ kind }) => FAULTS[kind].class);
      expect(new Set(classes).size).toBe(classes.length);
      expect(quietMs).toBeGreaterThanOrEqual(5_000);
      for (const { kind, nodes, holdMs } of faults) {
        const { holdMs: bounds, nodes: aim } = FAULTS[kind];
        expect(holdMs).toBeGreaterThanOrEqual(bounds[0]);
        expect(holdMs).toBeLessThanOrEqual(bounds[1]);
        const counts = {
          none: 0,
          one: 1,
          pair: 2,
          most: 2,
          all: 3,
          joiner: 1,
          'joiner-and-pair': 3,
        };
        expect(nodes).toHaveLength(counts[aim]);
        const joining = nodes.filter((node) => JOINERS.includes(node));
        expect(joining).toEqual(aim.startsWith('joiner') ? [nodes[0]] : []);
        expect(new Set(nodes).size).toBe(nodes.length);
      }
    }
  });
  fc.assert(sound, { numRuns: 50 });
});

test('a fault that does not exist is named, with those that do', () => {
  expect(() => parseKinds('kill-one,earthquake')).toThrow(/"earthquake"; there are kill-one/);
});

test('no disk is lost and no node removed while another fault keeps processes down', () => {
  const sound = fc.property(seeds, (seed) => {
    for (const { faults } of rounds(seed, 200))
      if (faults.some(({ kind }) => kind === 'node-wipe' || kind === 'member-storm'))
        expect(faults.filter(({ kind }) => FAULTS[kind].class === 'process')).toHaveLength(1);
  });
  fc.assert(sound, { numRuns: 50 });
});

test('a smoke has each of its kinds once, and bounds their time', () => {
  const bounded = fc.property(seeds, (seed) => {
    const options = { seed, nodes: NODES, joiners: JOINERS, kinds: SMOKE_KINDS };
    const smoke = smokeSchedule(options);
    const faults = smoke.flatMap((round) => round.faults);
    expect(faults.map(({ kind }) => kind).sort()).toEqual([...SMOKE_KINDS].sort());
    const totalMs = smoke.reduce((sum, { quietMs }) => sum + quietMs, 0);
    expect(faults.reduce((sum, { holdMs }) => sum + holdMs, totalMs)).toBeLessThanOrEqual(90_000);
    expect(smokeSchedule(options)).toEqual(smoke);
  });
  fc.assert(bounded, { numRuns: 50 });
});
