// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { withSnapshotOf } from '../testing/cluster.ts';
import { TransferLeadership } from './transfer-leadership.tsx';

vi.mock('./operation-dialog.tsx', () => ({
  OperationDialog: () => <p>The dialog</p>,
}));

afterEach(cleanup);

const APPLIED = { n1: 1_000, n2: 1_000, n3: 1_000 };

function draw(nodes: Readonly<Record<string, 'up' | 'down'>>, applied: typeof APPLIED = APPLIED) {
  const cluster = withSnapshotOf({ nodes, groups: [{ leader: 'n1', applied }] });
  const [group] = cluster.groups;
  if (group === undefined) throw new Error('there is a group');
  return <TransferLeadership group={group} nodes={cluster.nodes} isLive />;
}

const UP = { n1: 'up', n2: 'up', n3: 'up' } as const;

test('a replica that can not lead any more keeps its button, the focus on it, and says why', () => {
  const { rerender } = render(draw(UP));
  const button = screen.getByRole('button', { name: /^to n2/ });
  button.focus();
  rerender(draw({ ...UP, n2: 'down' }));
  expect(document.activeElement).toBe(screen.getByRole('button', { name: /^to n2/ }));
  expect(button.title).toBe('n2 is down.');
  fireEvent.click(button);
  expect(screen.queryByText('The dialog')).toBeNull();
  rerender(draw(UP, { ...APPLIED, n2: 899 }));
  expect(button.title).toBe('n2 is 101 entries behind: at most 100 are allowed.');
  rerender(draw(UP, { ...APPLIED, n2: 900 }));
  fireEvent.click(button);
  expect(screen.getByText('The dialog')).toBeTruthy();
});
