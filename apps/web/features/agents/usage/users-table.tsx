'use client';

import type { UsageAnswer, UsageRow } from '@fleetlm/protocol';
import { formatNumber } from '@/common/format-figures.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { costWords } from './cost-words.ts';

/** Users by their tokens, those with the most first. */
export function UsersTable({ users }: { readonly users: UsageAnswer }) {
  return (
    <>
      <DataTable
        label="Usage by user"
        columns={COLUMNS}
        rows={users.rows}
        rowKey={({ user_id }) => user_id ?? ''}
        tableClassName="text-sm [&>tbody]:tabular"
      />
      {users.has_more && (
        <p className="text-xs text-muted">
          Only the users with the most tokens are shown. There are more.
        </p>
      )}
    </>
  );
}

const COLUMNS: readonly DataColumn<UsageRow>[] = [
  {
    id: 'user',
    header: 'User',
    isRowHeader: true,
    className: 'max-w-64 truncate font-normal',
    cell: ({ user_id }) => user_id ?? <span className="text-muted">erased</span>,
  },
  { id: 'replies', header: 'Replies', isNumber: true, cell: (row) => formatNumber(row.replies) },
  { id: 'input', header: 'Input', isNumber: true, cell: (row) => formatNumber(row.input_tokens) },
  {
    id: 'output',
    header: 'Output',
    isNumber: true,
    cell: (row) => formatNumber(row.output_tokens),
  },
  { id: 'cost', header: 'Cost', isNumber: true, cell: ({ costs }) => costWords(costs) },
];
