'use client';

import type { AgentBody } from '@fleetlm/protocol';
import clsx from 'clsx';
import Link from 'next/link';
import { useTransition } from 'react';
import { toast } from 'sonner';
import { Button } from '@/ui/button.tsx';
import { EmptyState } from '@/ui/empty-state.tsx';
import { changeStatus } from './actions.ts';

export function AgentsTable({ agents }: { readonly agents: readonly AgentBody[] }) {
  if (agents.length === 0) {
    return (
      <EmptyState
        title="No agents yet"
        text="Register the address of a webhook, and people can talk to it."
      />
    );
  }
  return (
    <div className="overflow-x-auto rounded-lg border border-border bg-surface">
      <table className="w-full text-left text-sm">
        <thead className="text-xs text-muted">
          <tr className="border-b border-border [&>*]:px-4 [&>*]:py-2 [&>*]:font-medium">
            <th scope="col">Agent</th>
            <th scope="col">Webhook</th>
            <th scope="col">History</th>
            <th scope="col">Status</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {agents.map((agent) => (
            <AgentRow key={agent.id} agent={agent} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AgentRow({ agent }: { readonly agent: AgentBody }) {
  const [isChanging, startChange] = useTransition();
  const isEnabled = agent.status === 'enabled';
  const change = () =>
    startChange(async () => {
      const outcome = await changeStatus(agent.id, isEnabled ? 'disabled' : 'enabled');
      if (outcome.ok) toast.success(`${agent.name} is ${isEnabled ? 'disabled' : 'enabled'}.`);
      else toast.error(outcome.problem.detail);
    });
  return (
    <tr className="border-b border-border last:border-b-0 [&>*]:px-4 [&>*]:py-2.5">
      <th scope="row" className="font-medium">
        <Link
          href={`/agents/${agent.id}`}
          className="underline-offset-2 hover:underline focus-visible:underline"
        >
          {agent.name}
        </Link>
        <span className="tabular block text-xs font-normal text-muted">{agent.id}</span>
      </th>
      <td className="tabular max-w-72 truncate text-xs">{agent.origin_url + agent.webhook_path}</td>
      <td className="whitespace-nowrap text-muted">
        {agent.message_history_mode === 'tail'
          ? `newest ${agent.message_history_limit}`
          : agent.message_history_mode}
      </td>
      <td className={clsx('whitespace-nowrap', isEnabled ? 'text-ok' : 'text-muted')}>
        <span aria-hidden>{isEnabled ? '●' : '○'}</span> {agent.status}
      </td>
      <td className="text-right">
        <Button
          size="sm"
          disabled={isChanging}
          onClick={change}
          aria-label={`${isEnabled ? 'Disable' : 'Enable'} ${agent.name}`}
        >
          {isEnabled ? 'Disable' : 'Enable'}
        </Button>
      </td>
    </tr>
  );
}
