import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostOf, spread, zoneOf } from './failure-domains.ts';
import { type PlacedNode, placementOf, ranked, SYSTEM_GROUP } from './placement.ts';

const GROUPS = 64;

/** Hosts are in one zone each, and have one node or several. */
const nodesIn = (minimum: number) =>
  fc
    .array(
      fc.record({
        zone: fc.integer({ min: 0, max: 3 }),
        host: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: minimum, maxLength: 12 },
    )
    .map((places): readonly PlacedNode[] =>
      places.map(({ zone, host }, at) => ({
        number: at + 1,
        nodeId: `n${at + 1}`,
        zone: `z${zone}`,
        hostId: `z${zone}-h${host}`,
      })),
    );

const distinct = (
  nodes: readonly PlacedNode[],
  numbers: readonly number[],
  of: (node: PlacedNode) => string,
): number => new Set(nodes.filter(({ number }) => numbers.includes(number)).map(of)).size;

test('copies of a group share a host only when there are fewer hosts, and a zone only when there are fewer zones', () => {
  fc.assert(
    fc.property(nodesIn(1), fc.integer({ min: 1, max: 5 }), (nodes, replicas) => {
      const placement = placementOf({ nodes, groups: 8, replicas });
      const all = nodes.map(({ number }) => number);
      for (const group of [...Array(8).keys(), SYSTEM_GROUP]) {
        const placed = placement.replicasOf(group);
        const count = group === SYSTEM_GROUP ? placed.length : Math.min(replicas, nodes.length);
        expect(placed).toHaveLength(count);
        expect(new Set(placed).size).toBe(count);
        for (const of of [hostOf, zoneOf])
          expect(distinct(nodes, placed, of)).toBe(Math.min(count, distinct(nodes, all, of)));
      }
    }),
  );
});

test('hosts go before zones: no host is shared for the sake of a zone', () => {
  const nodes = ['a', 'a', 'b', 'c', 'd'].map((host, at) => ({
    number: at + 1,
    nodeId: `n${at + 1}`,
    hostId: host,
    zone: host === 'a' ? 'small' : 'large',
  }));
  for (let group = 0; group < GROUPS; group += 1) {
    const { replicasOf } = placementOf({ nodes, groups: GROUPS, replicas: 4 });
    expect(distinct(nodes, replicasOf(group), hostOf)).toBe(4);
  }
});

test('without zones, and each node on a host of its own, the best of the ranking hold a group', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.boolean(), (count, isNamed) => {
      const nodes = Array.from({ length: count }, (_, at) => ({
        number: at + 1,
        nodeId: `n${at + 1}`,
        ...(isNamed ? { hostId: `h${at}`, zone: 'the only one' } : {}),
      }));
      const { replicasOf } = placementOf({ nodes, groups: 8, replicas: 3 });
      for (let group = 0; group < 8; group += 1)
        expect(replicasOf(group)).toEqual(ranked(nodes, group).slice(0, 3));
    }),
  );
});

test('every zone leads its share', () => {
  for (const perZone of [1, 2, 4]) {
    const nodes = Array.from({ length: 3 * perZone }, (_, at) => ({
      number: at + 1,
      nodeId: `n${at + 1}`,
      zone: `z${at % 3}`,
      hostId: `h${at}`,
    }));
    const placement = placementOf({ nodes, groups: 256, replicas: 3 });
    const led = new Map<string, number>();
    for (let group = 0; group < 256; group += 1) {
      const leader = placement.preferredLeader(group);
      expect(placement.replicasOf(group)).toContain(leader);
      const zone = zoneOf(nodes.find(({ number }) => number === leader) ?? {});
      led.set(zone, (led.get(zone) ?? 0) + 1);
    }
    expect(Math.max(...led.values()) - Math.min(...led.values())).toBeLessThanOrEqual(4);
  }
});

test('one more node moves few copies: its own, and what its host or zone makes free', () => {
  fc.assert(
    fc.property(nodesIn(4), (nodes) => {
      const before = placementOf({ nodes: nodes.slice(0, -1), groups: GROUPS, replicas: 3 });
      const after = placementOf({ nodes, groups: GROUPS, replicas: 3 });
      let moved = 0;
      for (let group = 0; group < GROUPS; group += 1)
        moved += after
          .replicasOf(group)
          .filter((node) => !before.replicasOf(group).includes(node)).length;
      // The new one, and now and then a second one that its host or zone makes free.
      expect(moved).toBeLessThanOrEqual(GROUPS * 2);
    }),
  );
});

test('no more nodes than there are', () => {
  expect(spread([], 3)).toEqual([]);
  expect(spread([{ number: 7 }], 3)).toEqual([{ number: 7 }]);
});
