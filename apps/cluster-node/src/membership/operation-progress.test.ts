import { expect, test } from 'vitest';
import type { NodeRecord, OperationRecord } from './node-registry.ts';
import { progressOf } from './operation-progress.ts';
import { placementOf, SYSTEM_GROUP } from './placement.ts';
import type { PlanInput, PlannedGroup } from './planner.ts';

const GROUPS = 8;
const REPLICAS = 3;

const node = (number: number, state: NodeRecord['state']): NodeRecord => ({
  number,
  nodeId: `n${number}`,
  incarnation: `i${number}`,
  host: '127.0.0.1',
  port: 4100 + number,
  state,
  sinceMs: 0,
});

const DRAIN: OperationRecord = {
  id: 'op',
  kind: 'drain',
  nodeId: 'n3',
  group: null,
  by: 'ops',
  number: 3,
  state: 'running',
  startedAtMs: 0,
  endedAtMs: null,
  detail: '',
};

/** The progress of a drain of n3, of which so many groups of conversations and perhaps the system group still have a copy there. */
function progress(held: number, isSystemHeld: boolean) {
  const nodes = new Map(
    [1, 2, 3].map((number) => [number, node(number, number === 3 ? 'draining' : 'active')]),
  );
  const active = [...nodes.values()].filter(({ state }) => state === 'active');
  const group = (at: number, isHeld: boolean): PlannedGroup => {
    const voters = isHeld ? [1, 2, 3] : [1, 2];
    return {
      group: at,
      leader: 1,
      voters,
      votersOutgoing: [],
      learners: [],
      openOn: voters,
      lastIndex: 9,
      caughtUp: voters,
    };
  };
  const input: PlanInput = {
    replicas: REPLICAS,
    limits: { movesMax: 12, movesPerNodeMax: 6 },
    placement: placementOf({ nodes: active, groups: GROUPS, replicas: REPLICAS }),
    nodes: [...nodes.values()].map(({ number, nodeId, state }) => ({
      number,
      nodeId,
      state,
      isAlive: true,
    })),
    groups: [
      ...Array.from({ length: GROUPS }, (_, at) => group(at, at < held)),
      group(SYSTEM_GROUP, isSystemHeld),
    ],
  };
  return progressOf(DRAIN, { input, nodes, groupCount: GROUPS });
}

test('an operation counts groups of conversations, the same number from beginning to end', () => {
  expect(progress(GROUPS, true)).toMatchObject({ done: 0, total: GROUPS, isComplete: false });
  expect(progress(3, true)).toMatchObject({ done: GROUPS - 3, total: GROUPS, isComplete: false });
  expect(progress(0, false)).toMatchObject({ done: GROUPS, total: GROUPS, isComplete: true });
});

test('it is not complete while the system group has a copy there', () => {
  const { done, total, isComplete, stuck } = progress(0, true);
  expect({ done, total, isComplete }).toEqual({ done: GROUPS, total: GROUPS, isComplete: false });
  expect(stuck.map(({ group }) => group)).toEqual([SYSTEM_GROUP]);
});
