'use client';

import type { ClusterGroup, ClusterNode } from '@fleetlm/client/admin';
import clsx from 'clsx';
import { ArrowDown, ArrowUp, Download } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { ScrollRegion } from '@/ui/scroll-region.tsx';
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

type Column = Exclude<keyof Line, 'group' | 'isProblem'>;

const COLUMNS: readonly {
  readonly key: Column;
  readonly label: string;
  readonly isNumber: boolean;
}[] = [
  { key: 'name', label: 'Group', isNumber: false },
  { key: 'leader', label: 'Leader', isNumber: false },
  { key: 'state', label: 'State', isNumber: false },
  { key: 'term', label: 'Term', isNumber: true },
  { key: 'commit', label: 'Committed', isNumber: true },
  { key: 'lag', label: 'Behind', isNumber: true },
  { key: 'backlog', label: 'To flush', isNumber: true },
];

export interface GroupTableProps {
  readonly groups: readonly ClusterGroup[];
  readonly nodes: readonly ClusterNode[];
  readonly problemsOnly: boolean;
  readonly selected: number | null;
  readonly onSelect: (group: number) => void;
}

/** Everything that the grid says, as a table that can be sorted and saved. */
export function GroupTable({ groups, nodes, problemsOnly, selected, onSelect }: GroupTableProps) {
  const [sort, setSort] = useState<{ readonly by: Column; readonly isDown: boolean }>({
    by: 'name',
    isDown: false,
  });
  const lines = useMemo(
    () =>
      groups
        .map((group) => lineOf(group, nodes))
        .filter((line) => !problemsOnly || line.isProblem)
        .sort((a, b) => compare(a[sort.by], b[sort.by]) * (sort.isDown ? -1 : 1)),
    [groups, nodes, problemsOnly, sort],
  );
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <ScrollRegion
        label="Table of groups"
        className="max-h-[60dvh] overflow-auto rounded-lg border border-border bg-surface"
      >
        <table className="w-full text-left">
          <thead className="sticky top-0 bg-surface text-xs text-muted">
            <tr className="border-b border-border">
              {COLUMNS.map(({ key, label, isNumber }) => (
                <th
                  key={key}
                  scope="col"
                  aria-sort={sort.by !== key ? 'none' : sort.isDown ? 'descending' : 'ascending'}
                  className={clsx('px-2 py-1 font-medium', isNumber && 'text-right')}
                >
                  <button
                    type="button"
                    onClick={() => setSort({ by: key, isDown: sort.by === key && !sort.isDown })}
                    className="inline-flex min-h-6 items-center gap-1 rounded-[4px] px-1 whitespace-nowrap hover:text-text"
                  >
                    {label}
                    {sort.by === key &&
                      (sort.isDown ? (
                        <ArrowDown size={12} aria-hidden />
                      ) : (
                        <ArrowUp size={12} aria-hidden />
                      ))}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <GroupRow
                key={line.group}
                {...line}
                isSelected={line.group === selected}
                onSelect={onSelect}
              />
            ))}
            {lines.length === 0 && (
              <tr>
                <td colSpan={COLUMNS.length} className="px-3 py-6 text-center text-muted">
                  {groups.length === 0
                    ? 'No group has been reported yet.'
                    : 'No group has a problem.'}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </ScrollRegion>
      <Button size="sm" className="self-start" onClick={() => save(lines)}>
        <Download size={14} aria-hidden /> Save as CSV
      </Button>
    </div>
  );
}

interface GroupRowProps extends Line {
  readonly isSelected: boolean;
  readonly onSelect: (group: number) => void;
}

/** Drawn anew only when it says something else: sorting moves it. */
const GroupRow = memo(function GroupRow(line: GroupRowProps) {
  return (
    <tr
      className={clsx(
        'h-8 border-b border-border last:border-b-0 [&>*]:px-3',
        line.isSelected && 'bg-raised',
      )}
    >
      <th scope="row" className="tabular font-medium">
        <button
          type="button"
          onClick={() => line.onSelect(line.group)}
          className="min-h-6 min-w-6 text-accent underline underline-offset-2"
        >
          {line.name}
        </button>
      </th>
      <td className="tabular">{line.leader ?? <Unknown word="none" />}</td>
      <td className={clsx('whitespace-nowrap', line.isProblem && 'text-warn')}>{line.state}</td>
      {[line.term, line.commit, line.lag, line.backlog].map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns have no other name
        <td key={index} className="text-right">
          <Figure value={value} />
        </td>
      ))}
    </tr>
  );
}, isSameRow);

/** Choosing is the same for all of them. */
function isSameRow(a: GroupRowProps, b: GroupRowProps): boolean {
  return (
    a.isSelected === b.isSelected &&
    a.state === b.state &&
    a.leader === b.leader &&
    a.term === b.term &&
    a.commit === b.commit &&
    a.lag === b.lag &&
    a.backlog === b.backlog
  );
}

function lineOf(group: ClusterGroup, nodes: readonly ClusterNode[]): Line {
  const { health, words } = groupLook(group, nodes, 'health');
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

/** What is not known comes last, whichever way is sorted up. */
function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return typeof a === 'number' && typeof b === 'number'
    ? a - b
    : String(a).localeCompare(String(b));
}

function save(lines: readonly Line[]): void {
  const head = COLUMNS.map(({ label }) => label).join(',');
  const rows = lines.map((line) => COLUMNS.map(({ key }) => line[key] ?? '').join(','));
  const url = URL.createObjectURL(new Blob([[head, ...rows].join('\n')], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'groups.csv';
  link.click();
  URL.revokeObjectURL(url);
}
