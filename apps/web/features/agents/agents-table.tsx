'use client';

import type { AgentBody } from '@fleetlm/protocol';
import Link from 'next/link';
import { useState, useTransition } from 'react';
import { toast } from 'sonner';
import { called } from '@/common/outcome.ts';
import { Avatar } from '@/ui/brand/avatar.tsx';
import { Button } from '@/ui/button.tsx';
import { classNames } from '@/ui/class-names.ts';
import { type DataColumn, DataTable } from '@/ui/data-table.tsx';
import { ConfirmDialog } from '@/ui/dialog.tsx';
import { changeStatus } from './actions.ts';

export function AgentsTable({ agents }: { readonly agents: readonly AgentBody[] }) {
  return (
    <DataTable
      columns={COLUMNS}
      rows={agents}
      rowKey={({ id }) => id}
      density="roomy"
      tableClassName="text-sm"
      rowClassName="[&>*]:py-2.5"
    />
  );
}

const COLUMNS: readonly DataColumn<AgentBody>[] = [
  {
    id: 'agent',
    header: 'Agent',
    isRowHeader: true,
    cell: ({ id, name, description }) => (
      <>
        <span className="flex items-center gap-3">
          <Avatar id={id} name={name} />
          <span className="min-w-0">
            <Link
              href={`/agents/${id}`}
              className="underline-offset-2 hover:underline focus-visible:underline"
            >
              {name}
            </Link>
            <span className="block max-w-64 truncate text-xs font-normal text-muted">
              {description ?? id}
            </span>
          </span>
        </span>
      </>
    ),
  },
  {
    id: 'webhook',
    header: 'Webhook',
    className: 'tabular max-w-72 truncate text-xs',
    cell: ({ origin_url, webhook_path }) => origin_url + webhook_path,
  },
  {
    id: 'history',
    header: 'History',
    className: 'whitespace-nowrap text-muted',
    cell: ({ message_history_mode, message_history_limit }) =>
      message_history_mode === 'tail' ? `newest ${message_history_limit}` : message_history_mode,
  },
  {
    id: 'status',
    header: 'Status',
    className: ({ status }) =>
      classNames('whitespace-nowrap', status === 'enabled' ? 'text-ok' : 'text-muted'),
    cell: ({ status }) => (
      <>
        <span aria-hidden>{status === 'enabled' ? '●' : '○'}</span> {status}
      </>
    ),
  },
  {
    id: 'switch',
    header: '',
    className: 'text-right',
    cell: (agent) => <AgentSwitch agent={agent} />,
  },
];

export function AgentSwitch({ agent }: { readonly agent: AgentBody }) {
  const [isChanging, startChange] = useTransition();
  const [isAsking, setIsAsking] = useState(false);
  const isEnabled = agent.status === 'enabled';
  const change = () =>
    startChange(async () => {
      const outcome = await called(changeStatus(agent.id, isEnabled ? 'disabled' : 'enabled'));
      setIsAsking(false);
      if (outcome.ok) toast.success(`${agent.name} is ${isEnabled ? 'disabled' : 'enabled'}.`);
      else toast.error(outcome.problem.detail);
    });
  return (
    <>
      <Button
        size="sm"
        disabled={isChanging}
        onClick={isEnabled ? () => setIsAsking(true) : change}
        aria-label={`${isEnabled ? 'Disable' : 'Enable'} ${agent.name}`}
      >
        {isEnabled ? 'Disable…' : 'Enable'}
      </Button>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Disable ${agent.name}?`}
        description="The agent is no longer called: new messages to it fail until it is enabled again. Conversations stay readable."
        keep="Keep it enabled"
        act="Disable"
        isPending={isChanging}
        onConfirm={change}
      />
    </>
  );
}
