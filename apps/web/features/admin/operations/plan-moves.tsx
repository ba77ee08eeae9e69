import type { OperationPlan } from '@fleetlm/client/admin';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { anyGroupName } from '../groups/grid.ts';

interface Row {
  readonly key: string;
  readonly group: number;
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

const COLUMNS: readonly DataColumn<Row>[] = [
  {
    id: 'group',
    header: 'Group',
    isRowHeader: true,
    className: 'tabular',
    cell: ({ group }) => anyGroupName(group),
  },
  {
    id: 'from',
    header: 'From',
    className: 'tabular',
    cell: ({ from }) => (from === '' ? '–' : from),
  },
  { id: 'to', header: 'To', className: 'tabular', cell: ({ to }) => (to === '' ? '–' : to) },
  { id: 'why', header: 'Why', className: 'text-muted', cell: ({ why }) => why },
];

/** What moves: group, from, to, why. */
export function PlanMoves({ plan }: { readonly plan: OperationPlan }) {
  const rows: readonly Row[] = [
    ...plan.leader_moves.map(({ group, from, to }) => ({
      key: `l${group}`,
      group,
      from,
      to,
      why: `leadership: ${to} is its place`,
    })),
    ...plan.moves.map(({ group, from, to }) => ({
      key: `m${group}`,
      group,
      from: from.join(', '),
      to: to.join(', '),
      why: whyOf(from, to),
    })),
  ];
  return (
    <DataTable
      label="What moves"
      columns={COLUMNS}
      rows={rows}
      rowKey={({ key }) => key}
      density="dense"
      frameClassName="max-h-56 overflow-auto rounded-md bg-transparent"
      tableClassName="text-sm"
      isHeadSticky
    />
  );
}

function whyOf(from: readonly string[], to: readonly string[]): string {
  if (to.length === 0) return 'a replica is removed: no other node can hold it';
  return from.length === 0 ? 'gets a copy more' : 'its copy moves';
}
