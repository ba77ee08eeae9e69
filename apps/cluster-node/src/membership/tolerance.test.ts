import { expect, test } from 'vitest';
import type { PlannedGroup, PlannedNode } from './planner.ts';
import { toleranceOf } from './tolerance.ts';

const node = (number: number, change: Partial<PlannedNode> = {}): PlannedNode => ({
  number,
  nodeId: `n${number}`,
  state: 'active',
  isAlive: true,
  ...change,
});

const group = (voters: readonly number[], change: Partial<PlannedGroup> = {}): PlannedGroup => ({
  group: 0,
  leader: voters[0] ?? 0,
  voters,
  learners: [],
  votersOutgoing: [],
  lastIndex: 1,
  caughtUp: voters,
  openOn: voters,
  ...change,
});

const YES = { survivable: true, critical: [] };
const UNKNOWN = { survivable: null, critical: [] };

test('three nodes on three hosts in three zones: any one of each can be lost', () => {
  const nodes = [1, 2, 3].map((number) =>
    node(number, { hostId: `h${number}`, zone: `z${number}` }),
  );
  expect(toleranceOf({ nodes, groups: [group([1, 2, 3])] })).toEqual({
    node: YES,
    host: YES,
    zone: YES,
  });
});

test('two of three on one host, and in one zone: that one is critical, by its name', () => {
  const nodes = [
    node(1, { hostId: 'big', zone: 'a' }),
    node(2, { hostId: 'big', zone: 'a' }),
    node(3, { hostId: 'small', zone: 'b' }),
  ];
  expect(toleranceOf({ nodes, groups: [group([1, 2, 3])] })).toEqual({
    node: YES,
    host: { survivable: false, critical: ['big'] },
    zone: { survivable: false, critical: ['a'] },
  });
});

test('a node that is down counts as lost already', () => {
  const nodes = [node(1), node(2), node(3, { isAlive: false })];
  const { node: loss } = toleranceOf({ nodes, groups: [group([1, 2, 3])] });
  expect(loss).toEqual({ survivable: false, critical: ['n1', 'n2'] });
});

test('one group without its quorum is enough', () => {
  const nodes = [1, 2, 3, 4].map((number) => node(number));
  const groups = [group([1, 2, 3]), group([4], { group: 1 })];
  expect(toleranceOf({ nodes, groups }).node).toEqual({ survivable: false, critical: ['n4'] });
});

test('both sides of a joint configuration must keep their quorum', () => {
  const nodes = [1, 2, 3, 4].map((number) => node(number));
  const groups = [group([1, 2, 3], { votersOutgoing: [4] })];
  expect(toleranceOf({ nodes, groups }).node.critical).toEqual(['n4']);
});

test('without a zone of every node, and without a report of every group, nothing is claimed', () => {
  const nodes = [node(1, { zone: 'a' }), node(2)];
  expect(toleranceOf({ nodes, groups: [group([1, 2])] }).zone).toEqual(UNKNOWN);
  const unheard = [group([1, 2]), group([], { group: 1, leader: 0 })];
  expect(toleranceOf({ nodes, groups: unheard })).toEqual({
    node: UNKNOWN,
    host: UNKNOWN,
    zone: UNKNOWN,
  });
  expect(toleranceOf({ nodes: [], groups: [] }).node).toEqual(UNKNOWN);
});

test('a node that is gone is no part of it', () => {
  const nodes = [1, 2, 3].map((number) => node(number, { zone: `z${number}` }));
  const gone = node(4, { state: 'gone', isAlive: false });
  expect(toleranceOf({ nodes: [...nodes, gone], groups: [group([1, 2, 3])] }).zone).toEqual(YES);
});
