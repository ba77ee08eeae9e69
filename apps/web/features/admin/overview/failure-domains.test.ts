import { expect, test } from 'vitest';
import { withSnapshotOf } from '../testing/cluster.ts';
import { failureDomains } from './failure-domains.ts';

/** Three nodes that hold one group, each at `host zone`; a machine of its own and no zone where it is empty. */
function sentences(
  places: readonly string[],
  states: readonly ('up' | 'down')[] = ['up', 'up', 'up'],
): string | null {
  const names = places.map((_, at) => `n${at + 1}`);
  const { nodes, groups } = withSnapshotOf({
    nodes: Object.fromEntries(names.map((name, at) => [name, states[at] ?? 'up'])),
    groups: [{ leader: 'n1', applied: Object.fromEntries(names.map((name) => [name, 5])) }],
  });
  return failureDomains({
    groups,
    nodes: nodes.map((node, at) => {
      const [host = '', zone] = (places[at] ?? '').split(' ');
      return { ...node, ...(host === '' ? {} : { host_id: host }), ...(zone ? { zone } : {}) };
    }),
  });
}

test('machines and zones that can be lost, and those that cannot, by name', () => {
  expect(sentences(['big a', 'big a', 'small b'])).toBe(
    'Machines: no quorum without big. Zones: no quorum without a.',
  );
  expect(sentences(['h1 a', 'h2 b', 'h3 c'])).toBe('Zones: any one can be lost.');
  expect(sentences(['h1 a', 'h2 b', 'h3 c'], ['up', 'up', 'down'])).toBe(
    'Zones: no quorum without a, b.',
  );
});

test('what nodes have not said is not claimed', () => {
  expect(sentences(['h1', 'h2', 'h3'])).toBeNull();
  expect(sentences(['', '', ''])).toBeNull();
  expect(sentences(['h1 a', 'h2 b', 'h3'])).toBeNull();
  expect(failureDomains({ nodes: [], groups: [] })).toBeNull();
});
