import { expect, test } from 'vitest';
import { groupHealth } from '../overview/cluster-health.ts';
import { withSnapshotOf } from '../testing/cluster.ts';
import { stalledSentence } from './stalled-group.ts';

const { nodes, groups } = withSnapshotOf({
  nodes: { n1: 'up', n2: 'up', n3: 'up' },
  groups: [{ leader: 'n1', applied: { n1: 9, n2: 9, n3: 4 } }],
});
const [healthy] = groups;
if (healthy === undefined) throw new Error('no group');

const stalledOn = (ids: readonly string[], reason: string) => ({
  ...healthy,
  replicas: healthy.replicas.map((replica) => ({
    ...replica,
    stall: ids.includes(replica.node_id) ? { index: 1204, reason } : null,
  })),
});

test('a group without a stalled replica says nothing', () => {
  expect(stalledSentence(healthy)).toBeNull();
});

test.each([
  [['n3'], 'exception', 'Restart these nodes'],
  [['n1', 'n2', 'n3'], 'exception', 'fleetlm group show 0'],
  [['n1', 'n2', 'n3'], 'unsupported', 'upgrade these nodes'],
] as const)('stalled on %s (%s): the state, then the remedy', (ids, reason, remedy) => {
  const group = stalledOn(ids, reason);
  expect(groupHealth(group, nodes, 3)).toBe('stalled');
  const sentence = stalledSentence(group);
  for (const id of ids) expect(sentence?.state).toContain(`${id} at entry 1204 (${reason})`);
  expect(sentence?.remedy).toContain(remedy);
});
