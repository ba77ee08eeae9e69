'use client';

import type { AuditEntry } from '@fleetlm/client/admin';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '@/ui/button.tsx';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { LocalTime } from '@/ui/local-time.tsx';
import { Notice } from '@/ui/notice.tsx';
import { AdminPage } from '../admin-page.tsx';
import { useCluster } from '../cluster-provider.tsx';
import { auditTitle } from './operation-words.ts';
import { fetchAudit } from './queries.ts';

/** Who did what to the cluster, newest first. */
export function AuditView() {
  const [by, setBy] = useState('');
  // Whenever an operation begins or ends there is something new.
  const { operations } = useCluster().cluster;
  const states = operations?.operations.map(({ id, state }) => `${id} ${state}`).join() ?? '';
  const audit = useQuery({
    queryKey: ['audit', states],
    queryFn: fetchAudit,
    placeholderData: keepPreviousData,
  });
  const entries = audit.data ?? [];
  const people = [...new Set(entries.map((entry) => entry.by))].sort();
  const shown = entries.filter((entry) => by === '' || entry.by === by);
  return (
    <AdminPage
      title="Audit"
      lead="Who started and ended which change of the cluster. Replicated with the registry; the newest 1,000 entries are kept."
    >
      {audit.status === 'pending' && <p className="text-muted">Loading…</p>}
      {audit.status === 'error' && (
        <Notice
          tone="critical"
          role="alert"
          action={
            <Button size="sm" onClick={() => void audit.refetch()}>
              Try again
            </Button>
          }
        >
          {audit.error.message}
        </Notice>
      )}
      {audit.status === 'success' && entries.length === 0 && (
        <EmptyState
          title="No changes yet"
          text="Every operation that starts, completes, fails or is cancelled, and every revived group, is recorded here."
        />
      )}
      {entries.length > 0 && (
        <>
          <label className="flex items-center gap-2 self-start text-muted">
            By
            <select
              value={by}
              onChange={({ target }) => setBy(target.value)}
              className="h-8 rounded-md border border-strong bg-surface px-2 text-text"
            >
              <option value="">all</option>
              {people.map((person) => (
                <option key={person}>{person}</option>
              ))}
            </select>
          </label>
          <DataTable
            label="Audit log"
            columns={COLUMNS}
            rows={shown}
            rowKey={keyOf}
            tableClassName="min-w-[640px] border-collapse"
          />
        </>
      )}
    </AdminPage>
  );
}

const COLUMNS: readonly DataColumn<AuditEntry>[] = [
  {
    id: 'when',
    header: 'When',
    className: 'tabular whitespace-nowrap',
    cell: ({ at }) => <LocalTime iso={at} isDated />,
  },
  { id: 'by', header: 'By', className: 'whitespace-nowrap', cell: ({ by }) => by },
  { id: 'what', header: 'Action', className: 'whitespace-nowrap', cell: ({ action }) => action },
  {
    id: 'operation',
    header: 'Operation',
    className: 'whitespace-nowrap',
    cell: (entry) =>
      entry.operation_id === null ? (
        auditTitle(entry)
      ) : (
        <Link
          href={`/admin/operations/${encodeURIComponent(entry.operation_id)}`}
          className="text-accent underline underline-offset-2"
        >
          {auditTitle(entry)}
        </Link>
      ),
  },
  { id: 'detail', header: 'Detail', className: 'text-muted', cell: ({ detail }) => detail },
];

function keyOf(entry: AuditEntry): string {
  return `${entry.operation_id ?? auditTitle(entry)} ${entry.action} ${entry.at}`;
}
