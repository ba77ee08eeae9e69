'use client';

import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import { Download } from 'lucide-react';
import { useMemo } from 'react';
import { Button } from '@/ui/button.tsx';
import { classNames } from '@/ui/class-names.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { saveText } from '@/ui/save-text.ts';
import { Figure, Unknown } from '../unknown.tsx';
import { groupName } from './grid.ts';
import { groupLook, isProblem, worstLag } from './group-looks.ts';

interface Line {
  readonly group: number;
  readonly name: string;
  readonly leader: string | null;
  readonly state: string;
  readonly isProblem: boolean;
  readonly term: number | null;
  readonly commit: number | null;
  readonly lag: number | null;
  readonly backlog: number | null;
}

export interface GroupTableProps {
  readonly groups: readonly ClusterGroup[];
  readonly nodes: readonly ClusterNode[];
  /** Copies that every group is to have; null: not known. */
  readonly copies: number | null;
  readonly problemsOnly: boolean;
  readonly selected: number | null;
  readonly onSelect: (group: number) => void;
}

/** Everything that the grid says, as a table that can be sorted and saved. */
export function GroupTable({
  groups,
  nodes,
  copies,
  problemsOnly,
  selected,
  onSelect,
}: GroupTableProps) {
  const lines = useMemo(
    () =>
      groups
        .map((group) => lineOf(group, nodes, copies))
        .filter((line) => !problemsOnly || line.isProblem),
    [groups, nodes, copies, problemsOnly],
  );
  const columns = useMemo(() => columnsOf(onSelect), [onSelect]);
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <DataTable
        label="Table of groups"
        columns={columns}
        rows={lines}
        rowKey={({ group }) => String(group)}
        sortedBy="name"
        isSame={isSameLine}
        isHeadSticky
        frameClassName="max-h-[60dvh] overflow-auto"
        rowClassName={({ group }) => classNames('h-8', group === selected && 'bg-raised')}
        none={
          <p className="py-6">
            {groups.length === 0 ? 'No groups reported yet.' : 'No groups have problems.'}
          </p>
        }
        footer={(sorted) => (
          <Button size="sm" className="self-start" onClick={() => save(sorted)}>
            <Download size={14} aria-hidden /> Save as CSV
          </Button>
        )}
      />
    </div>
  );
}

const NAMES = ['name', 'leader', 'state', 'term', 'commit', 'lag', 'backlog'] as const;
type Plain = (typeof NAMES)[number];
const HEADERS: Readonly<Record<Plain, string>> = {
  name: 'Group',
  leader: 'Leader',
  state: 'State',
  term: 'Term',
  commit: 'Committed',
  lag: 'Lag',
  backlog: 'Flush backlog',
};

function columnsOf(onSelect: (group: number) => void): readonly DataColumn<Line>[] {
  const of = (id: Plain, rest: Omit<DataColumn<Line>, 'id' | 'header'>): DataColumn<Line> => ({
    id,
    header: HEADERS[id],
    sortBy: (line) => line[id],
    ...rest,
  });
  const figure = (id: 'term' | 'commit' | 'lag' | 'backlog'): DataColumn<Line> =>
    of(id, { isNumber: true, cell: (line) => <Figure value={line[id]} /> });
  return [
    of('name', {
      isRowHeader: true,
      className: 'tabular',
      cell: ({ group, name }) => (
        <button
          type="button"
          onClick={() => onSelect(group)}
          className="min-h-6 min-w-6 text-accent underline underline-offset-2"
        >
          {name}
        </button>
      ),
    }),
    of('leader', {
      className: 'tabular',
      cell: ({ leader }) => leader ?? <Unknown word="none" />,
    }),
    of('state', {
      className: (line) => classNames('whitespace-nowrap', line.isProblem && 'text-warn'),
      cell: ({ state }) => state,
    }),
    figure('term'),
    figure('commit'),
    figure('lag'),
    figure('backlog'),
  ];
}

/** A line is drawn anew only when it says something else: sorting moves it. */
function isSameLine(a: Line, b: Line): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}

function lineOf(group: ClusterGroup, nodes: readonly ClusterNode[], copies: number | null): Line {
  const { health, words } = groupLook(group, nodes, 'health', copies);
  return {
    group: group.group,
    name: groupName(group.group),
    leader: group.leader,
    state: words.split(', ').at(-1) ?? '',
    isProblem: isProblem(health),
    term: group.term,
    commit: group.commit,
    lag: worstLag(group),
    backlog: group.flush_backlog,
  };
}

function save(lines: readonly Line[]): void {
  const head = NAMES.map((name) => HEADERS[name]).join(',');
  const rows = lines.map((line) => NAMES.map((name) => line[name] ?? '').join(','));
  saveText('groups.csv', [head, ...rows].join('\n'), 'text/csv');
}
