import { expect, test } from 'vitest';
import { withSnapshotOf } from '../testing/cluster.ts';
import { drainsOf } from './cluster-drains.ts';
import { clusterHeadline } from './cluster-headline.ts';
import { clusterHealth } from './cluster-health.ts';

function reasonWith(
  holders: readonly string[],
  draining: string,
  names: readonly string[],
): string {
  const { nodes, groups } = withSnapshotOf({
    nodes: Object.fromEntries(names.map((name) => [name, 'up' as const])),
    groups: [{ leader: 'n1', applied: Object.fromEntries(holders.map((name) => [name, 5])) }],
  });
  const members = nodes.map((node) => ({
    ...node,
    membership: node.node_id === draining ? ('draining' as const) : ('active' as const),
  }));
  const cluster = { nodes: members, groups, copies: 3 };
  return clusterHeadline(clusterHealth(cluster), members.length, drainsOf(cluster)).reason;
}

test('the headline says what a drain leaves, and when the node can be stopped', () => {
  const three = ['n1', 'n2', 'n3'];
  expect(reasonWith(three, 'n3', three)).toContain(
    'n3 draining: can lose 1 node now, 0 after the drain.',
  );
  expect(reasonWith(three, 'n3', [...three, 'n4'])).toContain('1 after the drain');
  expect(reasonWith(['n1', 'n2'], 'n3', three)).toContain('n3 is drained');
  expect(reasonWith(three, 'none', three)).not.toContain('drain');
});
