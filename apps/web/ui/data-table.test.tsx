// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { type DataColumn, DataTable } from './data-table.tsx';

afterEach(cleanup);

interface Line {
  readonly name: string;
  readonly lag: number | null;
}

const COLUMNS: readonly DataColumn<Line>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    cell: ({ name }) => name,
    sortBy: ({ name }) => name,
  },
  { id: 'lag', header: 'Behind', cell: ({ lag }) => lag, sortBy: ({ lag }) => lag },
  { id: 'switch', header: '', cell: () => 'x' },
];
const ROWS: readonly Line[] = [
  { name: 'b', lag: 2 },
  { name: 'c', lag: null },
  { name: 'a', lag: 10 },
];

const table = (rows: readonly Line[], sortedBy?: string) => (
  <DataTable
    label="Lines"
    columns={COLUMNS}
    rows={rows}
    rowKey={({ name }) => name}
    none="Nothing here."
    footer={(shown) => <output>{shown.map(({ name }) => name).join()}</output>}
    {...(sortedBy === undefined ? {} : { sortedBy })}
  />
);
const names = () => screen.queryAllByRole('rowheader').map(({ textContent }) => textContent);
const sortOf = (name: string) =>
  screen.getByRole('columnheader', { name }).getAttribute('aria-sort');

test('shows the rows as they come, in a region that can be reached by keyboard', () => {
  render(table(ROWS));
  expect(names()).toEqual(['b', 'c', 'a']);
  expect(screen.getByRole('region', { name: 'Lines' }).tabIndex).toBe(0);
  expect(screen.getAllByRole('columnheader')).toHaveLength(2);
});

test('sorts by a column, and the other way when it is chosen again', () => {
  render(table(ROWS, 'name'));
  expect(names()).toEqual(['a', 'b', 'c']);
  expect([sortOf('Name'), sortOf('Behind')]).toEqual(['ascending', 'none']);
  fireEvent.click(screen.getByRole('button', { name: 'Name' }));
  expect(names()).toEqual(['c', 'b', 'a']);
  expect(sortOf('Name')).toBe('descending');
  // Numbers as numbers, what is not known behind them.
  fireEvent.click(screen.getByRole('button', { name: 'Behind' }));
  expect(names()).toEqual(['b', 'a', 'c']);
  expect([sortOf('Name'), sortOf('Behind')]).toEqual(['none', 'ascending']);
  expect(screen.getByRole('status').textContent).toBe('b,a,c');
});

test('says what stands there when it has no rows, and follows new ones', () => {
  const { rerender } = render(table([], 'name'));
  expect(screen.getByText('Nothing here.')).toBeTruthy();
  rerender(table(ROWS, 'name'));
  expect(names()).toEqual(['a', 'b', 'c']);
  fireEvent.click(screen.getByRole('button', { name: 'Behind' }));
  rerender(table([{ name: 'd', lag: 1 }, ...ROWS], 'name'));
  expect(names()).toEqual(['d', 'b', 'a', 'c']);
});
