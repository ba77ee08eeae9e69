// @vitest-environment happy-dom
import { cleanup, fireEvent, render } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import { withSnapshotOf } from '../testing/cluster.ts';
import { GroupGrid } from './group-grid.tsx';
import { groupLook } from './group-looks.ts';

afterEach(cleanup);

const GROUPS = 256;

function Grid({ leaderless }: { readonly leaderless: number }) {
  const { nodes, groups } = withSnapshotOf({
    nodes: { n1: 'up', n2: 'up', n3: 'up' },
    groups: Array.from({ length: GROUPS }, (_, group) => ({
      leader: group === leaderless ? null : 'n1',
      applied: { n1: 1, n2: 1, n3: 1 },
    })),
  });
  const [focused, setFocused] = useState(0);
  return (
    <>
      <input aria-label="Filter" />
      <GroupGrid
        looks={groups.map((group) => groupLook(group, nodes, 'health', 3))}
        mode="health"
        problemsOnly={false}
        selected={null}
        focused={focused}
        onFocus={setFocused}
        onSelect={() => undefined}
      />
    </>
  );
}

const focusedCell = () => document.activeElement?.getAttribute('data-cell');
const press = (...keys: readonly string[]) => {
  for (const key of keys) fireEvent.keyDown(document.activeElement ?? document.body, { key });
};

test('two hex digits and N lead to a group though no cell has the focus yet', () => {
  render(<Grid leaderless={7} />);
  expect(document.activeElement).toBe(document.body);
  press('a', '3');
  expect(focusedCell()).toBe(String(0xa3));
  press('ArrowRight');
  expect(focusedCell()).toBe(String(0xa4));
  press('n');
  expect(focusedCell()).toBe('7');
});

test('what is typed into a field moves nothing', () => {
  const { getByLabelText } = render(<Grid leaderless={7} />);
  getByLabelText('Filter').focus();
  press('a', '3', 'n');
  expect(document.activeElement).toBe(getByLabelText('Filter'));
});
