import { expect, test } from 'vitest';
import {
  CLUSTER_EVENTS_MAX,
  UNKNOWN_CLUSTER,
  withDelta,
  withEvent,
  withSnapshot,
} from './cluster-state.ts';
import { readClusterEvent, readClusterUpdate } from './cluster-wire.ts';

function update(value: unknown) {
  const read = readClusterUpdate(value);
  if (read === null) throw new Error('not an update');
  return read;
}

test('a change touches only what it names, and what is not reported is unknown, never zero', () => {
  const groups = [
    { group: 1, leader: 'n1', term: 2, voters: ['n1', 'n2'], replicas: [] },
    { group: 0, leader: 'n2', term: 2, voters: ['n1', 'n2'], replicas: [] },
  ];
  const nodes = [
    { node_id: 'n2', state: 'up', leaders: 3 },
    { node_id: 'n1', state: 'restarting' },
  ];
  const first = withSnapshot(
    UNKNOWN_CLUSTER,
    update({ reported_by: 'n2', copies: 2, nodes, groups }),
    1_000,
  );
  expect(first.nodes.map((node) => [node.node_id, node.state, node.leaders])).toEqual([
    ['n1', 'unknown', null],
    ['n2', 'up', 3],
  ]);
  const moved = withDelta(first, update({ groups: [{ ...groups[0], leader: null }] }), 2_000);
  expect(moved.groups.map((group) => group.leader)).toEqual(['n2', null]);
  expect(moved).toMatchObject({
    receivedAtMs: 2_000,
    reportedBy: 'n2',
    copies: 2,
    nodes: first.nodes,
  });
});

test('the newest events are kept', () => {
  let state = UNKNOWN_CLUSTER;
  for (let number = 0; number <= CLUSTER_EVENTS_MAX; number += 1) {
    const event = readClusterEvent({
      at: 't',
      kind: 'leader-elected',
      node_id: 'n1',
      group: number,
      detail: '',
    });
    if (event !== null) state = withEvent(state, event);
  }
  expect(state.events).toHaveLength(CLUSTER_EVENTS_MAX);
  expect(state.events[0]?.group).toBe(CLUSTER_EVENTS_MAX);
});
