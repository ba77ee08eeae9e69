'use client';

import type { LegalHoldBody, PrivacyOperation } from '@fleetlm/protocol';
import type { Outcome } from '@/common/outcome.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';
import { AdminPage } from '../admin-page.tsx';
import { HoldsTable } from './holds-table.tsx';
import { UserActions } from './user-actions.tsx';

interface PrivacyViewProps {
  readonly operations: Outcome<readonly PrivacyOperation[]>;
  readonly holds: Outcome<readonly LegalHoldBody[]>;
}

/** What is kept of users: given out, erased, held; and the record of it. */
export function PrivacyView({ operations, holds }: PrivacyViewProps) {
  return (
    <AdminPage
      title="Privacy"
      lead="Export, erase or hold the data of a user. Agents erase conversations by themselves when their settings say so."
    >
      <UserActions />
      <h2 className="text-base font-semibold">Legal holds</h2>
      {holds.ok ? (
        <HoldsTable holds={holds.value} />
      ) : (
        <Notice tone="critical" role="alert">
          The holds can’t be read now: {holds.problem.detail}
        </Notice>
      )}
      <h2 className="text-base font-semibold">Record</h2>
      {operations.ok ? (
        <OperationsTable operations={operations.value} />
      ) : (
        <Notice tone="critical" role="alert">
          The record can’t be read now: {operations.problem.detail}
        </Notice>
      )}
    </AdminPage>
  );
}

function OperationsTable({ operations }: { readonly operations: readonly PrivacyOperation[] }) {
  if (operations.length === 0)
    return (
      <EmptyState
        title="Nothing on record"
        text="Every export and erasure, and what retention erased, is written down here."
      />
    );
  return (
    <DataTable
      label="Record of exports and erasures"
      columns={COLUMNS}
      rows={operations}
      rowKey={({ id }) => id}
      tableClassName="min-w-[640px]"
    />
  );
}

const KIND_WORDS = {
  'export-user': 'Export',
  'erase-user': 'Erasure',
  retention: 'Retention',
} as const;

const COLUMNS: readonly DataColumn<PrivacyOperation>[] = [
  {
    id: 'when',
    header: 'When',
    className: 'tabular whitespace-nowrap',
    cell: ({ started_at }) => <LocalTime iso={started_at} isDated />,
  },
  { id: 'kind', header: 'What', cell: ({ kind }) => KIND_WORDS[kind] },
  {
    id: 'subject',
    header: 'Of',
    isRowHeader: true,
    className: 'max-w-64 truncate font-normal',
    cell: ({ subject }) => subject,
  },
  { id: 'by', header: 'By', cell: ({ requested_by }) => requested_by },
  {
    id: 'state',
    header: 'State',
    cell: ({ kind, state, done, total }) =>
      kind === 'export-user' ? state : `${state}, ${done} of ${total}`,
  },
  { id: 'detail', header: 'Detail', className: 'text-muted', cell: ({ detail }) => detail },
];
